"""Layer `trade`: official figures with the day they became public."""

from pipeline.contracts.tables.trade import TARIFF_RATES, TRADE_FLOWS
from pipeline.defs.models import sql_asset

trade_flows = sql_asset(TRADE_FLOWS)
tariff_rates = sql_asset(TARIFF_RATES)
