"""The Dagster definitions agree with the contracts, the rules and the SQL."""

import warnings
from pathlib import Path

import dagster as dg
import pytest

from pipeline.contracts.tables import TABLES
from pipeline.definitions import build, defs
from pipeline.models.build import list_models
from pipeline.quality.cross_table import load_cross_table_checks
from pipeline.quality.rule_files import load_rules
from pipeline.settings import Settings, shipped_folder
from pipeline.settings.load import SettingsError
from tests.defs.conftest import FILLED_BY

ASSET_KEYS = Path(__file__).with_name("asset_keys.txt")


@pytest.fixture(scope="module")
def specs(code_location: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in code_location.resolve_all_asset_specs()}


@pytest.fixture(scope="module")
def checks(code_location: dg.Definitions) -> set[tuple[str, str]]:
    keys = code_location.resolve_asset_graph().asset_check_keys
    return {(key.asset_key.to_user_string(), key.name) for key in keys}


def test_the_definitions_can_be_loaded(code_location: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(code_location)


def test_a_wrong_setting_of_the_code_location_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "x")
    with pytest.raises(SettingsError, match="setting `half_life_days`: write a number") as refused:
        defs()
    assert refused.value.__suppress_context__  # the UI would show pydantic's text too


def test_loading_gives_no_warnings_of_beta_features(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", dg.BetaWarning)
        build(Settings(home=tmp_path))


def test_asset_keys_and_groups_equal_the_snapshot(specs: dict[str, dg.AssetSpec]) -> None:
    now = "".join(f"{spec.group_name} {name}\n" for name, spec in sorted(specs.items(), key=lambda item: (item[1].group_name, item[0])))
    assert now == ASSET_KEYS.read_text(encoding="utf-8"), f"if this is intended, put these lines into {ASSET_KEYS}:\n{now}"


def test_uploads_are_an_asset_if_there_is_a_place_for_them(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = build(Settings(home=tmp_path, publish_to="s3://bucket/index")).resolve_asset_graph()
    uploaded = graph.get(dg.AssetKey("uploaded"))
    assert uploaded.parent_keys == {dg.AssetKey("published")}
    assert uploaded.group_name == "published"


def test_every_table_has_one_asset(code_location: dg.Definitions) -> None:
    names = [key.to_user_string() for definition in code_location.resolve_asset_graph().assets_defs for key in definition.keys]
    assert sorted(names) == sorted([*TABLES, "published", "failed_checks"])


def test_every_asset_is_in_the_group_of_its_layer(specs: dict[str, dg.AssetSpec]) -> None:
    groups = {name: str(spec.group_name) for name, spec in specs.items()}
    assert {name: group.partition("_")[0] for name, group in groups.items()} == {
        **{name: table.layer for name, table in TABLES.items()},
        "published": "published",
        "failed_checks": "published",
    }
    assert "index" not in groups.values()  # each of its tables is in one of its parts


def test_parts_of_the_index_read_no_later_part(specs: dict[str, dg.AssetSpec]) -> None:
    """So the lineage reads from left to right."""
    groups = {name: str(spec.group_name) for name, spec in specs.items()}
    read = {(groups[name], groups[dep.asset_key.to_user_string()]) for name, spec in specs.items() for dep in spec.deps}
    assert {(group, other) for group, other in read if group.startswith("index") and other.startswith("index") and other > group} == set()


def test_every_asset_has_a_description(specs: dict[str, dg.AssetSpec]) -> None:
    assert [name for name, spec in specs.items() if not (spec.description or "").strip()] == []


def test_assets_show_the_columns_of_their_contracts(specs: dict[str, dg.AssetSpec]) -> None:
    for name, table in TABLES.items():
        schema = specs[name].metadata["dagster/column_schema"]
        assert [column.name for column in schema.columns] == table.schema.names(), name
        assert [column.name for column in schema.columns if not column.description or ".." in column.description] == [], name


def test_every_table_is_checked_against_its_contract_and_key(checks: set[tuple[str, str]]) -> None:
    expected = {(name, check) for name in TABLES for check in ("contract", "key_is_unique", "required_values_present")}
    assert expected - checks == set()


def test_every_rule_is_a_check(checks: set[tuple[str, str]]) -> None:
    expected = {(table, rule.name) for table, rules in load_rules(shipped_folder("expectations")).items() for rule in rules}
    assert len(expected) > 50
    assert expected - checks == set()


def test_every_file_in_sql_checks_is_a_check(checks: set[tuple[str, str]]) -> None:
    loaded = load_cross_table_checks(shipped_folder("sql") / "checks")
    assert len(loaded) == len(list((shipped_folder("sql") / "checks").glob("*.sql"))) > 0
    assert {(check.table, check.name) for check in loaded} - checks == set()


def test_a_critical_cross_table_check_blocks_except_for_side_tables(code_location: dg.Definitions) -> None:
    loaded = load_cross_table_checks(shipped_folder("sql") / "checks")
    critical = {one.name for one in loaded if one.severity == "critical" and not TABLES[one.table].is_side_table}
    graph = code_location.resolve_asset_graph()
    assert {key.name for key in graph.asset_check_keys if graph.get(key).blocking} == critical


def test_assets_depend_on_the_tables_that_their_models_read(specs: dict[str, dg.AssetSpec]) -> None:
    for model in list_models():
        read = {table.name for table in model.reads}
        for table in model.makes:
            assert {dep.asset_key.to_user_string() for dep in specs[table.name].deps} == read, table.name


def test_the_published_asset_depends_on_every_published_table(specs: dict[str, dg.AssetSpec]) -> None:
    assert {dep.asset_key.to_user_string() for dep in specs["published"].deps} == {t.name for t in TABLES.values() if t.published}


def test_daily_tables_are_partitioned_if_their_upstream_is_enabled(
    code_location: dg.Definitions,
) -> None:
    graph = code_location.resolve_asset_graph()
    by_day = {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if isinstance(graph.get(key).partitions_def, dg.DailyPartitionsDefinition)
    }
    assert by_day == {table.name for table in TABLES.values() if table.day} - set().union(*FILLED_BY.values())


def test_the_job_builds_every_asset(code_location: dg.Definitions) -> None:
    job = code_location.resolve_job_def("trade_tension")
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == {*TABLES, "published", "failed_checks"}


def test_the_job_that_rebuilds_the_index_needs_no_day(code_location: dg.Definitions) -> None:
    job = code_location.resolve_job_def("rebuild_index")
    built = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert job.partitions_def is None
    assert {"tension_daily", "published", "failed_checks"} < built
    assert built.isdisjoint({"raw_articles", "articles", "findings"})


def test_the_code_location_has_one_name_in_all_files(pytestconfig: pytest.Config) -> None:
    import tomllib  # noqa: PLC0415

    import yaml  # noqa: PLC0415

    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["dg"]["project"]
    module = yaml.safe_load((pytestconfig.rootpath / "workspace.yaml").read_text(encoding="utf-8"))["load_from"][0]["python_module"]
    assert module["location_name"] == project["code_location_name"]
    assert module["module_name"] == project["code_location_target_module"]


def test_jobs_say_what_follows(code_location: dg.Definitions) -> None:
    for name in ("trade_tension", "rebuild_index"):
        assert "publishes it" in (code_location.resolve_job_def(name).description or "")


def test_schedules_and_sensors_have_descriptions(code_location: dg.Definitions) -> None:
    named = [*(code_location.schedules or []), *(code_location.sensors or [])]
    assert [one.name for one in named if isinstance(one, dg.ScheduleDefinition | dg.SensorDefinition) and not one.description] == []
