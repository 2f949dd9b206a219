"""Run the Dagster job in this process.

The only command module that imports Dagster, and only when a run starts.
"""

import os
import sqlite3
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from pipeline.commands.console import err, explain_disk_problem
from pipeline.contracts.days import Days
from pipeline.errors import UserError
from pipeline.garbage import pause_garbage_collection
from pipeline.progress import Display
from pipeline.report import terminal
from pipeline.settings import Settings
from pipeline.warehouse.run_history import POSTGRES_URL
from pipeline.warehouse.shared_lake import SharedLake

if TYPE_CHECKING:
    from pipeline.defs.launch import Launched
    from pipeline.defs.work import Block


class HistoryError(UserError):
    """Dagster's history of runs cannot be read or written.

    No published value depends on the history.
    """


#: Exit code of a run that published the index but could not rebuild some side tables.
PUBLISHED_WITH_STALE_TABLES = 3
#: Exit code of a run that published the index in the home but could not upload it.
NOT_UPLOADED = 5
#: Step that uploads the release; if it fails, the release is published in the home all the same.
_UPLOAD = "uploaded"


def run_job(settings: Settings, display: Display, upstreams: Sequence[str] = ()) -> "Launched":
    """Run the job on the days of the settings, or only fetch.

    With `upstreams`, only these are fetched. `display` shows the steps. Failed steps are in the result; `HistoryError` if Dagster's history
    of runs cannot be used.
    """
    _quieten_libraries()
    display.show_preparing()
    with pause_garbage_collection():
        from pipeline.definitions import build  # noqa: PLC0415 the import takes seconds; mistakes of the user are reported before
        from pipeline.defs.launch import Launcher  # noqa: PLC0415 as above

        launcher = Launcher(build(settings))
    with explaining_history(settings), _restoring_streams():
        span = _get_days(settings)
        runs = launcher.plan_fetch(upstreams, span) if upstreams else launcher.plan(settings, span)
        display.set_steps(launcher.list_steps(runs))
        return (launcher.fetch if upstreams else launcher.launch)(settings, runs, display)


def work_on_blocks(settings: Settings, lake: SharedLake, report: Callable[[str], None]) -> "Iterator[tuple[Block, Launched]]":
    """Read blocks of days of a shared lake; yield each result.

    A result is the block and what its run gave. Ends when no block is left, or after one that failed. `report` receives what this machine
    reads or waits for. `WorkError` if the home has articles from upstreams, or a block that this machine has read must be read again.
    """
    _quieten_libraries()
    with pause_garbage_collection():
        from pipeline.definitions import build_reading  # noqa: PLC0415 as above
        from pipeline.defs.launch import Launcher  # noqa: PLC0415 as above
        from pipeline.defs.work import work  # noqa: PLC0415 as above

        launcher = Launcher(build_reading(settings))
    with explaining_history(settings), _restoring_streams():
        yield from work(settings, lake, _get_days(settings), launcher, report)


def _quieten_libraries() -> None:
    warnings.simplefilter("ignore")  # warnings on which a user cannot act
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


def _get_days(settings: Settings) -> Days:
    return Days(settings.first_day, settings.last_day or settings.first_day)


@contextmanager
def _restoring_streams() -> Iterator[None]:
    """Restore standard output and error if the block raises.

    Dagster redirects them into files of the home while a step runs, and does not undo it if their disk is full: messages would be lost.
    """
    streams = (sys.stdout, sys.stderr)
    descriptors = [(number, os.dup(number)) for number in (1, 2)]
    try:
        yield
    except BaseException:
        for number, original in descriptors:
            os.dup2(original, number)
        sys.stdout, sys.stderr = streams
        raise
    finally:
        for _, original in descriptors:
            os.close(original)


@contextmanager
def explaining_history(settings: Settings) -> Iterator[None]:
    """Convert errors of the database of Dagster's runs to `HistoryError`.

    Its message says what to do. Any other error of the block passes unchanged.
    """
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 as above

    try:
        yield
    except Exception as error:
        is_without_answer = type(error).__name__ == "DagsterPostgresException"  # compared by name: its package may not be installed
        if not is_without_answer and not isinstance(error, SQLAlchemyError | sqlite3.Error):
            raise
        origin = error.__cause__ or error if is_without_answer else error
        folder, cause = settings.dagster_home, " ".join(str(getattr(origin, "orig", None) or origin).split())
        if os.environ.get(POSTGRES_URL):
            raise HistoryError(
                f"Postgres, which stores the history of runs, cannot be used ({cause}); start the server, or correct {POSTGRES_URL}. What "
                f"was published is unchanged"
            ) from error
        if advice := explain_disk_problem(cause):
            raise HistoryError(f"cannot write {folder} ({cause}): {advice}. What was published is unchanged") from error
        if "unable to open" in cause:
            raise HistoryError(
                f"cannot write {folder}: {cause}; free some space, make the folder writable, or choose another home"
            ) from error
        raise HistoryError(
            f"the history of runs in {folder} is damaged ({cause}). Delete this folder while nothing runs, and run again: no value "
            f"depends on it; schedules and sensor are then off"
        ) from error


def report_failures(launched: "Launched", settings: Settings) -> None:
    """Print failed checks and steps.

    Exits with code 1 if a step failed, unless it is the upload alone: that, and stale tables, are then left to `report_state`. Failed
    checks alone do not exit.
    """
    terminal.print_failed_checks(err, launched.failed_checks)
    if any(step != _UPLOAD for step, _ in launched.failures):
        terminal.print_stale_tables(err, launched.stale_tables)
        terminal.print_failures(err, launched.failures, settings.home)
        for advice in dict.fromkeys(filter(None, (explain_disk_problem(message) for _, message in launched.failures))):
            err.print(f"The cause: {advice}", highlight=False)
        raise typer.Exit(1)


def report_state(launched: "Launched", settings: Settings) -> None:
    """Print which side tables are stale, and a failed upload.

    A side table is one on which the index does not depend; it is stale if it could not be built again, or a check of it failed. Call this
    after `report_failures`: the index is published in the home. Exits with code 5 if it was not uploaded, else 3 if side tables are stale.
    """
    terminal.print_stale_tables(err, launched.stale_tables)
    if launched.stale_tables:
        err.print("The index is published; run again once the cause is fixed.", highlight=False)
    if launched.failures:
        terminal.print_failed_upload(err, launched.failures[0][1], settings.published)
        raise typer.Exit(NOT_UPLOADED)
    if launched.stale_tables:
        raise typer.Exit(PUBLISHED_WITH_STALE_TABLES)
