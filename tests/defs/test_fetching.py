"""What Dagster is told of the upstreams that are on: an asset each, with its checks, its days and what comes after it."""

from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipeline.contracts.tables import TABLES
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.settings import Settings
from tests.defs.conftest import ALL_UPSTREAMS, FILLED_BY, build_quietly

BY_DAY = {"gdelt", "federal_register"}
FIRST, LAST = date(2025, 4, 2), date(2025, 4, 4)


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The code location with all upstreams enabled."""
    home: Path = tmp_path_factory.mktemp("all_upstreams")
    given = {"home": home, "sources": {"on": ALL_UPSTREAMS}, "first_day": FIRST, "last_day": LAST}
    return build_quietly(Settings.model_validate(given))


@pytest.fixture(scope="module")
def specs(location: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in location.resolve_all_asset_specs()}


def daily(location: dg.Definitions) -> set[str]:
    graph = location.resolve_asset_graph()
    return {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if isinstance(graph.get(key).partitions_def, dg.DailyPartitionsDefinition)
    }


def deps(spec: dg.AssetSpec) -> set[str]:
    return {dep.asset_key.to_user_string() for dep in spec.deps}


def test_the_definitions_can_be_loaded(location: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(location)


def test_every_upstream_is_an_asset_beside_those_of_the_tables(specs: dict[str, dg.AssetSpec]) -> None:
    assert set(specs) == {*TABLES, "published", *ALL_UPSTREAMS}
    assert {specs[name].group_name for name in ALL_UPSTREAMS} == {"raw"}


@pytest.mark.parametrize("name", ALL_UPSTREAMS)
def test_an_upstream_is_described_by_its_contract(specs: dict[str, dg.AssetSpec], name: str) -> None:
    said = specs[name].description or ""
    assert all(words in said for words in (UPSTREAMS[name].title, UPSTREAMS[name].licence, UPSTREAMS[name].cadence))


@pytest.mark.parametrize("name", ALL_UPSTREAMS)
def test_an_upstream_is_checked_by_what_was_answered_and_by_the_last_day_of_its_data(location: dg.Definitions, name: str) -> None:
    keys = location.resolve_asset_graph().asset_check_keys
    assert {key.name for key in keys if key.asset_key.to_user_string() == name} == {"answered", "is_current"}


@pytest.mark.parametrize("name", ALL_UPSTREAMS)
def test_an_upstream_that_was_not_asked_for_two_days_is_not_fresh(specs: dict[str, dg.AssetSpec], name: str) -> None:
    assert specs[name].freshness_policy == dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2))


def test_what_is_asked_by_day_and_the_tables_that_it_fills_are_partitioned_by_day(location: dg.Definitions) -> None:
    assert daily(location) == {table.name for table in TABLES.values() if table.day} | BY_DAY


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("raw_articles", {"rss", "gdelt"}),
        ("raw_trade_flows", {"census", "comtrade"}),
        ("raw_official_documents", {"federal_register"}),
        ("gdelt_events", {"gdelt"}),
        ("gdelt_accounts", {"gdelt"}),
        ("fetches", set(ALL_UPSTREAMS)),
    ],
)
def test_what_reads_answers_waits_for_them(specs: dict[str, dg.AssetSpec], name: str, read: set[str]) -> None:
    assert deps(specs[name]) == read


def test_an_upstream_waits_for_nothing(specs: dict[str, dg.AssetSpec]) -> None:
    assert [name for name in ALL_UPSTREAMS if specs[name].deps] == []


def test_feeds_alone_are_asked_every_hour_and_nothing_else_with_them(location: dg.Definitions) -> None:
    schedules = {one.name: one for one in location.schedules or []}
    assert set(schedules) == {"daily", "rss"}
    hourly = location.resolve_schedule_def("rss")
    assert (hourly.cron_schedule, hourly.execution_timezone) == ("10 * * * *", "UTC")
    asked = location.resolve_job_def(hourly.job_name).asset_layer.executable_asset_keys
    assert {key.to_user_string() for key in asked} == {"rss"}


def test_the_job_asks_every_upstream(location: dg.Definitions) -> None:
    keys = location.resolve_job_def("trade_tension").asset_layer.executable_asset_keys
    assert set(ALL_UPSTREAMS) <= {key.to_user_string() for key in keys}


@pytest.mark.parametrize("name", sorted(FILLED_BY))
def test_with_one_upstream_on_only_its_own_tables_are_made_by_day(name: str, tmp_path: Path) -> None:
    given = {"home": tmp_path, "sources": {"on": (name,)}, "first_day": FIRST, "last_day": LAST}
    others = set().union(*(filled for other, filled in FILLED_BY.items() if other != name))
    location = build_quietly(Settings.model_validate(given))
    assert daily(location) == {table.name for table in TABLES.values() if table.day} - others | {name}
    assert {one.name for one in location.schedules or []} == {"daily"}


def test_without_upstreams_there_is_neither_an_asset_nor_a_schedule_of_one(code_location: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in code_location.resolve_asset_graph().get_all_asset_keys()}
    assert keys & set(ALL_UPSTREAMS) == set()
    assert {one.name for one in code_location.schedules or []} == {"daily"}
