"""Layer `trade`: official figures with the day they became public, and what they show of promises and strain."""

from pipeline.contracts.tables.deeds import COMMITMENTS, FLOW_MONTHS, PROMISES_AND_DEEDS, TRADE_SIGNALS, TRADE_STRAIN, TRADE_THRESHOLDS
from pipeline.contracts.tables.trade import FLOW_REVISIONS, TARIFF_RATES, TRADE_FLOWS
from pipeline.defs.models import python_asset, sql_asset
from pipeline.index.steps import STEPS

flow_revisions = sql_asset(FLOW_REVISIONS)
trade_flows = sql_asset(TRADE_FLOWS)
tariff_rates = sql_asset(TARIFF_RATES)
flow_months = sql_asset(FLOW_MONTHS)
trade_strain = sql_asset(TRADE_STRAIN)
trade_signals = sql_asset(TRADE_SIGNALS)
commitments = sql_asset(COMMITMENTS)
promises_and_deeds = sql_asset(PROMISES_AND_DEEDS)

trade_thresholds = python_asset(STEPS[TRADE_THRESHOLDS.name])
