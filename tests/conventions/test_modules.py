import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
MOST_LINES = 450
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}
WRITTEN_BY_HAND = {".py", ".toml", ".sql", ".md", ".yaml", ".yml", ".j2", ".html", ".csv", ".jsonl", ".txt"}
# Put together here, so that this file does not hold what it looks for.
OF_ONE_MACHINE = re.compile(r"(?<![\w./~-])/" + r"(?:work|tmp)(?=[/\s\"'`),;:]|$)", flags=re.MULTILINE)
# … and the development step that tells how training goes.
PRINTS = {"pipeline/cli.py", "pipeline/signals/readers/encoder/training/train.py"}
# The borders in pyproject.toml see packages; of urllib only this part opens sockets.
OPENS_SOCKETS = re.compile(r"urllib\.request|from urllib import .*\brequest\b")
# Calls that return the calendar time; `time.monotonic` measures how long something takes and is none of them.
READS_THE_TIME = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}


def name(path: Path) -> str:
    """The path as it is written in this repository."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """The line of each call in a module, and what it calls as it is written."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and path.suffix in WRITTEN_BY_HAND)


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 50


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    names = [path.relative_to(ROOT) for path in files("pipeline", "tests", "sql", "scripts")]
    assert [str(path) for path in names if {part.partition(".")[0].removeprefix("_") for part in path.parts} & NAMES_THAT_SAY_NOTHING] == []


def test_every_module_opens_with_what_belongs_there() -> None:
    assert [name(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


def test_every_public_function_says_what_it_does() -> None:
    functions = [(path, node) for path in MODULES for node in tree(path).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [
        (path, node)
        for path, node in functions
        if not node.name.startswith("_") and "overload" not in map(ast.unparse, node.decorator_list)
    ]
    assert len(public) > 400
    assert [f"{name(path)}: {node.name}" for path, node in public if not ast.get_docstring(node)] == []


def test_only_the_command_line_and_the_report_print() -> None:
    silent = [path for path in MODULES if name(path) not in PRINTS and not name(path).startswith("pipeline/report/")]
    assert [f"{name(path)}:{line}" for path in silent for line, called in calls(path) if called == "print"] == []


def test_no_module_opens_sockets_past_the_borders() -> None:
    assert [name(path) for path in MODULES if OPENS_SOCKETS.search(path.read_text(encoding="utf-8"))] == []


def test_only_the_clock_reads_the_time() -> None:
    reading = [(name(path), line) for path in MODULES for line, called in calls(path) if called in READS_THE_TIME]
    assert {path for path, _ in reading} == {"pipeline/clock.py"}, reading


def test_paths_of_one_machine_are_told_from_other_words() -> None:
    root = "/"
    assert OF_ONE_MACHINE.search(f'open("{root}tmp/x")')
    assert OF_ONE_MACHINE.search(f"see {root}work")
    for harmless in (f"net{root}work", f"https:{root}{root}a.example{root}work", f"{root}workers", f"data{root}tmp{root}x", f"{root}tmpfs"):
        assert not OF_ONE_MACHINE.search(harmless)


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [name(path) for path in files("pipeline", "tests", "docs", "scripts") if OF_ONE_MACHINE.search(path.read_text("utf-8"))]
    assert found == []
