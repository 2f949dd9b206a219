"""Blocks of days that several machines take: the same everywhere, and only when their inputs are complete."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.defs import daily
from pipeline.defs.resources import ExtractorFactory, News
from pipeline.defs.work import BLOCK_DAYS, Backfill, WorkError, _split_into_blocks
from pipeline.settings import Settings
from pipeline.sources.http.archive import Archive
from pipeline.warehouse.inputs import DayInputs
from pipeline.warehouse.open_lake import lock_data
from pipeline.warehouse.shared_lake import SharedLake

pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")

FIRST = date(2025, 3, 3)
SPAN = Days(FIRST, FIRST + timedelta(days=60))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    rows = pl.DataFrame({"source": ["A"], "published_at": [f"{FIRST}T10:00:00Z"], "title": ["China will tax U.S. steel"]})
    rows.write_parquet(tmp_path / "wire.parquet")
    (tmp_path / "bucket").mkdir(exist_ok=True)
    return Settings(home=tmp_path / "home", lake_url=(tmp_path / "bucket").as_uri(), articles=(str(tmp_path / "wire.parquet"),))


def build(settings: Settings, lake: SharedLake, step: daily.DailyStep, days: Days) -> None:
    """Write empty days of a step, as if it had run."""
    with lake.stage(step.name) as temporary:
        for table in step.makes:
            temporary.write_days(table, table.empty(), days)
    DayInputs(lake, step.name, step.makes).save(step.digests(lake, days))


def ready(backfill: Backfill) -> list[tuple[str, date, date]]:
    return [(one.step, one.days.first, one.days.last) for one in backfill.ready_blocks(backfill.changed_days())]


def test_blocks_start_on_the_same_days_whatever_the_first_day() -> None:
    blocks = list(_split_into_blocks(SPAN, BLOCK_DAYS))
    assert [block for block in blocks if block.first > FIRST] == list(_split_into_blocks(Days(blocks[1].first, SPAN.last), BLOCK_DAYS))
    assert all(len(block) == BLOCK_DAYS for block in blocks)
    assert blocks[0].first <= SPAN.first
    assert SPAN.last <= blocks[-1].last


def test_a_block_is_ready_when_its_inputs_are_complete(settings: Settings) -> None:
    """Links also need the cleaned articles of three days around."""
    first, second, third = (Days(max(one.first, SPAN.first), min(one.last, SPAN.last)) for one in _split_into_blocks(SPAN, BLOCK_DAYS))
    with lock_data(settings, "tension work", "all") as lake:
        assert isinstance(lake, SharedLake)
        backfill = Backfill(settings, lake, SPAN)
        assert {step for step, _, _ in ready(backfill)} == {"raw_articles"}
        build(settings, lake, daily.RawArticles(News(settings), date(2026, 1, 1)), SPAN)
        cleaning = [("admission", one.first, one.last) for one in (first, second, third)]
        assert ready(backfill) == cleaning
        build(settings, lake, daily.admission(), first)
        assert ready(backfill) == [*cleaning[1:], ("findings", first.first, first.last)]
        build(settings, lake, daily.admission(), second)
        assert ready(backfill) == [
            cleaning[2],
            ("story_links", first.first, first.last),
            ("findings", first.first, first.last),
            ("findings", second.first, second.last),
        ]


def test_a_block_waits_for_raw_articles_of_days_around_it(settings: Settings) -> None:
    """Their cleaned articles are still those of the earlier run."""
    with lock_data(settings, "tension work", "all") as lake:
        assert isinstance(lake, SharedLake)
        backfill = Backfill(settings, lake, SPAN)
        raw = daily.RawArticles(News(settings), date(2026, 1, 1))
        for step in (raw, daily.admission(), daily.story_links()):
            build(settings, lake, step, SPAN)
        waiting = {"raw_articles": {FIRST}, "admission": set[date](), "story_links": {FIRST + timedelta(days=3)}, "findings": set[date]()}
        assert [block.step for block in backfill.ready_blocks(waiting)] == ["raw_articles"]


def test_a_block_that_was_read_in_part_is_not_read_again(settings: Settings) -> None:
    """A language model may leave the same articles unread again."""
    with lock_data(settings, "tension work", "all") as lake:
        assert isinstance(lake, SharedLake)
        backfill = Backfill(settings, lake, Days(FIRST, FIRST))
        step = daily.findings(ExtractorFactory(settings))
        build(settings, lake, step, Days(FIRST, FIRST))
        inputs, digests = DayInputs(lake, step.name, step.makes), step.digests(lake, Days(FIRST, FIRST))
        inputs.save({day: daily.mark_partly_read(digest) for day, digest in digests.items()})
        assert inputs.changed_days(digests) == [FIRST]
        assert backfill.changed_days()["findings"] == set()


def test_a_home_with_responses_of_upstreams_does_not_work(settings: Settings) -> None:
    folder = Archive(settings.payloads).root / "newest" / "rss"
    folder.mkdir(parents=True)
    with lock_data(settings, "tension work", "all") as lake:
        assert isinstance(lake, SharedLake)
        with pytest.raises(WorkError, match="has responses of upstreams, which other machines do not have"):
            Backfill(settings, lake, SPAN)
