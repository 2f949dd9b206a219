"""What a release says about its origin, and what stops it."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import core
from pipeline.defs.published import _describe_data, build_asset
from pipeline.defs.resources import resources
from pipeline.quality.cross_table import CrossTableCheck, CrossTableSeverity
from pipeline.settings import SAMPLE_NOTE, Settings
from pipeline.warehouse.lake import Lake
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
    settings, day = Settings(home=tmp_path / "home"), date(2025, 3, 4)
    for table in core.TABLES:
        Lake(settings.lake).write_days(table, table.empty(), Days(day, day))
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(dg.Failure) as failure:
        dg.materialize([build_asset(settings)], instance=instance, resources=resources(settings))
    assert str(failure.value.description).startswith(
        "nothing was published, because critical checks fail: coverage.days_have_articles (a day has articles): 1 row: missing 1. Fix"
    )
