"""How each upstream stands: when it last answered, how new its newest data are, what is missing.

Belongs here: the accounts of the journal and the data's own last day. Does not: asking (`http/client.py`), or showing it
(`pipeline/report`).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import polars as pl

from pipeline.contracts.sources import RECENT_DAYS
from pipeline.contracts.tables.raw import FETCHES
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.sources.payloads import ANSWERED

STANDING = pl.Schema(
    {
        "source": pl.String(),
        "is_on": pl.Boolean(),
        "last_success_at": pl.Datetime("us", "UTC"),
        "newest_date": pl.Date(),
        "lag_days": pl.Int64(),
        "late_after_days": pl.Int64(),
        "is_late": pl.Boolean(),
        "asked": pl.Int64(),
        "missing": pl.Int64(),
        "failed": pl.Int64(),
        "last_problem": pl.String(),
    }
)


def standing(journal: pl.DataFrame, newest: Mapping[str, date | None], on: Sequence[str], today: date) -> pl.DataFrame:
    """One row for each upstream that is on or was ever asked, in the order of the contracts, as `STANDING`.

    `journal` is of `FETCHES`; `newest` gives the newest day that the data of a source tell of. `asked`, `missing` and `failed` (with what
    was refused) count the last `RECENT_DAYS` days of asking, each thing once, by what came of it last. `is_late`: the data lie further back
    than the contract of the source allows, or there are none.
    """
    rows = FETCHES.conform(journal)
    names = [name for name in UPSTREAMS if name in on or name in set(rows["source"])]
    return pl.DataFrame([_row(name, rows.filter(source=name), newest.get(name), name in on, today) for name in names], schema=STANDING)


def standing_of_files(name: str, read_at: datetime | None, newest: date | None, today: date) -> pl.DataFrame:
    """The row of files that the user gives: nobody is asked, so nothing is missing or failed; what is late is for the user to judge."""
    row = {"source": name, "is_on": True, "last_success_at": read_at, "newest_date": newest, "is_late": False, "last_problem": ""}
    row |= {"lag_days": None if newest is None else max((today - newest).days, 0), "late_after_days": None}
    return pl.DataFrame([row | dict.fromkeys(("asked", "missing", "failed"), 0)], schema=STANDING)


def _row(name: str, journal: pl.DataFrame, newest: date | None, is_on: bool, today: date) -> dict[str, object]:
    good = journal.filter(pl.col("outcome").is_in(ANSWERED))
    recent = journal.filter(pl.col("asked_at").dt.date() > today - timedelta(days=RECENT_DAYS))
    last = recent.sort("asked_at").unique("item", keep="last", maintain_order=True)
    allowed = UPSTREAMS[name].late_after_days
    problems = last.filter(~pl.col("outcome").is_in(ANSWERED))
    lag = None if newest is None else (today - newest).days
    return {
        "source": name,
        "is_on": is_on,
        "last_success_at": good["asked_at"].max(),
        "newest_date": newest,
        "lag_days": lag,
        "late_after_days": allowed,
        "is_late": lag is None or (lag > allowed),
        "asked": last.height,
        "missing": last.filter(outcome="missing").height,
        "failed": problems.filter(pl.col("outcome") != "missing").height,
        "last_problem": problems["detail"][-1] if problems.height else "",
    }
