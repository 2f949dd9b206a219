"""Which rows of the baseline are stored again, and which are replaced.

Frozen rows make 100 mean the same next year as today. Belongs here: which rows of the table `baseline` are stored. Does not: the rates and
the dates of versions (`sql/index/baseline.sql`), their lengths (`parameters.py`).
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import polars as pl

from pipeline.contracts.tables.index import BASELINE, BASELINE_METHOD
from pipeline.index.parameters import BASELINE_LENGTHS, INDEX_VERSION, BaselineError


class StoredBaseline(NamedTuple):
    """Period of a stored baseline: a fixed window or a first day.

    `window`: first and last day, if the user set them. `first_day`: first day of the default baseline, which grows in versions. At most one
    of them is set; both are None if no version is frozen (`freeze_baseline`).
    """

    window: tuple[date, date] | None
    first_day: date | None


def freeze_baseline(fresh: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Choose the rows of `BASELINE` to store: frozen ones, and new ones.

    `fresh`: the baseline as computed now; `stored`: as stored before, both with the columns of BASELINE. A row is frozen if the days of its
    window were over and final (closed to late articles) when it was estimated. It is stored again unchanged if `fresh` has its series with
    the same version, window, index version and weights (`BASELINE_METHOD`). Rows of `fresh` are taken only for series and method that no
    frozen row has. So new sources or another lexicon do not change what 100 means. Series that `fresh` lacks are dropped.
    `BaselineError` if no article was accepted in a window of `fresh`.
    """
    for (first, last), rows in fresh.group_by("baseline_from", "baseline_to", maintain_order=True):
        if rows["article_count"].sum() == 0:
            raise BaselineError(
                f"no article was accepted in the baseline window {first} to {last}; `tension status` says how many rows were rejected and "
                f"why; if there are articles on other days, set another window with --baseline FROM:TO"
            )
    frozen = stored.filter("is_frozen").join(fresh, on=["series", *BASELINE_METHOD], how="semi")
    return BASELINE.conform(pl.concat([frozen, fresh.join(frozen, on=["series", *BASELINE_METHOD], how="anti")]))


def require_one_reader(fresh: pl.DataFrame, stored: pl.DataFrame, read_versions: Callable[[], pl.DataFrame]) -> None:
    """Raise `BaselineError` if readings of several versions would be frozen.

    `fresh`, `stored`: as in `freeze_baseline`; `read_versions` returns `extractor_version` and `lexicon_sha` of all findings, and is called
    only if index version or weights are new. The baseline is then computed again, once: from readings of an earlier version, 100 would be
    the level of what that version read.
    """
    frozen = stored.filter("is_frozen")
    if frozen.is_empty() or not frozen.join(fresh, on=["index_version", "weights_sha"], how="semi").is_empty():
        return
    readers = read_versions().unique()
    if readers.height > 1:
        versions = ", ".join(readers["extractor_version"].unique().sort())
        raise BaselineError(
            f"the baseline must be computed again, because its method or severities are new, but the articles were read by several "
            f"versions ({versions}). Read all days again, with all article files: tension run, without days"
        )


def read_stored_baseline(stored: pl.DataFrame) -> StoredBaseline:
    """Find out from stored rows whether the baseline is fixed or grows.

    `stored`: rows of BASELINE; only frozen ones of this index version count, and of them the version with the earliest `valid_from`. If
    its window begins on the day from which it is valid, and has as many days as that of the first default version, it is taken as the
    default baseline: the result has its first day. Otherwise it is a fixed window. Both fields are None if no version is frozen.
    """
    frozen = stored.filter(pl.col("is_frozen") & (pl.col("index_version") == INDEX_VERSION)).sort("valid_from")
    if frozen.is_empty():
        return StoredBaseline(None, None)
    valid_from, first, last = frozen.select("valid_from", "baseline_from", "baseline_to").row(0)
    is_default = valid_from == first and (last - first).days + 1 == BASELINE_LENGTHS[0]
    return StoredBaseline(None, first) if is_default else StoredBaseline((first, last), None)
