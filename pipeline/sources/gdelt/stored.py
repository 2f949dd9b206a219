"""Reads GDELT's files of given days from the archive.

GDELT publishes files every quarter-hour. Files of events that are missing also have a result. Fetching is in `fetch.py`; the formats are in
`events.py` and `articles.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import polars as pl

from pipeline.contracts.days import Days
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.articles import parse_articles
from pipeline.sources.gdelt.fetch import SOURCE, iter_quarters
from pipeline.sources.gdelt.lines import ARTICLES_SUFFIX, EVENTS_SUFFIX
from pipeline.sources.http.archive import Archive
from pipeline.sources.payloads import SUCCESSFUL_OUTCOMES, FetchResult, Outcome, Payload, Request
from pipeline.sources.rows import ROWS, to_raw_articles

NOT_REQUESTED = "was not requested"
BODY_LOST = "its stored response is missing or damaged; run `tension verify`"
MAX_DELAY = timedelta(days=7)  # a page that GDELT finds later than this after its date is not counted


def newest_day(payload: Payload) -> date | None:
    """Return the day of a file of events or articles.

    The day is that of the request; the body is not read. Returns None for another file, such as the master list.
    """
    return payload.day if payload.item.endswith((EVENTS_SUFFIX, ARTICLES_SUFFIX)) else None


def read_event_files(archive: Archive, days: Days) -> Iterator[FetchResult]:
    """Yield the result of every quarter-hour's file of events.

    The order is that of time; a day has 96 results, or none if no file of events was requested for it. The outcome is `kept`, with payload,
    if the file's last request succeeded and its body is intact, otherwise that of the last line of the journal about it: a file that turned
    out to be incomplete is `failed`. Quarter-hours that were not requested, e.g. because the host failed before, are `failed` too.
    """
    for day in days:
        journal = _last_journal_lines(archive, day, EVENTS_SUFFIX)
        if journal:
            items = (f"{quarter:%Y%m%d%H%M%S}{EVENTS_SUFFIX}" for quarter in iter_quarters(day))
            yield from (_restore_result(archive, item, day, journal.get(item)) for item in items)


def read_article_rows(archive: Archive, days: Days, outlets: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
    """Yield the documents of each stored file, as `RAW_ARTICLES`.

    The order is that of time, with one frame per file; `outlets` is as in `parse_articles`. The newest response of a file counts. A file
    whose last request did not succeed, e.g. because it was incomplete, or whose stored body is lost, is skipped. Rows with a reason in
    `unreadable` are rejected later, such as the only row of an unreadable file, and pages dated over `MAX_DELAY` before their file, which
    get the day of the file.
    """
    for day in days:
        for item, line in sorted(_last_journal_lines(archive, day, ARTICLES_SUFFIX).items()):
            payload = _read_payload(archive, item, line)
            if payload is not None:
                rows = to_raw_articles(_parse_documents(payload, outlets), f"{SOURCE}/{item}", last_day=payload.day)
                yield _reject_late_pages(rows, payload.day)


def _last_journal_lines(archive: Archive, day: date, suffix: str) -> dict[str, dict[str, Any]]:
    """Return the last journal line about each of a day's files.

    Keys are the names of the files, all ending in `suffix`.
    """
    journal = archive.journal(SOURCE, Days(day, day)).filter(pl.col("item").str.ends_with(suffix)).sort("asked_at")
    return {row["item"]: row for row in journal.iter_rows(named=True)}


def _read_payload(archive: Archive, item: str, line: dict[str, Any]) -> Payload | None:
    """Read the newest response to a file, if its last request succeeded.

    Returns None if it did not (an incomplete file is a failure too), or if the stored body is missing. `line` is the last journal line
    about the file, which has the outcome of that request.
    """
    stored = archive.find_newest(SOURCE, item) if line["outcome"] in SUCCESSFUL_OUTCOMES else None
    return archive.read_payload(stored) if stored else None


def _restore_result(archive: Archive, item: str, day: date, line: dict[str, Any] | None) -> FetchResult:
    """Restore the result of fetching a file from its last journal line.

    The outcome is `kept` if `_read_payload` returns the file, otherwise that of the line. Without a line it was not requested, and is
    `failed`.
    """
    if line is None:
        return FetchResult(Request(SOURCE, item, "", day), "failed", datetime.combine(day, time(), UTC), detail=NOT_REQUESTED)
    payload = _read_payload(archive, item, line)
    outcome = cast(Outcome, "kept" if payload else line["outcome"])
    detail = line["detail"] or ("" if payload else BODY_LOST)
    return FetchResult(Request(SOURCE, item, line["url"], day), outcome, line["asked_at"], payload=payload, detail=detail)


def _parse_documents(payload: Payload, outlets: Sequence[str]) -> pl.DataFrame:
    """Parse a file's documents; an unreadable file gives one unreadable row."""
    try:
        return parse_articles(payload, outlets)
    except SourceError as error:
        empty_row = dict.fromkeys(ROWS.names(), None)
        return pl.DataFrame([empty_row | {"fetched_at": payload.day.isoformat(), "unreadable": str(error)}], schema=ROWS)


def _reject_late_pages(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """Mark pages whose day is more than `MAX_DELAY` before their file's.

    Their `unreadable` gets the reason, unless it has one, and their `index_date` becomes `day`, the day of the file.
    """
    is_late = pl.col("index_date") < day - MAX_DELAY
    reason = pl.format("GDELT found it on {}, more than {} days after its date", pl.lit(day), pl.lit(MAX_DELAY.days))
    return rows.with_columns(
        pl.when(is_late).then(pl.lit(day)).otherwise("index_date").alias("index_date"),
        pl.coalesce("unreadable", pl.when(is_late).then(reason)).alias("unreadable"),
    )
