"""Each command imports only the libraries that it uses, because imports take seconds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SampleRun, command_environment

SHOW_MODULES = """
import json, sys
from pipeline.cli import app
try:
    app(sys.argv[2:])
except SystemExit as end:
    assert not end.code, end.code
open(sys.argv[1], "w", encoding="utf-8").write(json.dumps(sorted(sys.modules)))
"""
# needed only by runs of the job, validation and charts
HEAVY = {"altair", "dagster", "great_expectations", "pandas", "scipy", "sqlalchemy", "vl_convert"}
READING = {"onnxruntime", "spacy", "tokenizers"}
FRAMES = {"duckdb", "numpy", "polars", "pyarrow", "pydantic", "pydantic_settings"}
SENTENCE = "China will impose a 34 percent tariff on all goods from the United States."


def list_imports(folder: Path, *arguments: str | Path) -> set[str]:
    """Return the top-level packages imported by `tension ARGUMENTS` in an empty folder."""
    listing = folder / "modules.json"
    code = [sys.executable, "-c", SHOW_MODULES, str(listing), *map(str, arguments)]
    subprocess.run(code, cwd=folder, env=command_environment(), check=True, capture_output=True, timeout=300)
    return {name.partition(".")[0] for name in json.loads(listing.read_text(encoding="utf-8"))}


def test_help_loads_no_library_of_a_command(tmp_path: Path) -> None:
    assert not list_imports(tmp_path, "--help") & (HEAVY | READING | FRAMES | {"httpx"})


def test_help_of_a_command_loads_only_what_reads_options(tmp_path: Path) -> None:
    assert not list_imports(tmp_path, "run", "--help") & (HEAVY | READING | FRAMES - {"pydantic"} | {"httpx"})


def test_status_loads_only_what_reads_a_home(tmp_path: Path, sample_run: SampleRun) -> None:
    loaded = list_imports(tmp_path, "status", "--home", sample_run.home)
    assert "polars" in loaded
    assert not loaded & (HEAVY | READING | {"httpx", "jinja2"})


def test_sources_loads_neither_readers_nor_charts(tmp_path: Path) -> None:
    loaded = list_imports(tmp_path, "sources")
    assert "httpx" in loaded
    assert not loaded & (HEAVY | READING)


def test_explain_loads_only_the_readers(tmp_path: Path) -> None:
    loaded = list_imports(tmp_path, "explain", SENTENCE)
    assert loaded >= READING
    assert not loaded & (HEAVY | {"duckdb", "pyarrow"})


@pytest.mark.slow
def test_extract_loads_neither_the_job_nor_charts(tmp_path: Path) -> None:
    (tmp_path / "passages.jsonl").write_text(json.dumps({"id": "1", "text": SENTENCE}) + "\n", encoding="utf-8")
    loaded = list_imports(tmp_path, "extract", "passages.jsonl", "--out", "signals.csv")
    assert loaded >= READING
    assert not loaded & HEAVY


@pytest.mark.slow
def test_evaluate_loads_neither_the_job_nor_charts(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(
        json.dumps({"id": "1", "date": "", "source": "own", "text": SENTENCE, "signals": []}) + "\n", encoding="utf-8"
    )
    assert not list_imports(tmp_path, "evaluate", "gold.jsonl") & HEAVY


def test_runs_load_no_large_part_of_scipy() -> None:
    code = "import sys, pipeline.definitions; print(*(name for name in sys.modules if name in ('scipy.signal', 'scipy.stats')))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=command_environment(), check=True, capture_output=True, text=True, timeout=300
    )
    assert not loaded.stdout.split()
