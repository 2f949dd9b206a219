"""The status of each upstream, computed from the journal.

It has the last success, the newest data and recent failures. `pipeline/report` displays it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import polars as pl

from pipeline.contracts.sources import RECENT_DAYS
from pipeline.contracts.tables.raw import FETCHES
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.sources.payloads import FAILED_OUTCOMES, SUCCESSFUL_OUTCOMES

STATUS = pl.Schema(
    {
        "source": pl.String(),
        "is_on": pl.Boolean(),
        "last_success_at": pl.Datetime("us", "UTC"),
        "newest_date": pl.Date(),
        "lag_days": pl.Int64(),
        "late_after_days": pl.Int64(),
        "is_late": pl.Boolean(),
        "requested": pl.Int64(),
        "missing": pl.Int64(),
        "failed": pl.Int64(),
        "last_problem": pl.String(),
    }
)


def describe_upstreams(
    journal: pl.DataFrame, newest: Mapping[str, date | None], on: Sequence[str], today: date, last_day: date | None = None
) -> pl.DataFrame:
    """Describe each upstream that is enabled or has requests in the journal.

    `journal`: rows of `FETCHES`; `newest`: newest day of each source's data; `on`: enabled upstreams. Returns rows of `STATUS`, in the
    order of `UPSTREAMS`. `requested`, `missing` and `failed` (including refused) count the items (files, feeds, pages) requested in the
    last `RECENT_DAYS` days (with today), each by its last outcome; `last_problem` is the message of the latest of the missing and failed
    ones, "" if none. `lag_days`: days from the newest data to today, null without data. `is_late`: there is no data, or it was more than
    `late_after_days` days old on `last_day`, by default today.
    """
    rows = FETCHES.conform(journal)
    names = [name for name in UPSTREAMS if name in on or name in set(rows["source"])]
    return pl.DataFrame(
        [_describe_upstream(name, rows.filter(source=name), newest.get(name), name in on, today, last_day or today) for name in names],
        schema=STATUS,
    )


def describe_files(name: str, read_at: datetime | None, newest: date | None, today: date) -> pl.DataFrame:
    """Describe the user's own files, as one row of `STATUS`.

    `read_at` is when they were last read, `newest` the newest day in them. They are never late, missing or failed.
    """
    row = {"source": name, "is_on": True, "last_success_at": read_at, "newest_date": newest, "is_late": False, "last_problem": ""}
    row |= {"lag_days": None if newest is None else max((today - newest).days, 0), "late_after_days": None}
    return pl.DataFrame([row | dict.fromkeys(("requested", "missing", "failed"), 0)], schema=STATUS)


def _describe_upstream(
    name: str, journal: pl.DataFrame, newest: date | None, is_on: bool, today: date, last_day: date
) -> dict[str, object]:
    """Build an upstream's row of `STATUS`, as in `describe_upstreams`.

    `journal`: its requests; `newest`: the newest day of its data, compared with `today` for `lag_days` and with `last_day` for `is_late`.
    """
    successful = journal.filter(pl.col("outcome").is_in(SUCCESSFUL_OUTCOMES))
    recent = journal.filter(pl.col("asked_at").dt.date() > today - timedelta(days=RECENT_DAYS))
    last = recent.sort("asked_at").unique("item", keep="last", maintain_order=True)
    allowed = UPSTREAMS[name].late_after_days
    problems = last.filter(~pl.col("outcome").is_in(SUCCESSFUL_OUTCOMES))
    lag = None if newest is None else (today - newest).days
    return {
        "source": name,
        "is_on": is_on,
        "last_success_at": successful["asked_at"].max(),
        "newest_date": newest,
        "lag_days": lag,
        "late_after_days": allowed,
        "is_late": newest is None or (last_day - newest).days > allowed,
        "requested": last.height,
        "missing": last.filter(outcome="missing").height,
        "failed": last.filter(pl.col("outcome").is_in(FAILED_OUTCOMES)).height,
        "last_problem": problems["detail"][-1] if problems.height else "",
    }
