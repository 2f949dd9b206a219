"""Run the Dagster job in this process. The only command module that imports Dagster, and only once a run starts."""

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from pipeline.commands.console import err
from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import FETCHES
from pipeline.progress import Display
from pipeline.report import terminal
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.defs.launch import Launched

#: Exit code of a run that published the index but could not rebuild some side tables.
PUBLISHED_WITH_STALE_TABLES = 3


def run_job(settings: Settings, display: Display, upstreams: Sequence[str] = ()) -> "Launched":
    """Run the job over the days of the settings, or only fetch these upstreams; `report` then says how it ended."""
    warnings.simplefilter("ignore")  # warnings of libraries: tests turn them into errors, a user cannot act on them
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    display.load()
    from pipeline.definitions import build  # noqa: PLC0415 takes seconds, so that mistakes are reported first
    from pipeline.defs.launch import Launcher  # noqa: PLC0415 as above

    span = Days(settings.first_day, settings.last_day or settings.first_day)
    launcher = Launcher(build(settings))
    if upstreams:
        display.expect([*upstreams, FETCHES.name])
        return launcher.ask(settings, upstreams, span, display)
    runs = launcher.plan(settings, span)
    display.expect(launcher.steps_of(runs))
    return launcher.launch(settings, runs, display)


def report_failures(launched: "Launched", settings: Settings) -> None:
    """Print failed checks and failures. A failed run ends the command with exit code 1."""
    terminal.failed_checks(err, launched.failed_checks)
    if not launched.succeeded:
        terminal.failures(err, launched.failures, settings.home)
        raise typer.Exit(1)


def report_stale_tables(launched: "Launched") -> None:
    """Print the side tables that keep an earlier version. Any ends the command with exit code 3: the index itself is published."""
    if launched.stale_tables:
        terminal.stale_tables(err, launched.stale_tables)
        raise typer.Exit(PUBLISHED_WITH_STALE_TABLES)
