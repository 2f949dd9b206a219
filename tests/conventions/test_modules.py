import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
MAX_LINES = 450
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
TEXT_SUFFIXES = {".py", ".toml", ".sql", ".md", ".yaml", ".yml", ".j2", ".html", ".csv", ".jsonl", ".txt"}
# Concatenated, so that this file does not match itself.
LOCAL_PATH = re.compile(r"(?<![\w./~-])/" + r"(?:work|tmp)(?=[/\s\"'`),;:]|$)", flags=re.MULTILINE)
# The command line, and the training of the encoder, which shows its progress.
PRINTS = {"pipeline/cli.py", "pipeline/signals/readers/encoder/training/train.py"}
# The import contracts in pyproject.toml cover whole packages; of urllib only this module opens sockets.
OPENS_SOCKETS = re.compile(r"urllib\.request|from urllib import .*\brequest\b")
# Calls that return the calendar time; `time.monotonic` only measures durations.
TIME_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}
#: Functions of Polars for which `[` in a path is a wildcard, unless they have `glob=False`.
GLOBBING = {"pl.read_parquet", "pl.scan_parquet", "pl.read_csv", "pl.scan_csv", "pl.read_ndjson", "pl.scan_ndjson"}


def relative_name(path: Path) -> str:
    """Return the path relative to the repository."""
    return str(path.relative_to(ROOT))


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def find_calls(path: Path) -> Iterator[tuple[int, str]]:
    """Find the line and the called expression of each call in a module."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def list_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and path.suffix in TEXT_SUFFIXES)


def test_modules_are_found() -> None:
    assert len(MODULES) > 50


def test_no_module_is_longer_than_450_lines() -> None:
    lengths = {relative_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_module_or_folder_has_a_vague_name() -> None:
    names = [path.relative_to(ROOT) for path in list_files("pipeline", "tests", "sql", "scripts")]
    assert [str(path) for path in names if {part.partition(".")[0].removeprefix("_") for part in path.parts} & VAGUE_NAMES] == []


def test_every_module_has_a_docstring() -> None:
    assert [relative_name(path) for path in MODULES if not ast.get_docstring(parse(path))] == []


def test_every_public_function_has_a_docstring() -> None:
    functions = [(path, node) for path in MODULES for node in parse(path).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [
        (path, node)
        for path, node in functions
        if not node.name.startswith("_") and "overload" not in map(ast.unparse, node.decorator_list)
    ]
    assert len(public) > 400
    assert [f"{relative_name(path)}: {node.name}" for path, node in public if not ast.get_docstring(node)] == []


def test_only_the_command_line_and_the_report_print() -> None:
    silent = [path for path in MODULES if relative_name(path) not in PRINTS and not relative_name(path).startswith("pipeline/report/")]
    assert [f"{relative_name(path)}:{line}" for path in silent for line, called in find_calls(path) if called == "print"] == []


def test_polars_takes_no_path_as_a_pattern() -> None:
    readers = [
        f"{relative_name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in GLOBBING and "glob=False" not in map(ast.unparse, node.keywords)
    ]
    assert readers == []


def test_no_module_opens_sockets_with_urllib() -> None:
    assert [relative_name(path) for path in MODULES if OPENS_SOCKETS.search(path.read_text(encoding="utf-8"))] == []


def test_only_the_clock_reads_the_time() -> None:
    found_calls = [(relative_name(path), line) for path in MODULES for line, called in find_calls(path) if called in TIME_CALLS]
    assert {path for path, _ in found_calls} == {"pipeline/clock.py"}, found_calls


def test_local_paths_are_distinguished_from_other_words() -> None:
    root = "/"
    assert LOCAL_PATH.search(f'open("{root}tmp/x")')
    assert LOCAL_PATH.search(f"see {root}work")
    for harmless in (f"net{root}work", f"https:{root}{root}a.example{root}work", f"{root}workers", f"data{root}tmp{root}x", f"{root}tmpfs"):
        assert not LOCAL_PATH.search(harmless)


def test_no_file_contains_a_local_path() -> None:
    matches = [
        relative_name(path) for path in list_files("pipeline", "tests", "docs", "scripts") if LOCAL_PATH.search(path.read_text("utf-8"))
    ]
    assert matches == []
