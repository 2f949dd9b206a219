"""Run SQL written by others (assistants) on the published database, with limits.

Queries read only what is published, without files or network.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

from pipeline.errors import UserError


class QueryError(UserError, ValueError):
    """A query was refused or failed, or nothing is published.

    The message says what to change.
    """


class Query(NamedTuple):
    """A SELECT with the values of its parameters by name."""

    sql: str
    parameters: Mapping[str, Any] = {}


class Limits(NamedTuple):
    """Limits of a request.

    `seconds`: for all its queries and the start of the process; a longer request fails. `rows` and `characters` (of the rows as JSON): for
    the result of each query; a longer result is cut.
    """

    seconds: float = 10
    rows: int = 500
    characters: int = 200_000


class Rows(NamedTuple):
    """Result of a query, with values that JSON can have.

    `columns`: name and DuckDB type of each. `is_cut`: rows are missing because of a limit (`Limits.rows` or `Limits.characters`).
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool

    def to_records(self) -> list[dict[str, Any]]:
        """Return each row as a dictionary: its values by name of column."""
        names = [name for name, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


LIMITS = Limits()


def run_queries(database: Path, queries: Sequence[Query], limits: Limits = LIMITS) -> list[Rows]:
    """Run queries on the published database in a process of their own.

    Returns one `Rows` for each query, in order. All see the same release, even if another is published meanwhile. `QueryError`, and no
    result, when there is no database, any query is no single SELECT, fails or reads what is not published, or the time is out.
    """
    if not database.exists():
        home = quote(str(database.parent.parent))
        raise QueryError(f"nothing is published in {database.parent}; build the index first: tension run --home {home}")
    path = database.resolve()
    request = {
        "database": path.name,
        "queries": [query._asdict() for query in queries],
        "max_rows": limits.rows,
        "max_characters": limits.characters,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.warehouse.restricted_process"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=path.parent,  # so that no query can see the path of the home
            env={"PYTHONPATH": os.pathsep.join(str(Path(folder).resolve()) for folder in sys.path), "PYTHONUTF8": "1"},
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise QueryError(
            f"the query took longer than {limits.seconds:g} seconds and was ended; narrow it by index_date or series, or count less"
        ) from error
    if done.returncode or not done.stdout:
        reason = done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}"
        raise QueryError(f"the query ended its process ({reason}), most likely for lack of memory; narrow it")
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise QueryError(answer["error"])
    return [
        Rows(tuple((name, kind) for name, kind in part["columns"]), tuple(map(tuple, part["rows"])), part["is_cut"])
        for part in answer["results"]
    ]
