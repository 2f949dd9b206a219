"""Each command loads the libraries that it uses, and no others: a person waits for every import."""

import json
import subprocess
import sys
from pathlib import Path

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
# what runs of the job, validation and charts need, and nothing else does
HEAVY = {"altair", "dagster", "great_expectations", "pandas", "scipy", "sqlalchemy", "vl_convert"}
READING = {"onnxruntime", "spacy", "tokenizers"}
FRAMES = {"duckdb", "numpy", "polars", "pyarrow", "pydantic", "pydantic_settings"}
SENTENCE = "China will impose a 34 percent tariff on all goods from the United States."


def loaded_by(folder: Path, *arguments: str | Path) -> set[str]:
    """The top-level packages in memory after `tension ARGUMENTS` in an empty folder."""
    listing = folder / "modules.json"
    code = [sys.executable, "-c", SHOW_MODULES, str(listing), *map(str, arguments)]
    subprocess.run(code, cwd=folder, env=command_environment(), check=True, capture_output=True, timeout=300)
    return {name.partition(".")[0] for name in json.loads(listing.read_text(encoding="utf-8"))}


def test_help_loads_no_library_of_a_command(tmp_path: Path) -> None:
    assert not loaded_by(tmp_path, "--help") & (HEAVY | READING | FRAMES | {"httpx"})


def test_help_of_a_command_loads_what_reads_options_only(tmp_path: Path) -> None:
    assert not loaded_by(tmp_path, "run", "--help") & (HEAVY | READING | FRAMES - {"pydantic"} | {"httpx"})


def test_status_loads_what_reads_a_home_only(tmp_path: Path, sample_run: SampleRun) -> None:
    loaded = loaded_by(tmp_path, "status", "--home", sample_run.home)
    assert "polars" in loaded
    assert not loaded & (HEAVY | READING | {"httpx", "jinja2"})


def test_sources_load_no_reader_and_no_chart(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, "sources", "--home", "home")
    assert "httpx" in loaded
    assert not loaded & (HEAVY | READING)


def test_explain_loads_the_readers_only(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, "explain", SENTENCE)
    assert loaded >= READING
    assert not loaded & (HEAVY | {"duckdb", "pyarrow"})


def test_extract_loads_neither_the_job_nor_charts(tmp_path: Path) -> None:
    (tmp_path / "passages.jsonl").write_text(json.dumps({"id": "1", "text": SENTENCE}) + "\n", encoding="utf-8")
    loaded = loaded_by(tmp_path, "extract", "passages.jsonl", "--out", "signals.csv")
    assert loaded >= READING
    assert not loaded & HEAVY


def test_evaluate_loads_neither_the_job_nor_charts(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(
        json.dumps({"id": "1", "date": "", "source": "own", "text": SENTENCE, "signals": []}) + "\n", encoding="utf-8"
    )
    assert not loaded_by(tmp_path, "evaluate", "gold.jsonl") & HEAVY
