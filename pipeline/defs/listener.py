"""Reports a run's steps and days to the command that started it."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import dagster as dg

from pipeline.contracts.days import Days

_EVENTS = {"STEP_START": "start", "STEP_SUCCESS": "success", "STEP_FAILURE": "failure", "STEP_SKIPPED": "skipped"}


class Listener(Protocol):
    """Receives progress. Called from within the run, so it must return quickly."""

    def on_step(self, name: str, event: str) -> None:
        """Handle the start or the end of a step.

        `event` is "start", "success", "failure" or "skipped".
        """

    def on_days(self, done: int, total: int) -> None:
        """Handle that `done` of the step's `total` days are done."""


_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Send the progress of runs started in the block to this listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report_days(batches: Iterable[Days], total: int) -> Iterator[Days]:
    """Yield the batches, and report the number of days done after each.

    A batch is done when the next one is requested. Without a listener, nothing is reported.
    """
    listener, done = _listener.get(), 0
    for batch in batches:
        yield batch
        done += len(batch)
        if listener:
            listener.on_days(done, total)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        event, listener = getattr(record, "dagster_event", None), _listener.get()
        if listener and event is not None and event.step_key and event.event_type_value in _EVENTS:
            listener.on_step(event.step_key, _EVENTS[event.event_type_value])


@dg.logger(config_schema={}, description="Reports steps to the command that started the run; prints nothing.")
def listener_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Create a logger whose only handler reports the events of steps."""
    logger = logging.Logger("tension.listener", logging.DEBUG)
    logger.addHandler(_Handler())
    return logger


#: Runs that the UI, a schedule or the sensor starts use Dagster's default, the console logger.
LOGGERS = {"console": dg.colored_console_logger, "listener": listener_logger}
