"""Progress of a real Dagster run, on a terminal and in a pipe, while Dagster redirects standard error."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from pipeline.progress import describe_step
from pipeline.settings import Settings
from tests.conftest import command_environment
from tests.defs.conftest import ALL_SOURCES, build_quietly

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


@pytest.mark.slow
def test_a_pipe_gets_one_line_per_step(tmp_path: Path) -> None:
    with start(tmp_path / "home", subprocess.PIPE) as process:
        said, errors = process.communicate("x", timeout=120)
    assert said == "done\n"
    assert [line for line in errors.splitlines() if line != "printed by a step"] == [
        "loading …",
        "1/2 cleaning articles",
        "2/2 reading articles",
    ]


def test_exactly_the_steps_that_check_a_table_are_called_checks(tmp_path: Path) -> None:
    # With all upstreams there is a step `gdelt`; `gdelt_daily` is no check of it.
    values = {"home": tmp_path, "sources": ALL_SOURCES, "first_day": date(2025, 4, 2)}
    location = build_quietly(Settings.model_validate(values))
    steps = {node.name for node in location.resolve_job_def("trade_tension").graph.nodes}
    checks = [(key.asset_key.to_user_string(), key.name) for key in location.resolve_asset_graph().asset_check_keys]
    of_checks = {f"{table}_{name}": f"checking {table}: {name}".replace("_", " ") for table, name in checks if f"{table}_{name}" in steps}
    described = {step: describe_step(step) for step in steps}
    assert {step: words for step, words in described.items() if words.startswith("checking")} == of_checks
    assert of_checks
    assert described["findings"] == "reading articles"
    assert described["threat_rates"] == "threat rates"
