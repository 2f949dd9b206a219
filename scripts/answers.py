"""Write the answers in README.md and docs/sql-cookbook.md from the published index of the bundled sample: `make answers`.

An answer is the table that follows a query: a block of SQL, an empty line, a Markdown table.
"""

import re
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/sql-cookbook.md")
_ANSWERED = re.compile(r"(```sql\n(?P<sql>(?:(?!```).)*?)```\n\n)(?P<table>(?:\|[^\n]*\n)+)", re.DOTALL)
_RELEASE = re.compile(r"(release `)[^`]+(`)")


def fill_answers(page: str, database: Path) -> str:
    """Return the page with the answers that the database gives, and with the name of its release."""
    with duckdb.connect(str(database), read_only=True) as connection:
        ((release,),) = connection.sql("select release from about").fetchall()
        page = _ANSWERED.sub(lambda found: found[1] + _table(connection, found["sql"]), page)
    return _RELEASE.sub(rf"\g<1>{release}\g<2>", page)


def _table(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    answer = connection.sql(sql)
    return "".join(_line(cells) for cells in (answer.columns, ["---"] * len(answer.columns), *answer.fetchall()))


def _line(cells: Iterable[Any]) -> str:
    shown = [_cell(cell) for cell in cells]
    return f"|{'|'.join(shown)}|\n" if set(shown) == {"---"} else f"| {' | '.join(shown)} |\n"


def _cell(value: Any) -> str:
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
    return " ".join(str(value).split()).replace("|", "\\|")


def main() -> None:
    """Fill the pages from the database that the command line names."""
    database = Path(sys.argv[1])
    for name in PAGES:
        path = ROOT / name
        path.write_text(fill_answers(path.read_text(encoding="utf-8"), database), encoding="utf-8")


if __name__ == "__main__":
    main()
