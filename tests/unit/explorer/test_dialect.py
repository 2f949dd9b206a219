"""SQL that the browser's DuckDB cannot run, although the database's own can."""

import re

import pytest

from pipeline.explorer.questions import cookbook_file, read_questions
from pipeline.settings import shipped_folder

FILES = sorted(path for folder in ("views", "macros") for path in (shipped_folder("sql") / folder).glob("*.sql"))
QUERIES = [(path.name, path.read_text(encoding="utf-8")) for path in FILES] + [
    (question.title, question.sql) for question in read_questions(cookbook_file().read_text(encoding="utf-8"))
]


def test_all_views_macros_and_questions_are_tested() -> None:
    assert len(FILES) > 15
    assert len(QUERIES) > len(FILES) + 20


@pytest.mark.parametrize("sql", [sql for _, sql in QUERIES], ids=[name for name, _ in QUERIES])
def test_sql_of_the_explorer_runs_in_duckdb_1(sql: str) -> None:
    # DuckDB 2.0 stores if() as a function, which 1.x cannot find in a database; case is stored in the same way by all.
    assert not re.search(r"\bif\s*\(", sql)
    # Without time zones a time such as published_at becomes a day only by way of a timestamp.
    assert not re.search(r"(?:_at|fetched|known)\s*::\s*date\b", sql)
