"""Exit codes of interrupted commands: 130 for Ctrl-C, 143 for SIGTERM.

Ctrl-C is the normal end of `tension open`, which then exits with 0.
"""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.errors import UserError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: Time until a lost interruption is repeated, in seconds: the finalizer in which it was lost has then most likely ended.
_PAUSE = 0.05


class InterruptedRunError(UserError):
    """A person or a supervisor ended the command."""

    def __init__(self, number: int, effect: str = "") -> None:
        name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
        super().__init__(f"interrupted by {name}{effect and f'; {effect}'}. Run the same command again to go on")
        self.exit_code = 128 + number  # type: ignore[misc] # as shells report it


class _Effect(str):
    """A note on an error: what the command had done before."""

    __slots__ = ()


@contextmanager
def noting_effect(describe: Callable[[], str]) -> Iterator[None]:
    """Add to any error what the command had done until then.

    `describe` returns that, in words. The message of an `InterruptedRunError` then contains it.
    """
    try:
        yield
    except BaseException as error:
        error.add_note(_Effect(describe()))
        raise


def _raise(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)


@contextmanager
def raise_when_interrupted() -> Iterator[None]:
    """Turn any error that follows a Ctrl-C or SIGTERM into `InterruptedRunError`.

    Handlers set here raise `KeyboardInterrupt` for both, but libraries replace them, and raise errors of their own. Which signal came is
    therefore read from a pipe to which Python writes the number of each signal. Without a signal, errors pass unchanged. Outside the main
    thread, which alone receives signals, this does nothing. A signal is repeated if the error of its handler is lost (`_repeating_lost`).
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return
    received, numbers = os.pipe()
    os.set_blocking(received, False)
    os.set_blocking(numbers, False)
    before = {number: signal.signal(number, _raise) for number in _SIGNALS}
    fd_before = signal.set_wakeup_fd(numbers, warn_on_full_buffer=False)
    try:
        with _repeating_lost(received):
            yield
    except BaseException as error:
        if (number := _read_signal(received)) is not None:
            effects = [note for note in getattr(error, "__notes__", ()) if isinstance(note, _Effect)]
            raise InterruptedRunError(number, "; ".join(effects)) from error
        raise
    finally:
        signal.set_wakeup_fd(fd_before)
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(received)
        os.close(numbers)


@contextmanager
def _repeating_lost(received: int) -> Iterator[None]:
    """Repeat an interruption that Python ignored.

    If a signal comes while Python runs a finalizer, Python ignores the error that the handler raises, and the command would go on.
    `received`: the pipe to which Python writes the numbers of signals.
    """
    before, main, timers = sys.unraisablehook, threading.main_thread().ident, list[threading.Timer]()
    assert main is not None

    def repeat(lost: "sys.UnraisableHookArgs") -> None:
        if issubclass(lost.exc_type, Exception) or not select.select([received], [], [], 0)[0]:
            before(lost)
        else:  # from a handler, ours or Dagster's; in another thread, because an error raised here would be lost as well
            timers.append(threading.Timer(_PAUSE, signal.pthread_kill, (main, signal.SIGINT)))
            timers[-1].start()

    sys.unraisablehook = repeat
    try:
        yield
    finally:
        sys.unraisablehook = before
        for timer in timers:
            timer.cancel()


def interrupt_reads() -> None:
    """Let Ctrl-C end a read from the terminal at once.

    Polars sets a handler after which the system goes on with the read, so that Python would not see the signal before Enter.
    """
    signal.siginterrupt(signal.SIGINT, True)


def _read_signal(received: int) -> int | None:
    """Return the number of the first SIGINT or SIGTERM, or None.

    `received`: the pipe to which Python writes the numbers.
    """
    try:
        content = os.read(received, 4096)
    except BlockingIOError:
        return None
    return next((number for number in content if number in _SIGNALS), None)
