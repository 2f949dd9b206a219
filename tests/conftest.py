"""Shared fixtures: a clean environment, and one run on the bundled sample."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from pipeline.garbage import pause_garbage_collection
from tests.examples import FAST

#: Sorts the collected tests.
pytest_plugins = ["tests.order"]

TENSION = Path(sys.executable).with_name("tension")
#: Third-party data for development, next to the checkout on some machines and never part of it.
OUTSIDE_DATA = Path(__file__).parents[1].parent / "shared" / "data"
#: Linux has a file system in memory here, in which tests do not wait for a disk. They need up to 4 GB, and some run programs from it;
#: containers often give it only 64 MB, or forbid programs in it.
MEMORY = Path("/dev/shm")  # noqa: S108  # pytest makes a folder there that only its user can open
LEAST_MEMORY = 8 * 2**30
#: Variables with which the Makefile limits the threads of a process.
THREAD_LIMITS = frozenset({"OMP_NUM_THREADS", "POLARS_MAX_THREADS"})

CompletedCommand = subprocess.CompletedProcess[str]
Tension = Callable[..., CompletedCommand]


@dataclass(frozen=True)
class SampleRun:
    """A home (folder of a user's data) that `tension run` filled from the sample; all workers share it, so no test may change it."""

    home: Path
    command: CompletedCommand

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def database(self) -> Path:
        return self.published / "trade_tension.duckdb"

    @property
    def latest(self) -> Path:
        return self.published / "latest"


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the environment of the tests.

    Removes the settings of the person who runs them, puts temporary files into `MEMORY` if possible, and draws fewer examples in
    `make test`.
    """
    for name in [name for name in os.environ if name.startswith("TENSION_")]:
        del os.environ[name]
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= LEAST_MEMORY and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if config.option.markexpr == "not slow":
        settings.load_profile(FAST)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Exclude what the tests import from garbage collection."""
    with pause_garbage_collection():
        yield


def command_environment(**variables: str) -> dict[str, str]:
    """Return environment variables for a command: those of this process, a terminal of 120 columns, and these variables.

    The command may use as many threads as for a user, even if the tests may not (Makefile).
    """
    inherited = {name: value for name, value in os.environ.items() if name not in THREAD_LIMITS}
    return inherited | {"COLUMNS": "120", "GX_ANALYTICS_ENABLED": "false"} | variables


def run_tension(*arguments: str | Path, cwd: Path, **variables: str) -> CompletedCommand:
    """Run the installed command in a folder, with these variables."""
    return subprocess.run(
        [TENSION, *map(str, arguments)],
        cwd=cwd,
        env=command_environment(**variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="session")
def tension() -> Tension:
    """Return the function that runs `tension ARGUMENTS` in the folder `cwd`."""
    return run_tension


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder that all workers share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def sample_run(shared_folder: Path) -> SampleRun:
    """Run the whole job on the bundled sample once for all workers.

    The first worker runs it, the others wait.
    """
    folder = shared_folder / "sample"
    result = folder / "result.json"
    with FileLock(f"{folder}.lock"):
        if not result.exists():
            folder.mkdir()
            command = run_tension("run", "--home", folder / "home", cwd=folder)
            result.write_text(json.dumps([command.args, command.returncode, command.stdout, command.stderr], default=str), encoding="utf-8")
    command = subprocess.CompletedProcess(*json.loads(result.read_text(encoding="utf-8")))
    if command.returncode:
        pytest.fail(f"tension run on the sample exited with {command.returncode}:\n{command.stdout}\n{command.stderr}", pytrace=False)
    return SampleRun(folder / "home", command)


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """Return the folder of third-party data; skip the test where there is none."""
    if not OUTSIDE_DATA.is_dir():
        pytest.skip(f"there is no third-party data in {OUTSIDE_DATA}")
    return OUTSIDE_DATA
