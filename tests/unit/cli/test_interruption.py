"""What a command says when a signal ends it."""

import signal

import pytest

from pipeline.settings import Settings
from tests.unit.cli.conftest import Command, flat


@pytest.mark.parametrize(
    ("publishes", "words"),
    [(True, "release 2025-03-09-0000000000 was already published"), (False, "what was published is unchanged")],
)
def test_an_interrupted_run_says_whether_it_has_published(
    command: Command, monkeypatch: pytest.MonkeyPatch, publishes: bool, words: str
) -> None:
    def stop(settings: Settings, _display: object) -> None:
        if publishes:
            (settings.published / "releases/2025-03-09-0000000000").mkdir(parents=True)
            (settings.published / "latest").symlink_to("releases/2025-03-09-0000000000")
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("pipeline.commands.run.run_job", stop)
    result = command("run", "--home", "home")
    assert (result.exit_code, flat(result.stderr)) == (
        143,
        f"tension: interrupted by SIGTERM; {words}. Run the same command again to go on",
    )
