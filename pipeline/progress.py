"""Progress of a run, as a bar or as lines.

Must not import Dagster, because the first line is shown before it is loaded.
"""

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from pipeline.contracts.tables import TABLES

#: Descriptions of steps; other steps are shown with the name of their table or check.
STEPS = {
    "raw_articles": "loading articles",
    "admission": "cleaning articles",
    "story_links": "linking repeated stories",
    "findings": "reading articles",
    "raw_trade_flows": "loading trade figures",
    "raw_tariffs": "loading tariff rates",
    "raw_commitments": "loading purchase commitments",
    "measure_reports": "linking reports to official acts",
    "published": "publishing",
    "uploaded": "uploading",
    "failed_checks": "listing failed checks, if any",
}
#: Approximate duration of a step relative to the others on the bundled sample, for the time left.
WEIGHTS = {"findings": 40, "raw_articles": 6, "admission": 8, "story_links": 4, "published": 12}
_WAITING = "loading …"
# Before this share of the work is done, the time left would be a guess.
_MIN_SHARE = 0.1


class Display:
    """Shows the steps of a run, as a bar or as lines.

    They are lines if `bar` is None. Implements `pipeline.defs.listener.Listener`.
    """

    def __init__(self, console: Console, bar: Progress | None) -> None:
        self._console, self._bar = console, bar
        self._task = bar.add_task(_WAITING, total=None, steps="") if bar else None
        self._steps: Sequence[str] = ()
        self._total = self._done = 0.0
        self._step, self._started, self._done_of_step = "", 0, 0.0

    def show_preparing(self) -> None:
        """Print that the run is being prepared; a bar shows it already."""
        if not self._bar:
            self._console.print(_WAITING, highlight=False)

    def set_steps(self, steps: Sequence[str]) -> None:
        """Set the names of all steps of the run.

        A step that runs twice is listed twice.
        """
        self._steps = steps
        self._total = float(sum(map(_weight, steps)))

    def on_step(self, name: str, event: str) -> None:
        """Show that a step started (`event` is "start") or ended (any other).

        Lines show only starts.
        """
        if event == "start":
            self._step, self._done_of_step = name, 0.0
            self._started += 1
            if not self._bar:
                self._console.print(f"{self._started}/{len(self._steps)} {describe_step(name)}", highlight=False, soft_wrap=True)
        else:
            self._done += _weight(name)
            self._done_of_step = 0.0
        self._draw(describe_step(self._step))

    def on_days(self, done: int, total: int) -> None:
        """Show how many days of the current step are done.

        Only a bar shows it; lines do not.
        """
        self._done_of_step = _weight(self._step) * done / total
        self._draw(f"{describe_step(self._step)}, {done:,} of {total:,} days")

    def _draw(self, description: str) -> None:
        """Show in the progress bar, if any, how far the run is."""
        if self._bar and self._task is not None:
            self._bar.update(
                self._task,
                description=description,
                completed=self._done + self._done_of_step,
                total=self._total or None,
                steps=f"step {self._started} of {len(self._steps)}",
                refresh=True,  # a short step would end before the next automatic refresh
            )


class _TimeLeft(ProgressColumn):
    """Column with the remaining time, estimated from the speed so far.

    It is empty until `_MIN_SHARE` of the work is done.
    """

    def render(self, task: Task) -> Text:
        share = task.completed / task.total if task.total else 0.0
        if share < _MIN_SHARE or task.elapsed is None:
            return Text("")
        left = timedelta(seconds=round(task.elapsed * (1 - share) / share))
        return Text(f"about {left} left", style="progress.remaining")


@contextmanager
def display_progress(err: Console) -> Iterator[Display]:
    """Yield a `Display` that shows progress on the stream of `err`.

    It shows a bar on a terminal, which disappears at the end of the block, else lines.
    Draws on a duplicate of the file descriptor, because Dagster redirects the original into its compute logs during a run.
    """
    with _duplicate_stream(err.file) as file:
        console = Console(file=file, force_terminal=err.is_terminal)
        if not console.is_terminal:
            yield Display(console, None)
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[steps]}"),
            TimeElapsedColumn(),
            _TimeLeft(),
        )
        with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
            yield Display(console, bar)


@contextmanager
def _duplicate_stream(stream: IO[str]) -> Iterator[IO[str]]:
    """Yield a duplicate of the stream, writing to the same file.

    It has a file descriptor of its own, and is closed after the block. A stream without file descriptor is yielded itself.
    """
    try:
        descriptor = os.dup(stream.fileno())
    except (OSError, io.UnsupportedOperation):  # not a file, so Dagster cannot redirect it
        yield stream
        return
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        yield file


def describe_step(step: str) -> str:
    """Return the description of a step, by default its name in words.

    A step whose name begins with that of a table and `_` is a check of the table.
    """
    if step in STEPS or step in TABLES:
        return STEPS.get(step, step).replace("_", " ")
    table = max((name for name in TABLES if step.startswith(f"{name}_")), key=len, default="")
    return (f"checking {table}: {step.removeprefix(f'{table}_')}" if table else step).replace("_", " ")


def _weight(step: str) -> int:
    """Return the duration of a step relative to most others."""
    return WEIGHTS.get(step, 1)
