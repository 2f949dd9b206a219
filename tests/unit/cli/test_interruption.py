"""What a command says when a signal ends it."""

import signal
import time

import pytest

from pipeline.commands.interruption import InterruptedRunError, raise_when_interrupted
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


class _InterruptedFinalizer:
    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)  # Python ignores errors of finalizers, also that of the handler


def test_a_signal_during_a_finalizer_ends_the_command() -> None:
    def run() -> None:
        with raise_when_interrupted():
            _InterruptedFinalizer()
            time.sleep(10)

    with pytest.raises(InterruptedRunError, match="interrupted by SIGTERM"):
        run()


@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_an_error_in_a_finalizer_ends_nothing(monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    class Broken:
        def __del__(self) -> None:
            raise error

    reported = list[type[BaseException]]()
    monkeypatch.setattr("sys.unraisablehook", lambda lost: reported.append(lost.exc_type))
    with raise_when_interrupted():
        Broken()
        time.sleep(0.2)
    assert reported == [error]
