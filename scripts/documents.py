"""Fill the generated parts of documents with cog: `make docs`.

A generated part is a block of Python in a comment, followed by its output. `tests/end_to_end/test_documents.py` checks that all outputs
are current.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.figures import render_agreement, render_hits, render_phases
from scripts.tables import (
    render_checks,
    render_columns,
    render_csv,
    render_kinds,
    render_licences,
    render_macros,
    render_models,
    render_overview,
    render_packages,
    render_requests,
    render_settings,
    render_severities,
    render_source_settings,
    render_table,
    render_targets,
    render_views,
)

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/annotation-guide.md",
    "docs/is-it-right.md",
    "docs/methodology.md",
    "docs/operations.md",
    "docs/reading.md",
    "docs/sql-cookbook.md",
    "docs/tools.md",
    "sql/README.md",
)

#: Functions that blocks use without an import. Each returns Markdown: `<!-- [[[cog print(render_overview()) ]]] -->`.
__all__ = [
    "answer",
    "render_agreement",
    "render_checks",
    "render_columns",
    "render_csv",
    "render_hits",
    "render_kinds",
    "render_licences",
    "render_macros",
    "render_models",
    "render_overview",
    "render_packages",
    "render_phases",
    "render_requests",
    "render_settings",
    "render_severities",
    "render_source_settings",
    "render_targets",
    "render_views",
    "run_command",
]


def answer(home: str) -> str:
    """Run the SQL block before the cog block; return the result as a Markdown table.

    It runs on the published database of a home.
    """
    import cog  # noqa: PLC0415  # exists only while cog runs a block

    page = Path(cog.inFile).read_text(encoding="utf-8")
    return run_query(find_last_query(page, cog.firstLineNum), Path(home) / "published" / "trade_tension.duckdb")


def find_last_query(page: str, line: int) -> str:
    """Return the last block of SQL that begins in the first `line` lines of a page.

    `ValueError` if there is none.
    """
    before = "\n".join(page.splitlines()[:line])
    _, fence, rest = before.rpartition("```sql\n")
    if not fence:
        raise ValueError(f"there is no block of SQL before line {line}; write one before the cog block")
    return rest.partition("```")[0]


def run_query(sql: str, database: Path) -> str:
    """Run a query on a DuckDB file and return the result as a Markdown table."""
    with duckdb.connect(str(database), read_only=True) as connection:
        result = connection.sql(sql)
        return render_table(result.columns, ([_render_cell(cell) for cell in row] for row in result.fetchall()))


def run_command(command: str) -> str:
    """Run a `tension` command; return it with its output, as a block of Markdown.

    It runs in an empty folder, without settings of the environment. `subprocess.CalledProcessError` if it fails.
    """
    program, *arguments = shlex.split(command)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TENSION_", "UV"))}
    environment |= {"COLUMNS": "120", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"}
    with tempfile.TemporaryDirectory() as folder:
        output = subprocess.run(  # noqa: S603  # commands of our own documents
            [Path(sys.executable).with_name(program), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        ).stdout
    lines = "\n".join(line.rstrip() for line in output.strip().splitlines())
    return f"```text\n$ {command}\n{lines}\n```"


def _render_cell(value: Any) -> str:
    """Render a value of a query on one line; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split())


def fill_documents(paths: Iterable[Path | str], home: Path, *, check: bool) -> int:
    """Run cog over documents, from the root of the repository; return its exit code.

    Writes the documents, or with `check` only compares them and prints the differences.
    """
    options = ["-P", "-p", "from scripts.documents import *", "-D", f"home={home}", "--verbosity=1"]
    action = ["--check", "--diff", "--check-fail-msg=run `make docs`"] if check else ["-r"]
    command = [sys.executable, "-m", "cogapp", *options, *action, *map(str, paths)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603  # our own command


def main() -> None:
    """Fill or check the documents with the published database of a home."""
    parser = argparse.ArgumentParser(description="Fill the generated parts of documents.")
    parser.add_argument("--home", type=Path, default=Path("data"), help="home with a run of the bundled sample [default: %(default)s]")
    parser.add_argument("--check", action="store_true", help="compare only; exit with 5 if a document is outdated")
    parser.add_argument("documents", nargs="*", default=DOCUMENTS, help="documents to fill [default: all]")
    options = parser.parse_args()
    sys.exit(fill_documents(options.documents, options.home.absolute(), check=options.check))


if __name__ == "__main__":
    main()
