"""A side table that cannot be rebuilt is reported and marked as stale; the index is published without it."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import TENSION_DAILY
from pipeline.contracts.tables.raw import RAW_TARIFFS
from pipeline.settings import SAMPLE_TRADE
from tests.defs.conftest import SmallHome, build_article

DAY = date(2025, 3, 3)
ESSENTIAL = {TENSION_DAILY.name, "tension_pair_daily", "top_contributions", "vintages", "signals", "stories", COVERAGE.name}


@pytest.fixture
def home(tmp_path: Path) -> SmallHome:
    home = SmallHome(tmp_path)
    home.write_articles(
        [build_article("1", DAY, "China will impose a 15 percent tariff on U.S. soybeans. The ministry said so on Monday.")]
    )
    return home


def replace_tariffs(home: SmallHome, folder: Path, tariffs: str) -> SmallHome:
    """Return the home with a copy of the bundled trade figures that has another file of tariffs."""
    folder.mkdir()
    for path in SAMPLE_TRADE.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "tariffs.csv").write_text(tariffs, encoding="utf-8")
    return replace(home, trade=folder)


def find_failed_checks(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], Any]:
    evaluations = [event.asset_check_evaluation_data for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    return {(check.asset_key.to_user_string(), check.check_name): check for check in evaluations if not check.passed}


def test_no_essential_table_reads_a_side_table(code_location: dg.Definitions) -> None:
    graph = code_location.resolve_asset_graph()
    needed, waiting = set[str](), list(ESSENTIAL)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [key.to_user_string() for key in graph.get(dg.AssetKey(name)).parent_keys]
    assert sorted(name for name in needed if TABLES[name].is_side_table) == []


@pytest.mark.slow
def test_a_broken_file_of_tariffs_does_not_stop_the_index(home: SmallHome, tmp_path: Path) -> None:
    result = replace_tariffs(home, tmp_path / "trade", "no,tariffs\n1,2\n").run(Days(DAY, DAY))
    assert result.success
    assert home.lake.count_rows(TENSION_DAILY) == 2
    assert (home.settings.published / "latest").exists()
    failed = find_failed_checks(result)
    assert "tariffs.csv" in str(failed[RAW_TARIFFS.name, "is_rebuilt"].metadata["reason"].value)
    assert set(home.lake.stale_tables()) == {RAW_TARIFFS.name}


@pytest.mark.slow
def test_a_side_table_keeps_its_last_good_version_until_it_is_rebuilt(home: SmallHome, tmp_path: Path) -> None:
    first = home.run(Days(DAY, DAY))
    assert first.success
    started = [event.step_key for event in first.all_events if event.event_type_value == "STEP_START"]
    assert started[-2:] == ["published", "failed_checks"]
    assert "measure_states_stated_ends_are_followed_up" in started
    before = home.read_files(RAW_TARIFFS.name)
    assert replace_tariffs(home, tmp_path / "trade", "").run(Days(DAY, DAY)).success
    assert home.read_files(RAW_TARIFFS.name) == before
    assert RAW_TARIFFS.name in home.lake.stale_tables()
    assert home.run(Days(DAY, DAY)).success
    assert home.lake.stale_tables() == {}
