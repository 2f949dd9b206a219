"""Progress of a real Dagster run, on a terminal and in a pipe, while Dagster redirects standard error."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.progress import describe_step
from tests.conftest import command_environment

PROGRAM = Path(__file__).with_name("small_run.py")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def start(folder: Path, stderr: int) -> Iterator[subprocess.Popen[str]]:
    """Start the program with this standard error; kill it at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, PROGRAM, folder],
        env=command_environment(TERM="xterm-256color"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(descriptor: int, text: str, seconds: float = 120) -> str:
    """Read the output up to `text`; fail if it does not appear in time."""
    drawn = ""
    while text not in drawn:
        ready, _, _ = select.select([descriptor], [], [], seconds)
        if not ready:
            pytest.fail(f"{text!r} was not drawn; output: {drawn!r}")
        drawn += _CONTROL.sub("", os.read(descriptor, 65536).decode("utf-8", "replace"))
    return drawn


def test_a_terminal_shows_the_current_step_and_its_days(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with start(tmp_path / "home", theirs) as process:
        drawn = read_until(ours, "reading articles, 2 of 4 days")  # the step waits until the next line
        assert process.poll() is None
        said, _ = process.communicate("x", timeout=60)
    os.close(theirs)
    os.close(ours)
    assert said == "done\n"
    assert drawn.index("loading …") < drawn.index("cleaning articles") < drawn.index("reading articles")
    assert "step 2 of 2" in drawn
    assert re.search(r"about \d:\d\d:\d\d left", drawn)


def test_a_pipe_gets_one_line_per_step(tmp_path: Path) -> None:
    with start(tmp_path / "home", subprocess.PIPE) as process:
        said, errors = process.communicate("x", timeout=120)
    assert said == "done\n"
    assert [line for line in errors.splitlines() if line != "printed by a step"] == [
        "loading …",
        "1/2 cleaning articles",
        "2/2 reading articles",
    ]


def test_a_step_that_checks_a_table_is_called_a_check() -> None:
    steps = ["threats", "threat_states", "threat_states_states_have_no_gaps", "findings"]
    assert [describe_step(step, steps) for step in steps[1:]] == [
        "threat states",
        "checking threat states: states have no gaps",
        "reading articles",
    ]
