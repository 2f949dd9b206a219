"""A full, read-only or broken disk leaves old files or new ones, and the next write succeeds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("failing_writes.py")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the library that lets operations fail."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("there is no C compiler cc, or this is not Linux")
    library = tmp_path_factory.mktemp("library") / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, ROOT / "benchmarks" / "failing_disk.c", "-ldl"], check=True)
    return library


@pytest.mark.parametrize(
    ("name", "operations", "step"),
    [
        ("write_days", 40, 3),
        ("write_table", 10, 1),
        ("write_inputs", 5, 1),
        pytest.param("write_readings", 10, 1, marks=pytest.mark.slow),
        ("write_mark", 5, 1),
        pytest.param("write_backup", 40, 3, marks=pytest.mark.slow),
        pytest.param("publish", 300, 151, marks=pytest.mark.slow),
    ],
)
def test_no_failing_operation_leaves_half_a_file(library: Path, tmp_path: Path, name: str, operations: int, step: int) -> None:
    variables = os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, PROGRAM, tmp_path, name, str(step)], capture_output=True, text=True, env=variables, check=False)
    assert run.returncode == 0, run.stderr
    number, *problems = run.stdout.splitlines()
    assert int(number) >= operations
    assert problems == []
