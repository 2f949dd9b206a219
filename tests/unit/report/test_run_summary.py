"""Sentences about articles at the end of a run."""

import polars as pl
import pytest

from pipeline.contracts.tables.core import COVERAGE, QUARANTINE
from pipeline.report.terminal import describe_articles_read, describe_rows_read


@pytest.mark.parametrize(
    ("read", "not_read", "sentence"),
    [
        (
            236,
            {"not about trade": 1950, "no_answer": 2},
            "236 articles for signals; 1,952 were not read (1,950 not about trade, 2 no answer).",
        ),
        (3, {}, "This run read 3 articles for signals; 0 were not read."),
        (0, {"not about trade": 7}, "This run read 0 articles for signals; 7 were not read (7 not about trade)."),
        (0, {}, "none of their days changed"),
    ],
)
def test_articles_read_and_not_read_are_counted_with_reasons(read: int, not_read: dict[str, int], sentence: str) -> None:
    assert sentence in describe_articles_read(read, not_read)


def test_rows_in_quarantine_are_counted_by_reason_most_first() -> None:
    coverage = pl.DataFrame({"article_count": [9], "accepted": [5], "duplicate": [1], "quarantined": [3]}).cast(pl.Int64())
    quarantine = pl.DataFrame({"reason": ["undated", "not_text", "not_text"]})
    assert describe_rows_read("2025-01-01", coverage, quarantine, "r1") == (
        "9 rows read of 2025-01-01: 5 articles, 1 duplicates, 3 in quarantine (2 not text, 1 undated). Release r1."
    )


def test_an_empty_quarantine_has_no_reasons() -> None:
    assert "0 in quarantine. Release" in describe_rows_read("none", COVERAGE.empty(), QUARANTINE.empty(), "none yet")
