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

from tests.conftest import command_environment

PROGRAM = Path(__file__).with_name("small_run.py")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def started(folder: Path, stderr: int) -> Iterator[subprocess.Popen[str]]:
    """The program with its standard error there; killed at the end if it still waits."""
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
    """What was drawn until `text` appeared; fails when nothing more comes."""
    drawn = ""
    while text not in drawn:
        ready, _, _ = select.select([descriptor], [], [], seconds)
        if not ready:
            pytest.fail(f"{text!r} was never drawn, but: {drawn!r}")
        drawn += _CONTROL.sub("", os.read(descriptor, 65536).decode("utf-8", "replace"))
    return drawn


def test_a_terminal_shows_the_step_and_its_days_while_it_runs(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with started(tmp_path / "home", theirs) as process:
        drawn = read_until(ours, "reading articles, 2 of 4 days")  # the step waits until the next line
        assert process.poll() is None
        said, _ = process.communicate("x", timeout=60)
    os.close(theirs)
    os.close(ours)
    assert said == "done\n"
    assert drawn.index("loading …") < drawn.index("cleaning articles") < drawn.index("reading articles")
    assert "step 2 of 2" in drawn
    assert re.search(r"about \d:\d\d:\d\d left", drawn)


def test_a_pipe_gets_one_line_for_each_step(tmp_path: Path) -> None:
    with started(tmp_path / "home", subprocess.PIPE) as process:
        said, errors = process.communicate("x", timeout=120)
    assert said == "done\n"
    assert [line for line in errors.splitlines() if line != "printed by a step"] == [
        "loading …",
        "1/2 cleaning articles",
        "2/2 reading articles",
    ]
