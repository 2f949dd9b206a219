"""What several folders of tests need: the settings of a clean machine, and one run of the whole job on the bundled sample."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

#: Sorts the collected tests.
pytest_plugins = ["tests.order"]

TENSION = Path(sys.executable).with_name("tension")
#: Data of third parties to develop against; it lies beside a checkout on some machines and is never part of one.
OUTSIDE_DATA = Path(__file__).parents[1].parent / "shared" / "data"

Finished = subprocess.CompletedProcess[str]
Tension = Callable[..., Finished]


@dataclass(frozen=True)
class SampleRun:
    """A home made by `tension run`, and what the command printed. All workers share it: read it, never write to it."""

    home: Path
    said: Finished

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def database(self) -> Path:
        return self.published / "trade_tension.duckdb"

    @property
    def latest(self) -> Path:
        return self.published / "latest"


def pytest_configure() -> None:
    """The settings of whoever runs the tests must not change what they find."""
    for name in [name for name in os.environ if name.startswith("TENSION_")]:
        del os.environ[name]
    os.environ["GX_ANALYTICS_ENABLED"] = "false"


def surroundings(**variables: str) -> dict[str, str]:
    """The environment of a command: a terminal of 120 columns, and these variables."""
    return os.environ | {"COLUMNS": "120", "GX_ANALYTICS_ENABLED": "false"} | variables


def run_tension(*arguments: str | Path, cwd: Path, **variables: str) -> Finished:
    """The installed command as a person starts it in a folder, with these variables; without a `tension.toml` there, on the sample."""
    return subprocess.run(
        [TENSION, *map(str, arguments)],
        cwd=cwd,
        env=surroundings(**variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="session")
def tension() -> Tension:
    """`tension ARGUMENTS`, in the folder `cwd`."""
    return run_tension


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """The whole job on the bundled sample, run once for all workers: the first one that needs it runs it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample"
    result = folder / "result.json"
    with FileLock(f"{folder}.lock"):
        if not result.exists():
            folder.mkdir()
            said = run_tension("run", "--home", folder / "home", cwd=folder)
            result.write_text(json.dumps([said.args, said.returncode, said.stdout, said.stderr], default=str), encoding="utf-8")
    said = subprocess.CompletedProcess(*json.loads(result.read_text(encoding="utf-8")))
    if said.returncode:
        pytest.fail(f"tension run on the sample ended with {said.returncode}:\n{said.stdout}\n{said.stderr}", pytrace=False)
    return SampleRun(folder / "home", said)


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """The data of third parties; the test is skipped where there are none."""
    if not OUTSIDE_DATA.is_dir():
        pytest.skip(f"there are no data of third parties in {OUTSIDE_DATA}")
    return OUTSIDE_DATA
