"""The failed checks of a run, and an asset that lists them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.storage.tags import BACKFILL_ID_TAG

from pipeline.defs.metadata import escape_markdown
from pipeline.defs.side_tables import NOT_EVALUATED

NAME = "failed_checks"
_MOST_SHOWN = 50
_MOST_CHARACTERS = 600  # of one reason with its rows
_DESCRIPTION = (
    "The checks that failed in the newest run, critical ones first, under Metadata. A critical failure stops the run, or a side table "
    "keeps its last good version; a warning stops nothing.\n\nA backfill (of several days) has several runs, and only one lists its checks "
    "here; `tension status` has those of all. Each check with all its results is under Checks of its table."
)
_OTHER_RUNS = (
    "\n\n**Only of this run**: the checks of the other runs of this backfill are under Checks of each table and in `tension status`."
)


class FailedCheck(NamedTuple):
    """A check that failed, critical or not."""

    table: str
    check: str
    description: str
    is_critical: bool

    def __str__(self) -> str:
        return f"{self.table}.{self.check}: {self.description}"


def iterate_check_results(events: Iterable[dg.DagsterEvent]) -> Iterator[AssetCheckEvaluation]:
    """Yield the results of checks among the events of a run."""
    for event in events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            yield event.asset_check_evaluation_data


def list_failed_checks(results: Iterable[AssetCheckEvaluation]) -> list[FailedCheck]:
    """List the checks that failed, without those that were not evaluated."""
    return [
        FailedCheck(
            result.asset_key.to_user_string(), result.check_name, explain_result(result), result.severity == dg.AssetCheckSeverity.ERROR
        )
        for result in results
        if not result.passed and NOT_EVALUATED not in result.metadata
    ]


# This asset depends on nothing, so that it also runs after a failure, and has the lowest priority, so that it runs last.
@dg.asset(name=NAME, group_name="published", op_tags={"dagster/priority": "-100"}, description=_DESCRIPTION)
def failed_checks(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """List the failed checks of this run, at most 50, as metadata.

    The numbers of failed and of all evaluated checks are metadata, too.
    """
    results = list(_read_results(context.instance, context.run_id))
    failed = sorted(_describe(result) for result in results if not result.passed)
    more = f"\n\n… and {len(failed) - _MOST_SHOWN} more" if len(failed) > _MOST_SHOWN else ""
    shown = "\n".join(f"* {line}" for line in failed[:_MOST_SHOWN]) + more
    others = _OTHER_RUNS if BACKFILL_ID_TAG in context.run.tags else ""
    return dg.MaterializeResult(
        metadata={
            "failed checks": dg.MetadataValue.md((shown or "_no check failed_") + others),
            "checks that failed": len(failed),
            "checks that were evaluated": len(results),
        }
    )


def _read_results(instance: dg.DagsterInstance, run_id: str) -> Iterator[AssetCheckEvaluation]:
    """Yield the results of all checks of a run."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        event = entry.dagster_event
        if event is not None:
            yield event.asset_check_evaluation_data


def _describe(result: AssetCheckEvaluation) -> str:
    """Describe a failed check in Markdown; critical ones sort before warnings."""
    severity = "critical" if result.severity is dg.AssetCheckSeverity.ERROR else "warning"
    name = f"{result.asset_key.to_user_string()}.{result.check_name}"
    return f"**{severity}** {escape_markdown(name)}: {escape_markdown(explain_result(result), _MOST_CHARACTERS)}"


def explain_result(result: AssetCheckEvaluation) -> str:
    """Return why a check exists, and what failed, from its metadata.

    Parts that the check did not report are left out. A check that was not evaluated usually says only why it was not. If a table could not
    be rebuilt, the `reason` of its check `is_rebuilt` is the error.
    """
    said = {name: str(getattr(value, "value", value)) for name, value in result.metadata.items()}
    return ". ".join(said[name] for name in ("reason", "detail", NOT_EVALUATED) if said.get(name))
