"""Every path that a document, a docstring or a comment names exists."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from scripts.words import list_tracked_files

ROOT = Path(__file__).parents[2]
FILES = list_tracked_files()
TOP_FOLDERS = ("pipeline", "tests", "docs", "sql", "expectations", "scripts", "benchmarks")
FROM_TOP = re.compile(rf"(?<![\w./~$-])(?:{'|'.join(TOP_FOLDERS)})/[\w.*/{{}}-]*")
CODE_SPAN = re.compile(r"`([^`\s]+)`")
FILE_NAME = re.compile(r"[\w./-]+\.(?:py|sql|j2|toml|yaml|md|jsonl)")
#: Files that users write and runs create, and names in examples.
NOT_IN_REPOSITORY = {"tension.toml", "tension.yaml", "dagster.yaml"}


def read_documents() -> Iterator[tuple[str, str]]:
    """Read the texts of documents, docstrings and comments, with the files that contain them."""
    for path in FILES:
        if path.endswith(".md"):
            yield path, (ROOT / path).read_text(encoding="utf-8")
        elif path.endswith(".py"):
            text = (ROOT / path).read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (docstring := ast.get_docstring(node)):
                    yield path, docstring
            yield (
                path,
                "\n".join(token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT),
            )


def find_paths(text: str) -> set[str]:
    """Find paths from the top of the repository, and names of files in code spans."""
    from_top = {match.rstrip("./") for match in FROM_TOP.findall(text)}
    names = {name for name in CODE_SPAN.findall(text) if FILE_NAME.fullmatch(name) and not name.startswith("data/")}  # data/ is the home
    return {path for path in from_top if not re.search(r"[{*]", path)} | names


def is_in_repository(path: str) -> bool:
    """Whether a path, or the end of a path, is that of a file or folder of the repository."""
    name = path.removeprefix("./").removeprefix("../")
    return (ROOT / name).exists() or any(file.endswith(f"/{name}") or f"/{name}/" in file for file in FILES)


def test_paths_are_found_in_text() -> None:
    text = "See `studies/figures.py`, docs/methodology.md (section 3), https://a.example/docs/x.md and `pipeline/index/`."
    assert find_paths(text) == {"studies/figures.py", "docs/methodology.md", "pipeline/index"}


def test_every_path_in_documents_docstrings_and_comments_exists() -> None:
    paths = {(file, path) for file, text in read_documents() for path in find_paths(text)}
    assert len(paths) > 300
    missing = {(file, path) for file, path in paths if path not in NOT_IN_REPOSITORY and not is_in_repository(path)}
    assert sorted(missing) == []
