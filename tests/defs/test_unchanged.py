"""A step whose inputs did not change is not run again, and its check results are reported again."""

import ast
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.index import SIGNALS
from pipeline.contracts.tables.raw import RAW_COMMITMENTS, RAW_TARIFFS
from pipeline.defs import daily, resources, unchanged
from pipeline.defs.resources import ExtractorFactory, News
from pipeline.defs.unchanged import CODE, StoredResults
from pipeline.models import python_models
from pipeline.models.build import list_models
from pipeline.warehouse import inputs
from pipeline.warehouse.inputs import code_digest
from pipeline.warehouse.lake import Lake
from tests.defs.conftest import SmallHome, build_article

DAY = date(2025, 3, 3)
RESULT = dg.AssetCheckResult(
    passed=False, check_name="contract", asset_key="raw_tariffs", severity=dg.AssetCheckSeverity.WARN, metadata={"detail": "3 rows"}
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with the table that the step reads and the one that it makes."""
    lake = Lake(tmp_path)
    for table in (RAW_COMMITMENTS, RAW_TARIFFS):
        lake.write(table, table.empty())
    return lake


def results_of(lake: Lake, **variables: object) -> StoredResults:
    return StoredResults(lake, "step", [RAW_COMMITMENTS], [RAW_TARIFFS], variables)


def test_results_are_repeated_while_nothing_changes(lake: Lake) -> None:
    assert results_of(lake).load() is None
    results_of(lake).save([RESULT])
    [repeated] = results_of(lake).load() or []
    assert (repeated.passed, repeated.check_name, repeated.severity) == (False, "contract", dg.AssetCheckSeverity.WARN)
    assert repeated.asset_key == dg.AssetKey("raw_tariffs")
    assert repeated.metadata["detail"] == dg.MetadataValue.text("3 rows")
    assert "earlier run" in str(repeated.metadata["repeated"].value)


def test_other_parameters_are_another_input(lake: Lake) -> None:
    results_of(lake, last_day=DAY).save([RESULT])
    assert results_of(lake, last_day=DAY).load()
    assert results_of(lake, last_day=date(2025, 3, 4)).load() is None


def test_other_rows_are_another_input(lake: Lake) -> None:
    results_of(lake).save([RESULT])
    lake.write(RAW_COMMITMENTS, RAW_COMMITMENTS.example())
    assert results_of(lake).load() is None


def test_other_code_is_another_input(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    results_of(lake).save([RESULT])
    monkeypatch.setattr(unchanged, "digest_code", lambda: "changed")
    assert results_of(lake).load() is None


def test_a_damaged_or_lost_table_is_made_again(lake: Lake) -> None:
    results_of(lake).save([RESULT])
    [file] = lake.files(RAW_TARIFFS)
    file.write_bytes(file.read_bytes()[:-1])
    assert results_of(lake).load() is None
    file.unlink()
    assert results_of(lake).load() is None


def test_inputs_without_recorded_hashes_are_not_trusted(lake: Lake) -> None:
    (lake.root / RAW_COMMITMENTS.name / "SHA256SUMS").unlink()
    results_of(lake).save([RESULT])
    assert results_of(lake).load() is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"inputs": "1", "results": [{}]}'])
def test_damaged_results_are_ignored(lake: Lake, text: str) -> None:
    results_of(lake).save([RESULT])
    (lake.root / "state" / "results" / "step.json").write_text(text, encoding="utf-8")
    assert results_of(lake).load() is None


def test_a_step_that_changes_what_it_reads_is_repeated(lake: Lake) -> None:
    stored = StoredResults(lake, "step", [RAW_TARIFFS], [RAW_TARIFFS], {})
    lake.write(RAW_TARIFFS, RAW_TARIFFS.example())
    stored.save([RESULT])
    assert StoredResults(lake, "step", [RAW_TARIFFS], [RAW_TARIFFS], {}).load() is None


def test_the_digest_covers_all_code_of_the_models() -> None:
    tree = ast.parse(Path(python_models.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {module.split(".")[1] for module in modules if module.startswith("pipeline.")} <= set(CODE)


def test_a_new_polars_rebuilds_days_but_reads_no_text_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = SmallHome(tmp_path)
    home.write_articles([build_article("1", DAY, "China will impose a 15 percent tariff on U.S. soybeans.")])
    readings, factory, days = list[str](), ExtractorFactory(home.settings.model_copy(update={"extractor": "rules"})), Days(DAY, DAY)
    monkeypatch.setattr(resources, "StoredReadings", lambda _, version, __: readings.append(version))

    def digests(polars: str) -> list[str | None]:
        code_digest.cache_clear()
        monkeypatch.setattr(inputs, "version", lambda name: polars if name == "polars" else "1")
        factory.make()
        steps = (daily.RawArticles(News(home.settings), DAY), daily.admission(), daily.story_links(), daily.findings(factory))
        return [step.digests(home.lake, days)[DAY] for step in steps]

    before, after = digests("2.1.0"), digests("2.1.1")
    monkeypatch.undo()
    code_digest.cache_clear()
    assert None not in before
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert readings[0] == readings[1]


def checks_of(run: dg.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    """The metadata of every check, with its result."""
    evaluations = [event.asset_check_evaluation_data for event in run.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    return {f"{check.asset_key.to_user_string()} {check.check_name}": {**check.metadata, "passed": check.passed} for check in evaluations}


@pytest.mark.slow
def test_a_run_without_news_repeats_the_results_of_every_model(tmp_path: Path) -> None:
    home = SmallHome(tmp_path)
    home.write_articles([build_article("1", DAY, "China will impose a 15 percent tariff on U.S. soybeans.")])
    # The second run differs in the first day of the baseline, which the first run stored.
    second, third = [checks_of(home.run(Days(DAY, DAY))) for _ in range(3)][1:]
    models = tuple(f"{table.name} " for model in list_models() for table in model.makes)
    assert [name for name, check in third.items() if name.startswith(models) and "repeated" not in check and "is_rebuilt" not in name] == []
    assert [{**check, "repeated": ""} for check in third.values()] == [{**check, "repeated": ""} for check in second.values()]
    home.write_articles([build_article("1", DAY, "China will impose a 25 percent tariff on U.S. soybeans.")])
    assert home.run(Days(DAY, DAY)).success
    assert set(home.lake.read(SIGNALS)["rate_pct"]) == {25.0}
