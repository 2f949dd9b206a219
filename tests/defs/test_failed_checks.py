"""The asset that lists failed checks, and runs of commands in the UI."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.tags import BACKFILL_ID_TAG

from pipeline.defs.executor import build_executor
from pipeline.defs.failed_checks import failed_checks
from pipeline.defs.instance import STARTED_BY, prepare_home
from pipeline.settings.load import read_settings
from pipeline.warehouse.lake import Lake


@dg.asset(check_specs=[dg.AssetCheckSpec(name, asset="table") for name in ("good", "odd", "bad")])
def table() -> Iterator[Any]:
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(passed=True, check_name="good")
    yield dg.AssetCheckResult(
        passed=False, check_name="odd", severity=dg.AssetCheckSeverity.WARN, metadata={"reason": "it *matters*", "detail": "2 rows"}
    )
    yield dg.AssetCheckResult(passed=False, check_name="bad", metadata={"reason": "it is wrong"})


@dg.asset(deps=[table])
def broken() -> None:
    raise dg.Failure("this step fails")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    prepare_home(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        yield opened


def _run(instance: dg.DagsterInstance, *assets: Any, **tags: str) -> dg.ExecuteInProcessResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        definitions = dg.Definitions(
            assets=[*assets, failed_checks], jobs=[dg.define_asset_job("everything")], executor=dg.in_process_executor
        )
        job = definitions.resolve_job_def("everything")
        return job.execute_in_process(instance=instance, raise_on_error=False, tags=tags)


def _listed(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = [one for one in result.get_asset_materialization_events() if one.asset_key == dg.AssetKey("failed_checks")]
    return {name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()}


def test_failed_checks_are_listed_critical_ones_first(instance: dg.DagsterInstance) -> None:
    listed = _listed(_run(instance, table))
    assert listed["failed checks"].splitlines() == [
        r"* **critical** table.bad: it is wrong",
        r"* **warning** table.odd: it \*matters\*. 2 rows",
    ]
    assert (listed["checks that failed"], listed["checks that were evaluated"]) == (2, 3)


def test_failed_checks_are_listed_after_a_failed_step_too(instance: dg.DagsterInstance) -> None:
    result = _run(instance, table, broken)
    assert not result.success
    assert _listed(result)["checks that failed"] == 2


def test_without_failed_checks_the_list_says_so(instance: dg.DagsterInstance) -> None:
    assert _listed(_run(instance))["failed checks"] == "_no check failed_"


def test_one_run_of_a_backfill_says_that_it_lists_only_its_checks(instance: dg.DagsterInstance) -> None:
    assert "**Only of this run**" in _listed(_run(instance, **{BACKFILL_ID_TAG: "abc"}))["failed checks"]


def build_job() -> dg.JobDefinition:
    """Build a job with the executor of the UI."""
    definitions = dg.Definitions(assets=[table], jobs=[dg.define_asset_job("everything")], executor=build_executor(read_settings()))
    return definitions.resolve_job_def("everything")


def test_a_run_of_the_ui_stores_its_failed_checks_for_status(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warnings of checks that the run did not evaluate stay."""
    monkeypatch.chdir(tmp_path)  # without tension.toml
    monkeypatch.setenv("TENSION_HOME", str(tmp_path / "home"))
    lake = Lake(tmp_path / "home" / "lake")
    lake.note_warnings(["table.good: it was wrong", "other.good: it is still wrong"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with dg.execute_job(dg.reconstructable(build_job), instance=instance) as result:
            assert result.success
    assert lake.warnings() == ["other.good: it is still wrong", "table.odd: it *matters*. 2 rows", "table.bad: it is wrong"]


def test_runs_of_commands_belong_to_the_code_location(instance: dg.DagsterInstance) -> None:
    """The timeline and the job show only runs with an origin."""
    result = _run(instance, **{STARTED_BY: "tension run"})
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.remote_job_origin is not None
    assert run.remote_job_origin.location_name == "trade_tension"
    assert [run.run_id for run in instance.get_runs(dg.RunsFilter(tags={".dagster/repository": "__repository__@trade_tension"}))] == [
        result.run_id
    ]
