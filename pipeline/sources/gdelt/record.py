"""What is on record of GDELT's files: read from the archive, whenever it was asked.

Belongs here: what came of every quarter of the days that were asked about, and which rows of articles are in what came. Does not: asking
(`fetch.py`), or the formats (`events.py`, `articles.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import polars as pl

from pipeline.contracts.days import Days
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.articles import parse_articles
from pipeline.sources.gdelt.fetch import SOURCE, quarters
from pipeline.sources.gdelt.lines import ARTICLES_END, EVENTS_END
from pipeline.sources.http.archive import Archive
from pipeline.sources.payloads import ANSWERED, Fetched, Outcome, Payload, Request
from pipeline.sources.rows import ROWS, filed

NOT_ASKED = "was not asked for"
DAYS_LATE = timedelta(days=7)  # a page that GDELT finds later than so is not counted: its day is over


def newest(payload: Payload) -> date | None:
    """The day of a file of events or articles; None of another answer. A file is named after its quarter, so it need not be read."""
    return payload.about if payload.item.endswith((EVENTS_END, ARTICLES_END)) else None


def event_files(archive: Archive, days: Days) -> Iterator[Fetched]:
    """What came of every quarter's file of events, in order of time; nothing of a day about which nobody asked for events.

    The last line of the journal on a file decides: one that came and was found not to be whole is `failed`. So is a quarter that was left
    out, because the host failed before its turn.
    """
    for day in days:
        told = _told(archive, day, EVENTS_END)
        if told:
            items = (f"{quarter:%Y%m%d%H%M%S}{EVENTS_END}" for quarter in quarters(day))
            yield from (_fetched(archive, item, day, told.get(item)) for item in items)


def article_rows(archive: Archive, days: Days, outlets: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
    """The documents of every kept file about these days, in order of time, as `RAW_ARTICLES`: a frame for each file. `outlets`: see
    `parse_articles`.

    Of a file that came more than once the newest answer counts, and none of one that was found not to be whole. A file that cannot be read
    is one row that says so, filed under its day. So is a page that bears a day more than `DAYS_LATE` before.
    """
    for day in days:
        for item, told in sorted(_told(archive, day, ARTICLES_END).items()):
            payload = _answer(archive, item, told)
            if payload is not None:
                yield _in_time(filed(_documents(payload, outlets), f"{SOURCE}/{item}", last_day=payload.about), payload.about)


def _told(archive: Archive, day: date, end: str) -> dict[str, dict[str, Any]]:
    """The last line of the journal on each file of a kind about a day."""
    journal = archive.journal(SOURCE, Days(day, day)).filter(pl.col("item").str.ends_with(end)).sort("asked_at")
    return {row["item"]: row for row in journal.iter_rows(named=True)}


def _answer(archive: Archive, item: str, told: dict[str, Any]) -> Payload | None:
    """The newest answer, where what was told of the file last is that it came whole."""
    kept = archive.find_newest(SOURCE, item) if told["outcome"] in ANSWERED else None
    return archive.read_payload(kept) if kept else None


def _fetched(archive: Archive, item: str, day: date, told: dict[str, Any] | None) -> Fetched:
    if told is None:
        return Fetched(Request(SOURCE, item, "", day), "failed", datetime.combine(day, time(), UTC), detail=NOT_ASKED)
    payload = _answer(archive, item, told)
    outcome = cast(Outcome, "kept" if payload else told["outcome"])
    return Fetched(Request(SOURCE, item, told["url"], day), outcome, told["asked_at"], payload=payload, detail=told["detail"])


def _documents(payload: Payload, outlets: Sequence[str]) -> pl.DataFrame:
    try:
        return parse_articles(payload, outlets)
    except SourceError as error:
        nothing = dict.fromkeys(ROWS.names(), None)
        return pl.DataFrame([nothing | {"fetched_at": payload.about.isoformat(), "unreadable": str(error)}], schema=ROWS)


def _in_time(rows: pl.DataFrame, about: date) -> pl.DataFrame:
    """A page that bears a day of long ago was found late: it is no news of that day any more, and none of this one."""
    is_late = pl.col("index_date") < about - DAYS_LATE
    told = pl.format("GDELT found it on {}, more than {} days after the day it bears", pl.lit(about), pl.lit(DAYS_LATE.days))
    return rows.with_columns(
        pl.when(is_late).then(pl.lit(about)).otherwise("index_date").alias("index_date"),
        pl.coalesce("unreadable", pl.when(is_late).then(told)).alias("unreadable"),
    )
