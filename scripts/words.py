"""Report words that the project avoids, and docstrings and test names that are too long: `python -m scripts.words [PATH...]`.

`--all` prints every line, not only counts by file. `tests/conventions/test_language.py` expects no result.
"""

import argparse
import ast
import io
import re
import subprocess
import tokenize
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MAX_DOCSTRING_WORDS = 12  # of the first line
MAX_TEST_NAME = 70  # characters

#: Words to avoid, with what to write instead.
WORDS = {
    r"told|tells": "reports, shows, says",
    r"asked": "requested, fetched, queried",
    r"stands": "is, is defined in, is stored in",
    r"anew": "again, rebuilt",
    r"mend(s|ed|ing)?": "fix",
    r"promises?": "check, expectation, constraint",
    r"(held|holding) .{0,30}against": "compared with",
    r"set aside": "rejected, quarantined, skipped",
    r"% limits?|limits of the (value|index|signals)": "interval, bounds",
    r"(?<!White )house": "package, module",
    r"room": "package, module",
    r"beside": "next to, in addition to",
    r"ways? of reading": "mode",
    r"pieces?": "batch, chunk, range of days",
    r"drawn (back )?towards?": "shrunk towards",
    r"reckon(s|ed|ing)?": "compute",
    r"deeds?": "flows, delivery",
    r"kept|keeping": "stored, retained",
    r"wholly|likewise|whereof|lest|save for|of which|be it|nor does": "(rewrite the sentence)",
}
#: Names of variables, functions and arguments to avoid.
NAMES = {"found", "given", "told", "asked", "kept"}

#: Files that the checks do not read: data, generated files, instructions for language models, and lists of these words.
EXCLUDED = (
    "docs/data-dictionary.md", "pipeline/sample/*", "pipeline/signals/readers/llm/guide.md", "tests/fixtures/*", "scripts/words.py",
    "tests/conventions/test_language.py",
)  # fmt: skip
#: Exceptions: a file pattern and an expression for words that are right there. At most 15 lines.
EXCEPTIONS = (
    ("pipeline/contracts/*", "promises?|deeds|kept|told"),  # names and values in tables, and commitments of states
    ("sql/*/*", "promises?|deeds"),
    ("sql/checks/every_gdelt_row_is_accounted_for.sql", "kept"),  # the name of an outcome
    ("expectations/raw_commitments.yaml", "promises?"),
    ("pipeline/signals/lexicon/inflect.py", "told|kept"),  # irregular verbs
    ("pipeline/index/measures/*", "told"),  # the column `told_on`
    ("pipeline/sources/*", "asked"),  # the column `asked_at` and the field `asked_url` of stored responses
    ("pipeline/signals/lexicon/*.toml", "stands|beside"),  # comments; changing them would change the fingerprint of the lexicon
    ("pipeline/signals/official/acts.toml", "stands|beside|set aside"),  # the same
)

# One named group for each entry of WORDS, so that a match shows which entry it is.
_AVOIDED = re.compile(rf"(?<!\w)(?:{'|'.join(rf'(?P<w{n}>{words})' for n, words in enumerate(WORDS))})(?!\w)")
_REPLACEMENTS = tuple(WORDS.values())
_TEXT_IN_MARKDOWN = re.compile(
    r"<!-- \[\[\[cog.*?<!-- \[\[\[end\]\]\] -->|```.*?```|`[^`\n]*`|\"[^\"\n]*\"|“[^”\n]*”|\]\([^)]*\)|<!--.*?-->", re.DOTALL
)


class Match(NamedTuple):
    """A word to avoid: where it is, and what to write instead."""

    path: str
    line: int
    word: str
    replacement: str


def list_tracked_files() -> list[str]:
    """List tracked files; without git, those in `_FOLDERS` and the root."""
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        listed = [str(path.relative_to(ROOT)) for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
        listed += [path.name for path in sorted(ROOT.iterdir())]
    return [path for path in listed if (ROOT / path).is_file()]


def list_files() -> list[str]:
    """List the files that the checks read."""
    suffixes = (".py", ".sql", ".md", ".yaml", ".toml")
    return [path for path in list_tracked_files() if path.endswith(suffixes) and not any(fnmatch(path, pattern) for pattern in EXCLUDED)]


def find_words(path: str) -> list[Match]:
    """Find the words to avoid in one file, without its exceptions."""
    text = (ROOT / path).read_text(encoding="utf-8")
    matches = []
    for line, part in _split_parts(path, text):
        for match in _AVOIDED.finditer(part):
            number = int((match.lastgroup or "w0")[1:])
            matches.append(Match(path, line + part.count("\n", 0, match.start()), match.group(), _REPLACEMENTS[number]))
    if path.endswith(".py"):
        matches += [Match(path, line, name, "the name of the thing") for line, name in _find_names(text) if name in NAMES]
    return [
        match for match in matches if not any(fnmatch(path, pattern) and re.fullmatch(words, match.word) for pattern, words in EXCEPTIONS)
    ]


def find_long_docstrings(path: str) -> list[tuple[int, str]]:
    """Find docstrings of a module whose first line is too long; return line numbers and lines."""
    nodes = (node for node in _list_nodes((ROOT / path).read_text(encoding="utf-8")) if isinstance(node, _DOCUMENTED))
    first_lines = [(getattr(node, "lineno", 1), (ast.get_docstring(node) or "").partition("\n")[0]) for node in nodes]
    return [(line, text) for line, text in first_lines if len(_CODE_SPAN.sub("code", text).split()) > MAX_DOCSTRING_WORDS]


def find_long_test_names(path: str) -> list[tuple[int, str]]:
    """Find the names of tests that are too long; return line numbers and names."""
    nodes = _list_nodes((ROOT / path).read_text(encoding="utf-8"))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.lineno, node.name) for node in functions if node.name.startswith("test_") and len(node.name) > MAX_TEST_NAME]


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_FOLDERS = ("pipeline", "tests", "docs", "sql", "expectations", "scripts", "benchmarks")
_CODE_SPAN = re.compile(r"`[^`]*`")


@cache
def _list_nodes(text: str) -> list[ast.AST]:
    """List the nodes of a module: once, because it takes most of the time."""
    return list(ast.walk(ast.parse(text)))


def _split_parts(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Split a file into its parts in English (all of it, or comments and strings).

    Each has the number of its first line.
    """
    if path.endswith(".py"):
        yield from _split_python(text, has_messages=not path.startswith("tests/"))
    elif path.endswith(".sql"):
        yield from ((number, line.partition("--")[2]) for number, line in enumerate(text.splitlines(), start=1) if "--" in line)
    elif path.endswith(".md"):
        yield 1, _TEXT_IN_MARKDOWN.sub(lambda match: "\n" * match.group().count("\n"), text)
    elif path.startswith("pipeline/"):  # word lists: only comments are written in English for people
        yield from ((number, line.partition("#")[2]) for number, line in enumerate(text.splitlines(), start=1) if "#" in line)
    else:
        yield 1, text


def _split_python(text: str, *, has_messages: bool) -> Iterator[tuple[int, str]]:
    """Split a module into comments, docstrings, names of several words and, with `has_messages`, other strings.

    Strings without a space are no messages. Underscores in names become spaces.
    """
    for token in tokenize.generate_tokens(io.StringIO(text).readline) if "#" in text else ():
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    nodes = _list_nodes(text)
    docstrings = {
        id(node.body[0].value) for node in nodes if isinstance(node, _DOCUMENTED) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes:
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and (has_messages or id(node) in docstrings)
            and " " in node.value
        ):
            yield node.lineno, _CODE_SPAN.sub("", node.value)
    for line, name in _find_names(text):
        if "_" in name.strip("_"):
            yield line, name.replace("_", " ")


def _find_names(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of a module's functions, classes, arguments and variables."""
    for node in _list_nodes(text):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def main() -> None:
    """Print the number of words to avoid and of long texts by file, or with `--all` each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", help="beginnings of paths [default: all files]")
    parser.add_argument("--all", action="store_true", help="print every line")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for path in list_files():
        if options.paths and not path.startswith(tuple(options.paths)):
            continue
        lines = [f"{match.line}: {match.word} → {match.replacement}" for match in find_words(path)]
        if path.startswith("pipeline/") and path.endswith(".py"):
            lines += [f"{line}: docstring of more than {MAX_DOCSTRING_WORDS} words: {text}" for line, text in find_long_docstrings(path)]
        if path.startswith("tests/") and path.endswith(".py"):
            lines += [f"{line}: name of more than {MAX_TEST_NAME} characters: {name}" for line, name in find_long_test_names(path)]
        counts[path] = len(lines)
        if options.all:
            print(*(f"{path}:{line}" for line in lines), sep="\n", end="\n" if lines else "")
    for path, count in counts.most_common():
        if count and not options.all:
            print(f"{count:5}  {path}")
    print(f"{counts.total():5}  in all")


if __name__ == "__main__":
    main()
