"""The Dagster definitions of enabled upstreams: assets, checks, partitions, dependencies and schedules."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import TABLES
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.defs.launch import DAYS_IN_A_RUN, Launcher
from pipeline.settings import Settings
from tests.defs.conftest import ALL_SOURCES, ALL_UPSTREAMS, FILLED_BY, build_quietly

BY_DAY = {"gdelt", "federal_register"}
FIRST, LAST = date(2025, 4, 2), date(2025, 4, 4)


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The code location with all upstreams enabled."""
    home: Path = tmp_path_factory.mktemp("all_upstreams")
    values = {"home": home, "sources": ALL_SOURCES, "first_day": FIRST, "last_day": LAST}
    return build_quietly(Settings.model_validate(values))


@pytest.fixture(scope="module")
def specs(location: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in location.resolve_all_asset_specs()}


def list_daily_assets(location: dg.Definitions) -> set[str]:
    graph = location.resolve_asset_graph()
    return {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if isinstance(graph.get(key).partitions_def, dg.DailyPartitionsDefinition)
    }


def list_deps(spec: dg.AssetSpec) -> set[str]:
    return {dep.asset_key.to_user_string() for dep in spec.deps}


def test_the_definitions_can_be_loaded(location: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(location)


def test_every_enabled_upstream_is_an_asset(specs: dict[str, dg.AssetSpec]) -> None:
    assert set(specs) == {*TABLES, "published", "failed_checks", *ALL_UPSTREAMS}
    assert {specs[name].group_name for name in ALL_UPSTREAMS} == {"raw"}


@pytest.mark.parametrize("name", ALL_UPSTREAMS)
def test_an_upstream_has_the_description_of_its_contract(specs: dict[str, dg.AssetSpec], name: str) -> None:
    description = specs[name].description or ""
    assert all(words in description for words in (UPSTREAMS[name].title, UPSTREAMS[name].licence, UPSTREAMS[name].cadence))


@pytest.mark.parametrize("name", ALL_UPSTREAMS)
def test_an_upstream_has_checks_of_responses_and_of_its_newest_day(location: dg.Definitions, name: str) -> None:
    keys = location.resolve_asset_graph().asset_check_keys
    assert {key.name for key in keys if key.asset_key.to_user_string() == name} == {"answered", "is_current"}


@pytest.mark.parametrize("name", ALL_UPSTREAMS)
def test_an_upstream_is_stale_after_two_days_without_a_fetch(specs: dict[str, dg.AssetSpec], name: str) -> None:
    assert specs[name].freshness_policy == dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2))


def test_daily_upstreams_and_their_tables_are_partitioned(location: dg.Definitions) -> None:
    assert list_daily_assets(location) == {table.name for table in TABLES.values() if table.day} | BY_DAY


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
def test_tables_depend_on_the_upstreams_that_they_read(specs: dict[str, dg.AssetSpec], name: str, read: set[str]) -> None:
    assert list_deps(specs[name]) == read


def test_an_upstream_has_no_dependencies(specs: dict[str, dg.AssetSpec]) -> None:
    assert [name for name in ALL_UPSTREAMS if specs[name].deps] == []


def test_only_feeds_have_an_hourly_schedule_of_their_own(location: dg.Definitions) -> None:
    schedules = {one.name: one for one in location.schedules or []}
    assert set(schedules) == {"daily", "rss"}
    hourly = location.resolve_schedule_def("rss")
    assert (hourly.cron_schedule, hourly.execution_timezone) == ("10 * * * *", "UTC")
    fetched = location.resolve_job_def(hourly.job_name).asset_layer.executable_asset_keys
    assert {key.to_user_string() for key in fetched} == {"rss"}


def test_the_job_fetches_every_upstream(location: dg.Definitions) -> None:
    keys = location.resolve_job_def("trade_tension").asset_layer.executable_asset_keys
    assert set(ALL_UPSTREAMS) <= {key.to_user_string() for key in keys}


@pytest.mark.parametrize(
    ("names", "fetched"),
    [
        (ALL_UPSTREAMS, [{*ALL_UPSTREAMS, "fetches"}, BY_DAY | {"fetches"}]),
        (("rss", "census"), [{"rss", "census", "fetches"}]),
    ],
)
def test_only_upstreams_by_day_are_fetched_in_several_runs(location: dg.Definitions, names: Sequence[str], fetched: list[set[str]]) -> None:
    launcher = Launcher(location)
    runs = launcher.plan_fetch(names, Days(LAST - timedelta(days=DAYS_IN_A_RUN), LAST))
    assert [set(launcher.list_steps([run])) for run in runs] == fetched
    assert len(launcher.list_steps(runs)) == sum(map(len, fetched))


@pytest.mark.parametrize("name", sorted(FILLED_BY))
def test_with_one_upstream_only_its_tables_are_partitioned(name: str, tmp_path: Path) -> None:
    values = {"home": tmp_path, "sources": {"on": (name,)}, "first_day": FIRST, "last_day": LAST}
    others = set().union(*(filled for other, filled in FILLED_BY.items() if other != name))
    location = build_quietly(Settings.model_validate(values))
    assert list_daily_assets(location) == {table.name for table in TABLES.values() if table.day} - others | {name}
    assert {one.name for one in location.schedules or []} == {"daily"}


def test_without_upstreams_there_is_no_asset_or_schedule_for_them(code_location: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in code_location.resolve_asset_graph().get_all_asset_keys()}
    assert keys & set(ALL_UPSTREAMS) == set()
    assert {one.name for one in code_location.schedules or []} == {"daily"}
