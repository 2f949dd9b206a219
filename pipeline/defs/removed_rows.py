"""Check whether rows of article files of earlier runs were removed.

Such rows leave the index, mostly because not all files were given. It is a check of a release, because only then all days are read.
"""

from collections.abc import Iterable

import dagster as dg
import polars as pl

from pipeline.defs.failed_checks import FailedCheck
from pipeline.report.names import format_count
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.removed_rows import find_removed_rows, forget_removed_rows

REMOVED_ROWS = dg.AssetCheckSpec(
    "earlier_rows_are_still_given",
    asset="published",
    description="rows that are no longer in the article files leave the index: give all files in every run, in --articles or the settings",
    metadata={"severity": "warning"},
)
_DAYS_SHOWN = 5


def check_removed_rows(lake: Lake) -> dg.AssetCheckResult:
    """Check whether rows were removed since the last report of such rows.

    To be called before the index is published. Once it is, forget the rows: at once if the check passed, else with `forget_reported_rows`.
    """
    removed = find_removed_rows(lake)
    metadata = {} if removed.is_empty() else {"reason": REMOVED_ROWS.description, "detail": describe_removed_rows(removed)}
    return dg.AssetCheckResult(
        passed=removed.is_empty(),
        check_name=REMOVED_ROWS.name,
        asset_key="published",
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def describe_removed_rows(removed: pl.DataFrame) -> str:
    """Say how many rows were removed, and name the first five days.

    `removed`: result of `find_removed_rows`, not empty.
    """
    days = [str(day) for day in removed["index_date"].unique().sort()]
    shown = ", ".join(days[:_DAYS_SHOWN])
    if len(days) > _DAYS_SHOWN:
        shown += f" and {format_count(len(days) - _DAYS_SHOWN, 'more day')}"
    is_or_are = "is" if removed.height == 1 else "are"
    return (
        f"{format_count(removed.height, 'row')} of {shown} from earlier runs {is_or_are} no longer in the article files, and so no longer "
        f"in the index"
    )


def forget_reported_rows(lake: Lake, failed: Iterable[FailedCheck]) -> None:
    """Forget removed rows once the warning of them is stored.

    `failed`: the failed checks of a run. The check only has a result if the release was published.
    """
    if any(check.check == REMOVED_ROWS.name for check in failed):
        forget_removed_rows(lake)
