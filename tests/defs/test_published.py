"""What a release says about its origin, and what stops it."""

from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import core
from pipeline.contracts.tables.raw import RAW_COMMITMENTS, RAW_TARIFFS
from pipeline.contracts.tables.threats import THREAT_RATES, THREAT_STATES, THREATS
from pipeline.defs.models import mark_built_from_rejected, require_current_tables
from pipeline.defs.published import _describe_data, build_asset
from pipeline.defs.resources import Method, resources
from pipeline.defs.unchanged import StoredResults
from pipeline.models.model import Model
from pipeline.quality.cross_table import CrossTableCheck, CrossTableSeverity
from pipeline.settings import SAMPLE_NOTE, Settings
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import Publisher
from tests.defs.conftest import ALL_SOURCES

FILES = "the article files that the user gave"


@pytest.mark.parametrize(
    ("articles", "upstreams", "sentence"),
    [
        (("wire.jsonl",), (), f"Made from {FILES}."),
        (("wire.jsonl",), ("comtrade",), f"Made from {FILES}; UN Comtrade."),
        (None, ("rss",), "Made from RSS and Atom feeds of the outlets that the user names."),
        (None, (), SAMPLE_NOTE),
    ],
)
def test_a_release_names_files_and_upstreams(articles: tuple[str, ...] | None, upstreams: tuple[str, ...], sentence: str) -> None:
    files = {} if articles is None else {"articles": articles}
    settings = Settings.model_validate({"sources": ALL_SOURCES | {"on": upstreams}, "first_day": "2025-03-03", **files})
    assert _describe_data(settings) == sentence


def test_nothing_is_published_while_a_blocking_check_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster itself blocks only steps of the same run, and this run has only one step."""
    path = tmp_path / "days_have_articles.sql"
    path.write_text("select 1 as missing", encoding="utf-8")
    parts: tuple[tuple[str, CrossTableSeverity], ...] = (("coverage", "critical"), ("articles", "warning"), ("verdicts", "critical"))
    failing = tuple(CrossTableCheck(path.stem, table, severity, "a day has articles", path) for table, severity in parts)
    monkeypatch.setattr("pipeline.defs.checks.load_cross_table_checks", lambda _: failing)
    monkeypatch.setattr("pipeline.defs.models.list_models", lambda: ())
    settings, day = Settings(home=tmp_path / "home"), date(2025, 3, 4)
    for table in core.TABLES:
        Lake(settings.lake).write_days(table, table.empty(), Days(day, day))
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(dg.Failure) as failure:
        dg.materialize([build_asset(settings)], instance=instance, resources=resources(settings))
    assert str(failure.value.description).startswith(
        "nothing was published, because critical checks fail: coverage.days_have_articles (a day has articles): 1 row: missing 1. Fix"
    )


def test_what_was_built_from_rejected_rows_is_stale_too(tmp_path: Path) -> None:
    """Rows that a check across tables rejects are in the lake; a table that could not be rebuilt keeps good rows."""
    lake, check = Lake(tmp_path), "threat_states_have_no_gaps_or_overlaps"
    lake.mark_stale(RAW_TARIFFS, "ValueError: the file has no rate")
    mark_built_from_rejected(lake)
    assert set(lake.stale_tables()) == {RAW_TARIFFS.name}
    lake.mark_stale(THREAT_STATES, f"{check}: 1 rows (one state a day)")
    mark_built_from_rejected(lake)
    assert {THREATS.name, THREAT_RATES.name} <= lake.stale_tables().keys()
    assert lake.stale_tables()[THREATS.name] == "built from threat_states, whose rows a check rejects"


def test_the_report_reads_what_the_release_gets(tmp_path: Path) -> None:
    lake, publisher = Lake(tmp_path / "lake"), Publisher(tmp_path / "published")
    lake.write(RAW_TARIFFS, RAW_TARIFFS.example())
    assert publisher.next_reader(lake)(RAW_TARIFFS).height == 1
    lake.mark_stale(RAW_TARIFFS, "a check failed")
    assert publisher.next_reader(lake)(RAW_TARIFFS).is_empty()  # there is no earlier release


def write_model(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> StoredResults:
    """Write the table that the only model reads, and the one that it makes, and return the results to store."""

    def run(*_: object) -> dict[str, pl.DataFrame]:
        return {RAW_TARIFFS.name: RAW_TARIFFS.example()}

    model = Model("step", "a model", (RAW_TARIFFS,), (RAW_COMMITMENTS,), (), run)
    monkeypatch.setattr("pipeline.defs.models.list_models", lambda: (model,))
    lake.write(RAW_COMMITMENTS, RAW_COMMITMENTS.empty())
    lake.write(RAW_TARIFFS, RAW_TARIFFS.example())
    return StoredResults(lake, model.name, model.reads, model.makes, {})


def test_a_table_made_from_other_inputs_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, method = Lake(tmp_path), Method(Settings())
    write_model(lake, monkeypatch).save([])
    require_current_tables(lake, method)
    lake.write(RAW_COMMITMENTS, RAW_COMMITMENTS.example())
    with pytest.raises(dg.Failure) as failure:
        require_current_tables(lake, method)
    assert "raw_tariffs. Run the job rebuild_index" in str(failure.value.description)
    lake.mark_stale(RAW_TARIFFS, "its step failed")  # published as it was in the last release
    require_current_tables(lake, method)


def test_a_table_that_keeps_rows_is_compared_with_the_rows_it_would_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first run changes what it reads, so no results are stored."""
    lake, method = Lake(tmp_path), Method(Settings())
    write_model(lake, monkeypatch)
    monkeypatch.setattr("pipeline.defs.models.COMBINED", {RAW_TARIFFS.name: None})
    require_current_tables(lake, method)
    lake.write(RAW_TARIFFS, RAW_TARIFFS.empty())
    with pytest.raises(dg.Failure, match="nothing was published"):
        require_current_tables(lake, method)
