"""The progress of a run as a person sees it: a bar on a terminal, one line for each step in a pipe.

Belongs here: how progress is drawn. Does not: what a run does (`defs/`), nor anything that is slow to import, since the first line
appears before Dagster is loaded.
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

#: Steps in words; a step that is not here is called by its table or check.
STEPS = {
    "raw_articles": "loading articles",
    "admission": "cleaning articles",
    "story_links": "finding articles that repeat others",
    "findings": "reading articles",
    "raw_trade_flows": "loading trade figures",
    "raw_tariffs": "loading tariff rates",
    "raw_commitments": "loading purchase commitments",
    "ledger": "following measures",
    "published": "publishing",
}
#: How long a step takes compared with the others, roughly, on the bundled sample: for the time left.
WEIGHTS = {"findings": 40, "raw_articles": 6, "admission": 8, "story_links": 4, "published": 12}
_WAITING = "loading …"
# Before a tenth of the work is done, the time left would be a guess.
_SHARE_TO_JUDGE_BY = 0.1


class Display:
    """Shows the steps of a run, and implements `pipeline.defs.listener.Listener`."""

    def __init__(self, console: Console, bar: Progress | None) -> None:
        self._console, self._bar = console, bar
        self._task = bar.add_task(_WAITING, total=None, steps="") if bar else None
        self._steps: Sequence[str] = ()
        self._total = self._done = 0.0
        self._step, self._started, self._part = "", 0, 0.0

    def load(self) -> None:
        """Say that the run is being prepared; a bar says so from the start."""
        if not self._bar:
            self._console.print(_WAITING, highlight=False)

    def expect(self, steps: Sequence[str]) -> None:
        """Say which steps will come, in any order, one as often as it runs."""
        self._steps = steps
        self._total = float(sum(map(_weight, steps)))

    def step(self, name: str, event: str) -> None:
        """Show that a step began or ended."""
        if event == "start":
            self._step, self._part = name, 0.0
            self._started += 1
            if not self._bar:
                self._console.print(f"{self._started}/{len(self._steps)} {describe(name)}", highlight=False, soft_wrap=True)
        else:
            self._done += _weight(name)
            self._part = 0.0
        self._draw(describe(self._step))

    def days(self, done: int, total: int) -> None:
        """Show how many days of the current step are done."""
        self._part = _weight(self._step) * done / total
        self._draw(f"{describe(self._step)}, {done:,} of {total:,} days")

    def _draw(self, description: str) -> None:
        if self._bar and self._task is not None:
            self._bar.update(
                self._task,
                description=description,
                completed=self._done + self._part,
                total=self._total or None,
                steps=f"step {self._started} of {len(self._steps)}",
                refresh=True,  # at once: a short step would end before the next redrawing
            )


class _TimeLeft(ProgressColumn):
    """The time that the rest takes at the speed so far."""

    def render(self, task: Task) -> Text:
        share = task.completed / task.total if task.total else 0.0
        if share < _SHARE_TO_JUDGE_BY or task.elapsed is None:
            return Text("")
        left = timedelta(seconds=round(task.elapsed * (1 - share) / share))
        return Text(f"about {left} left", style="progress.remaining")


@contextmanager
def displaying(err: Console) -> Iterator[Display]:
    """Show progress where `err` writes, until the block ends.

    Draws on a duplicate of the descriptor: Dagster redirects the original into the logs of its steps while a run lasts.
    """
    with _duplicate(err.file) as file:
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
def _duplicate(stream: IO[str]) -> Iterator[IO[str]]:
    try:
        descriptor = os.dup(stream.fileno())
    except (OSError, io.UnsupportedOperation):  # no file behind it, so nothing that can be redirected
        yield stream
        return
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        yield file


def describe(step: str) -> str:
    """A step in words."""
    return STEPS.get(step) or step.replace("__", " ").replace("_", " ")


def _weight(step: str) -> int:
    return WEIGHTS.get(step, 1)
