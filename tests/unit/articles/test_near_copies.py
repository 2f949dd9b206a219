"""The labelled set of near-copies: its composition, and the precision and recall of links on it."""

from collections import Counter
from functools import cache

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles import stories
from pipeline.articles.stories import link_retellings
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import STORY_LINKS
from tests.examples import examples
from tests.unit.articles.near_copies import (
    SET,
    TEMPLATES,
    WRITTEN,
    Row,
    Score,
    clean_rows,
    follow_links,
    generate,
    half_of,
    read_rows,
    score,
    to_lines,
)

MIN_PRECISION, MIN_RECALL = 0.97, 0.90
# Measured; other numbers mean that stories have changed.
MEASURED = {"even": Score(471, 0, 24), "odd": Score(441, 0, 33)}


@cache
def rows() -> tuple[Row, ...]:
    return tuple(read_rows(SET))


@cache
def clean() -> pl.DataFrame:
    return clean_rows(list(rows()))


@cache
def span() -> Days:
    days = clean()["index_date"]
    return Days(days.min(), days.max())  # type: ignore[arg-type]


@cache
def links() -> pl.DataFrame:
    return link_retellings(clean(), span())


def test_the_set_follows_from_the_written_stories() -> None:
    assert SET.read_text(encoding="utf-8") == to_lines(list(generate(read_rows(WRITTEN))))


def test_the_set_has_enough_stories_and_variants() -> None:
    written = [row for row in read_rows(WRITTEN) if row["body"]]
    counts = Counter(row["cluster"] for row in rows() if row["variant"] not in {"headline", "roundup"})
    assert len(written) >= 60
    assert all(3 <= counts[row["cluster"]] - 1 <= 6 for row in written)
    assert min(Counter(half_of(row["cluster"]) for row in written).values()) >= 30
    assert sum(bool(TEMPLATES.match(row["cluster"])) for row in written) >= 12
    assert sum(row["opt"] for row in rows()) >= 12


def test_every_row_of_the_set_is_an_article() -> None:
    assert clean().height == len(rows())


@pytest.mark.parametrize("which", ["even", "odd"])
def test_precision_and_recall_of_links_are_high_enough(which: str) -> None:
    measured = score(list(rows()), follow_links(clean(), links()), which)
    assert measured.precision >= MIN_PRECISION
    assert measured.recall >= MIN_RECALL
    assert measured == MEASURED[which]


@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_links_of_the_set_do_not_depend_on_the_batches(batch: int) -> None:
    parts = []
    for days in span().split(batch):
        around = days.extend(3)
        parts.append(link_retellings(clean().filter(pl.col("index_date").is_between(around.first, around.last)), days))
    assert STORY_LINKS.conform(pl.concat(parts)).equals(links())


@pytest.mark.parametrize("texts", [1, 50])
def test_links_do_not_depend_on_how_many_texts_are_split_at_once(monkeypatch: pytest.MonkeyPatch, texts: int) -> None:
    expected = links()
    monkeypatch.setattr(stories, "_TEXTS_AT_ONCE", texts)
    assert link_retellings(clean(), span()).equals(expected)


@examples(5)
@given(st.integers(0, 2**32))
def test_links_of_the_set_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    assert link_retellings(clean().sample(fraction=1, shuffle=True, seed=seed), span()).equals(links())


def test_a_later_day_does_not_change_earlier_links() -> None:
    for day in span():
        until = clean().filter(pl.col("index_date") <= day)
        assert link_retellings(until, Days(span().first, day)).equals(links().filter(pl.col("index_date") <= day))
