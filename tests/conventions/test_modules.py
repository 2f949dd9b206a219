import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

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

EVERY_MODULE = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and path.suffix in WRITTEN_BY_HAND)


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 50


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    names = [path.relative_to(ROOT) for path in files("pipeline", "tests", "sql", "scripts")]
    assert [str(path) for path in names if {part.partition(".")[0].removeprefix("_") for part in path.parts} & NAMES_THAT_SAY_NOTHING] == []


@EVERY_MODULE
def test_a_module_opens_with_what_belongs_there(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@EVERY_MODULE
def test_every_public_function_says_what_it_does(path: Path) -> None:
    functions = [node for node in tree(path).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [node for node in functions if not node.name.startswith("_") and "overload" not in map(ast.unparse, node.decorator_list)]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


@EVERY_MODULE
def test_only_the_command_line_and_the_report_print(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name in PRINTS or name.startswith("pipeline/report/"):
        return
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"] == []


@EVERY_MODULE
def test_no_module_opens_sockets_past_the_borders(path: Path) -> None:
    assert not OPENS_SOCKETS.search(path.read_text(encoding="utf-8"))


def test_paths_of_one_machine_are_told_from_other_words() -> None:
    root = "/"
    assert OF_ONE_MACHINE.search(f'open("{root}tmp/x")')
    assert OF_ONE_MACHINE.search(f"see {root}work")
    for harmless in (f"net{root}work", f"https:{root}{root}a.example{root}work", f"{root}workers", f"data{root}tmp{root}x", f"{root}tmpfs"):
        assert not OF_ONE_MACHINE.search(harmless)


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in files("pipeline", "tests", "docs", "scripts")
        if OF_ONE_MACHINE.search(path.read_text("utf-8"))
    ]
    assert found == []
