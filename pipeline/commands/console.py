"""The two consoles of the command line, and what it prints for an error that a user can fix."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from pipeline.errors import UserError
from pipeline.report.plain import plain

out = Console()
err = Console(stderr=True)


@contextmanager
def exit_on_user_error() -> Iterator[None]:
    """End the command with one message and exit code 1 on a `UserError`."""
    try:
        yield
    except UserError as error:
        err.print(f"[bold red]tension:[/] {plain(str(error))}", highlight=False)
        raise typer.Exit(1) from error
