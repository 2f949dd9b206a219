"""The daily assets in batches, and with files that cannot be read."""

import os
import time
import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, READING_OUTCOMES, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs import core, partitions, raw, resources
from pipeline.sources.files.inbox import QUIET_SECONDS
from pipeline.warehouse.batches import BatchLimit
from pipeline.warehouse.lake import Lake
from tests.defs.conftest import SmallHome, build_article

FIRST = date(2025, 3, 3)
WEEK = Days(FIRST, FIRST + timedelta(days=6))
DAILY = (RAW_ARTICLES, ARTICLES, DUPLICATES, QUARANTINE, COVERAGE, STORY_LINKS, FINDINGS, READING_OUTCOMES)
TEXT = "China will impose a 15 percent tariff on U.S. soybeans. The finance ministry in Beijing said so on {}, and meant it this time."


def read_checks(result: dg.ExecuteInProcessResult, table: str) -> dict[str, tuple[bool, str]]:
    """Return for each check of the table whether it passed, and its detail. Fails if a check reported twice."""
    evaluations = [event.asset_check_evaluation_data for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    of_table = [check for check in evaluations if check.asset_key.to_user_string() == table]
    results = {check.check_name: (check.passed, str(getattr(check.metadata.get("detail"), "value", ""))) for check in of_table}
    assert len(results) == len(of_table)
    return results


@pytest.fixture
def home(tmp_path: Path) -> SmallHome:
    return write_week(tmp_path)


def write_week(folder: Path) -> SmallHome:
    """Write a week of articles with repeated stories, a duplicate row and a quarantined row."""
    home = SmallHome(folder)
    articles = [
        build_article(f"{day.day}", day, TEXT.format("Monday" if day.day < 6 else "Friday"), source=f"Post {day.day % 2}") for day in WEEK
    ]
    home.write_articles([*articles[::-1], articles[0], build_article("x", FIRST, "Undated.", published_at="soon")])
    return home


def run(home: SmallHome, days: Days, *, only_raw: bool = True) -> dg.ExecuteInProcessResult:
    """Materialize the raw articles of these days, and optionally the daily tables built from them."""
    with warnings.catch_warnings(), dg.DagsterInstance.ephemeral() as instance:
        warnings.simplefilter("ignore")
        raw_articles = next(asset for asset in raw.assets(home.settings) if asset.key.to_user_string() == RAW_ARTICLES.name)
        assets = [raw_articles] if only_raw else [raw_articles, *core.assets(home.settings)]
        of_settings = resources.resources(home.settings)
        return dg.materialize(assets, instance=instance, tags=partitions.range_tags(days), resources=of_settings, raise_on_error=False)


def put_into_inbox(home: SmallHome, name: str, content: bytes) -> None:
    """Write a file into the inbox with an old modification time."""
    inbox = home.settings.inbox
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(content)
    os.utime(inbox / name, (time.time() - 2 * QUIET_SECONDS,) * 2)


@pytest.mark.slow
def test_batches_give_the_same_bytes_as_one_pass(home: SmallHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = run(home, WEEK, only_raw=False)
    assert at_once.success
    assert home.lake.count_rows(STORY_LINKS) > 2
    assert home.lake.count_rows(DUPLICATES) == home.lake.count_rows(QUARANTINE) == 1
    for method in (Lake.batches, Lake.sort_by_day):
        monkeypatch.setattr(method, "__defaults__", (BatchLimit(rows=2),))
    monkeypatch.setattr("pipeline.defs.core.STORY_LINKS_LIMIT", BatchLimit(rows=2))
    (tmp_path / "other").mkdir()
    other = write_week(tmp_path / "other")  # in the same home, days without changes are skipped
    in_batches = run(other, WEEK, only_raw=False)
    assert in_batches.success
    assert other.read_files() == home.read_files()
    assert {table.name: read_checks(in_batches, table.name) for table in DAILY} == {
        table.name: read_checks(at_once, table.name) for table in DAILY
    }


def test_an_unreadable_inbox_file_is_skipped_and_reported(home: SmallHome) -> None:
    put_into_inbox(home, "broken.parquet", b"PAR1 this is none")
    put_into_inbox(home, "dropped.csv", b"published_at,source,title\n2025-03-04,Caf\xe9 Post,Glass\n")
    result = run(home, WEEK)
    assert result.success
    assert home.lake.read(RAW_ARTICLES, Days(date(2025, 3, 4), date(2025, 3, 4)))["source"].to_list() == ["Café Post", "Post 0"]
    results = read_checks(result, RAW_ARTICLES.name)
    passed, detail = results["every_dropped_file_was_read"]
    assert not passed
    assert "broken.parquet: is not a Parquet file" in detail
    passed, detail = results["every_encoding_is_known"]
    assert not passed
    assert "dropped.csv is not UTF-8 and was read as Windows-1252" in detail
    assert [name for name, (passed, _) in results.items() if not passed] == ["every_dropped_file_was_read", "every_encoding_is_known"]


def test_problems_of_files_are_reported_until_they_are_fixed(home: SmallHome) -> None:
    """Also by a run for whose days nothing has changed, so no file is read."""
    put_into_inbox(home, "broken.parquet", b"PAR1 this is none")
    put_into_inbox(home, "dropped.csv", b"published_at,source,title\n2025-03-04,Caf\xe9 Post,Glass\n")
    put_into_inbox(home, "later.csv", b"published_at,fetched_at,source,title\n2025-03-04,2099-01-01,Wire,Glass\n")
    problems = [
        {name: detail for name, (passed, detail) in read_checks(run(home, days), RAW_ARTICLES.name).items() if not passed}
        for days in (WEEK, WEEK, Days(FIRST, FIRST))
    ]
    assert list(problems[0]) == ["every_dropped_file_was_read", "every_encoding_is_known", "every_fetch_is_past"]
    assert problems == [problems[0]] * len(problems)


def test_a_fetch_in_the_future_is_reported_and_makes_nothing_known_later(home: SmallHome) -> None:
    home.write_articles([build_article("y", FIRST, "A glass tariff.", fetched_at="2099-01-01T00:00:00Z")], "wrong.jsonl")
    result = run(home, WEEK, only_raw=False)
    passed, detail = read_checks(result, RAW_ARTICLES.name)["every_fetch_is_past"]
    assert not passed
    assert detail.startswith("wrong.jsonl: 1 row has a fetched_at after ")
    seen = home.lake.read(ARTICLES).filter(title="A glass tariff")["first_seen_at"]
    assert seen.dt.date().to_list() == [FIRST]


def test_an_unreadable_article_file_fails_the_run(home: SmallHome) -> None:
    assert run(home, WEEK).success
    before = home.read_files()
    (home.folder / "articles" / "zz.jsonl.gz").write_bytes(b"no gzip")
    result = run(home, WEEK)
    assert not result.success
    assert home.read_files() == before
    failures: list[Any] = [event.step_failure_data for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    # The UI shows it next to the failed step.
    assert "zz.jsonl.gz: its name ends in .gz but it is no gzip file" in str(failures[0].user_failure_data.description)


def test_a_file_of_other_days_is_opened_only_once(home: SmallHome) -> None:
    home.write_articles([build_article("1", date(2025, 2, 3), "Rain. It rains.")], "february.jsonl")
    assert run(home, WEEK).success
    path = home.folder / "articles" / "february.jsonl"
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)  # unreadable now, and by size and time the same
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run(home, WEEK).success
    february = Days(date(2025, 2, 3), date(2025, 2, 3))
    assert not run(home, february).success
