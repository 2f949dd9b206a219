"""Fill in query results in README.md and the cookbook: `make answers`.

The results come from the published index of the bundled sample. Each is a Markdown table after a block of SQL and an empty line.
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
_QUERY_AND_RESULT = re.compile(r"(```sql\n(?P<sql>(?:(?!```).)*?)```\n\n)(?P<table>(?:\|[^\n]*\n)+)", re.DOTALL)
_RELEASE = re.compile(r"(release `)[^`]+(`)")


def fill_answers(page: str, database: Path) -> str:
    """Return the page with query results and release name of the database."""
    with duckdb.connect(str(database), read_only=True) as connection:
        ((release,),) = connection.sql("select release from about").fetchall()
        page = _QUERY_AND_RESULT.sub(lambda match: match[1] + _render_result(connection, match["sql"]), page)
    return _RELEASE.sub(rf"\g<1>{release}\g<2>", page)


def _render_result(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    result = connection.sql(sql)
    return "".join(_render_line(cells) for cells in (result.columns, ["---"] * len(result.columns), *result.fetchall()))


def _render_line(cells: Iterable[Any]) -> str:
    texts = [_render_cell(cell) for cell in cells]
    return f"|{'|'.join(texts)}|\n" if set(texts) == {"---"} else f"| {' | '.join(texts)} |\n"


def _render_cell(value: Any) -> str:
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
    """Fill in the pages from the database given on the command line."""
    database = Path(sys.argv[1])
    for name in PAGES:
        path = ROOT / name
        path.write_text(fill_answers(path.read_text(encoding="utf-8"), database), encoding="utf-8")


if __name__ == "__main__":
    main()
