"""Cross-table checks of trade tables hold for the bundled figures; failing cases: tests/unit/warehouse/test_checks.py."""

import pytest

from pipeline.contracts.tables.trade_results import PROMISES_AND_DEEDS, TRADE_SIGNALS, TRADE_STRAIN
from pipeline.index.trade_thresholds import read_trade_thresholds
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select
from tests.unit.trade.scenes import Figures

CHECKS = (
    "purchases_are_sums_of_released_flows",
    "every_month_of_a_flow_has_a_row",
    "every_flow_value_is_in_the_revisions",
    "flows_have_the_first_published_value",
    "trade_strain_uses_no_later_figures",
    "trade_signals_match_released_figures",
)


@pytest.mark.parametrize("name", CHECKS)
def test_cross_table_checks_hold_for_the_bundled_figures(bundled: Figures, name: str) -> None:
    assert min(len(bundled.rows(table)) for table in (TRADE_STRAIN, TRADE_SIGNALS, PROMISES_AND_DEEDS)) > 50
    assert select(bundled.tables, read_query(shipped_folder("sql") / "checks" / f"{name}.sql"), {}).rows(named=True) == []


def test_every_threshold_is_used_by_a_model() -> None:
    models = "".join(path.read_text(encoding="utf-8") for path in (shipped_folder("sql") / "trade").glob("*.sql"))
    assert [name for name in read_trade_thresholds()["name"] if f"'{name}'" not in models] == []
