"""Runs that are killed or interrupted, and two runs at once: real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import TENSION, Tension, command_environment

DAYS = 3
ARTICLES = [
    {
        "source": source,
        "published_at": f"2025-03-0{day}T10:00:00Z",
        "title": f"China will tax U.S. goods at {10 + day} percent, says {source}",
        "body": "",
    }
    for day in range(1, DAYS + 1)
    for source in ("Strelsau Post", "Zenda Times")
]


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ARTICLES), encoding="utf-8")
    return path


@contextmanager
def start_run(wire: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a run, and return when it executes its first step."""
    arguments: list[str | Path] = [TENSION, "run", "--articles", wire, "--home", home, "--pairs", "USA-CHN", "--workers", "1"]
    process = subprocess.Popen(
        arguments, cwd=wire.parent, env=command_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("1/"):
                break
        yield process
    finally:
        process.kill()
        process.communicate()


def flat(text: str) -> str:
    """Join lines that the console wrapped."""
    return " ".join(text.split())


def read_statuses(home: Path) -> list[str]:
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        return sorted(run.status.value for run in instance.get_runs())


@pytest.mark.slow
def test_a_second_run_is_refused_until_the_first_is_dead(wire: Path, tension: Tension, tmp_path: Path) -> None:
    home = tmp_path / "home"
    arguments = ("run", "--articles", wire, "--home", home, "--pairs", "USA-CHN")
    with start_run(wire, home) as first:
        refused = tension(*arguments, cwd=tmp_path)
        assert refused.returncode == 4
        assert f"is in use: `tension run`, process {first.pid}, writes to it since" in " ".join(refused.stderr.split())
        assert first.poll() is None
    assert read_statuses(home) == ["STARTED"]
    next_run = tension(*arguments, cwd=tmp_path)
    assert next_run.returncode == 0, next_run.stderr
    assert read_statuses(home) == ["FAILURE", "SUCCESS"]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code", "name"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")])
def test_an_interrupted_run_says_so_and_exits_like_a_shell(wire: Path, tmp_path: Path, number: int, code: int, name: str) -> None:
    with start_run(wire, tmp_path / "home") as process:
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert f"interrupted by {name}; what was published is unchanged" in " ".join(errors.split())
    assert "Traceback" not in errors
    assert "failed:" not in errors


@pytest.mark.slow
def test_rows_that_an_interrupted_run_removed_are_reported(wire: Path, tension: Tension, tmp_path: Path) -> None:
    """The next run that publishes reports them once, and `status` lists them."""
    home, lost = tmp_path / "home", "1 row of 2025-03-03 from earlier runs is no longer in the article files"

    def run() -> str:
        command = tension("run", "--articles", wire, "--home", home, "--pairs", "USA-CHN", cwd=tmp_path)
        assert command.returncode == 0, command.stderr
        return flat(command.stderr)

    assert "no longer in the article files" not in run()
    wire.write_text("".join(json.dumps(row) + "\n" for row in ARTICLES[:-1]), encoding="utf-8")
    with start_run(wire, home) as process:
        deadline = time.monotonic() + 60
        while not (home / "lake/state/removed_rows.parquet").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    assert lost in run()
    assert lost in flat(tension("status", "--home", home, cwd=tmp_path).stdout)
    assert "no longer in the article files" not in run()


@pytest.mark.slow
def test_the_daemon_clears_a_killed_run_and_starts_the_next(wire: Path, tmp_path: Path) -> None:
    """Kills a run of the terminal, and queues one in the UI's queue: it must not wait for the dead one."""
    home = tmp_path / "home"
    with start_run(wire, home) as process:
        process.kill()
        process.communicate()
    settings = home / "dagster" / "dagster.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("poll_interval_seconds: 30", "poll_interval_seconds: 1"))
    workspace = tmp_path / "workspace.yaml"
    workspace.write_text("load_from:\n  - python_module: pipeline.definitions\n", encoding="utf-8")
    variables = command_environment(
        TENSION_HOME=str(home),
        TENSION_ARTICLES=str(wire),
        TENSION_PAIRS="USA-CHN",
        TENSION_FIRST_DAY="2025-03-01",
        TENSION_LAST_DAY="2025-03-03",
        DAGSTER_HOME=str(home / "dagster"),
        DAGSTER_DISABLE_TELEMETRY="true",
    )
    program = Path(sys.executable).with_name("dagster-daemon")
    with subprocess.Popen([program, "run", "-w", workspace], cwd=tmp_path, env=variables, start_new_session=True) as daemon:
        try:
            launch: list[str | Path] = [Path(sys.executable).with_name("dagster"), "job", "launch", "-w", workspace, "-j", "trade_tension"]
            tags = json.dumps({"dagster/asset_partition_range_start": "2025-03-01", "dagster/asset_partition_range_end": "2025-03-03"})
            subprocess.run([*launch, "--tags", tags], cwd=tmp_path, env=variables, check=True, capture_output=True)
            for _ in range(240):
                if read_statuses(home) == ["FAILURE", "SUCCESS"]:
                    break
                time.sleep(1)
        finally:
            os.killpg(daemon.pid, signal.SIGKILL)
    assert read_statuses(home) == ["FAILURE", "SUCCESS"]
    assert (home / "published" / "latest").exists()
