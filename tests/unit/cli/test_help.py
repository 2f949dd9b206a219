"""The help of every command has the whole help of its options."""

import pytest
import typer

from pipeline.cli import app
from tests.unit.cli.conftest import Command

COMMANDS = typer.main.get_group(app).commands


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_help_of_options_is_shown_in_full(command: Command, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("COLUMNS", "400")  # one line for each option
    shown = command(name, "--help").output
    texts = [text for parameter in COMMANDS[name].params if (text := getattr(parameter, "help", None))]
    assert [text for text in texts if text not in shown] == []
