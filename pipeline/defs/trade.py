"""Layer `trade`: official figures with the day they became public, and what they show of promises and strain."""

from collections.abc import Iterator

import dagster as dg

from pipeline.contracts.tables.deeds import COMMITMENTS, FLOW_MONTHS, PROMISES_AND_DEEDS, TRADE_SIGNALS, TRADE_STRAIN, TRADE_THRESHOLDS
from pipeline.contracts.tables.trade import TARIFF_RATES, TRADE_FLOWS
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import describe, summary
from pipeline.defs.models import sql_asset
from pipeline.defs.resources import LakeResource
from pipeline.index.trade_thresholds import trade_thresholds as thresholds

trade_flows = sql_asset(TRADE_FLOWS)
tariff_rates = sql_asset(TARIFF_RATES)
flow_months = sql_asset(FLOW_MONTHS)
trade_strain = sql_asset(TRADE_STRAIN)
trade_signals = sql_asset(TRADE_SIGNALS)
commitments = sql_asset(COMMITMENTS)
promises_and_deeds = sql_asset(PROMISES_AND_DEEDS)


@dg.asset(**describe(TRADE_THRESHOLDS), check_specs=check_specs(TRADE_THRESHOLDS))
def trade_thresholds(lake: LakeResource) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """Every number that decides something in the trade tables."""
    rows = thresholds()
    yield from audit(TRADE_THRESHOLDS, rows)
    lake.open().write(TRADE_THRESHOLDS, rows)
    yield dg.MaterializeResult(metadata=summary(rows))
