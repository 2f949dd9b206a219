"""The consoles of the command line, and how it prints a `UserError`."""

import errno
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from pipeline.commands.interruption import raise_when_interrupted
from pipeline.errors import UserError
from pipeline.report.plain import print_problem, to_plain

_DISK_PROBLEMS = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again",
    errno.EDQUOT: "the quota of the disk is used up; free some space and run the same command again",
    errno.EROFS: "the file system is read-only; choose another folder with --home, or mount it for writing",
    errno.EACCES: "permission denied; run as the user who owns the folder, or choose another with --home",
    errno.EPERM: "permission denied; run as the user who owns the folder, or choose another with --home",
    errno.EIO: "the disk reports an input/output error; check the disk, then run `tension verify`",
}

#: Words in messages of SQLite, which lack the system's error number, and what to do.
_SQLITE_PROBLEMS = {
    "disk is full": _DISK_PROBLEMS[errno.ENOSPC],
    "readonly database": _DISK_PROBLEMS[errno.EROFS],
    "disk I/O error": "the disk is full or damaged; free some space, or check the disk, and run the same command again",
}

out = Console()
err = Console(stderr=True)


def say(text: str, console: Console = out) -> None:
    """Print a text that may have words from outside, without wrapping it.

    Console markup in it is printed as it is; unprintable characters, except line feeds and tabs, are replaced.
    """
    console.print(to_plain(text), highlight=False, soft_wrap=True)


def explain_disk_problem(message: str) -> str | None:
    """Return what to do about a problem of the disk.

    `message`: that of an error of any library. None if it reports no such problem.
    """
    for number, advice in _DISK_PROBLEMS.items():
        if os.strerror(number) in message or f"os error {number})" in message:
            return advice
    return next((advice for words, advice in _SQLITE_PROBLEMS.items() if words in message), None)


def explain_os_error(error: OSError) -> str:
    """Return which path failed, why, and what to do."""
    place = error.filename2 or error.filename  # `filename2` is the target of a rename: the name that the user passed
    advice = _DISK_PROBLEMS.get(error.errno or 0) or f"{error.strerror or error}; correct the path, or choose another"
    return f"cannot read or write{f' {place}' if place else ''}: {advice}. What was published is unchanged"


@contextmanager
def exit_on_user_error() -> Iterator[None]:
    """Print a `UserError` as one message, and exit with its code.

    An `OSError`, e.g. of a full disk, is printed too, with exit code 1. An interruption is a `UserError`; any other error is raised. If the
    reader of the output has closed it, as `head` does, nothing is printed: Typer then ends the command with exit code 1.
    """
    try:
        with raise_when_interrupted():
            yield
    except UserError as error:
        print_problem(err, "tension", str(error))
        raise typer.Exit(error.exit_code) from error
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _is_output_closed():
            raise
        print_problem(err, "tension", explain_os_error(error))
        raise typer.Exit(1) from error


def _is_output_closed() -> bool:
    """Return whether the reader of stdout or stderr has closed it.

    A `BrokenPipeError` can also be of a worker process or a connection, which is a problem to report.
    """
    poll = select.poll()
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            poll.register(stream, 0)  # errors are always reported
    return any(events & select.POLLERR for _, events in poll.poll(0))
