"""The consoles of the command line, and how it prints a `UserError`."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from pipeline.commands.interruption import raise_when_interrupted
from pipeline.errors import UserError
from pipeline.report.plain import to_plain

out = Console()
err = Console(stderr=True)


@contextmanager
def exit_on_user_error() -> Iterator[None]:
    """Print a `UserError` as one message, and exit with its code."""
    try:
        with raise_when_interrupted():
            yield
    except UserError as error:
        err.print(f"[bold red]tension:[/] {to_plain(str(error))}", highlight=False)
        raise typer.Exit(error.exit_code) from error
