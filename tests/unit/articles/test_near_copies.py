"""The labelled near-copies: what the set is, and that links find its stories again, whatever the order and the batches."""

from collections import Counter
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.stories import link
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import STORY_LINKS
from tests.unit.articles.near_copies import (
    SET,
    TEMPLATES,
    WRITTEN,
    Row,
    Score,
    articles,
    followed,
    generate,
    half,
    lines,
    read,
    score,
)

LEAST_PRECISION, LEAST_RECALL = 0.97, 0.90
# As measured; a change of these numbers is a change of the stories.
MEASURED = {"even": Score(466, 0, 29), "odd": Score(436, 0, 38)}


@cache
def rows() -> tuple[Row, ...]:
    return tuple(read(SET))


@cache
def clean() -> pl.DataFrame:
    return articles(list(rows()))


@cache
def span() -> Days:
    days = clean()["index_date"]
    return Days(days.min(), days.max())  # type: ignore[arg-type]


@cache
def found() -> pl.DataFrame:
    return link(clean(), span())


def test_the_set_is_made_from_what_was_written() -> None:
    assert SET.read_text(encoding="utf-8") == lines(list(generate(read(WRITTEN))))


def test_the_set_has_stories_and_variants_enough_to_be_held_against() -> None:
    written = [row for row in read(WRITTEN) if row["body"]]
    told = Counter(row["cluster"] for row in rows() if row["variant"] not in {"headline", "roundup"})
    assert len(written) >= 60
    assert all(3 <= told[row["cluster"]] - 1 <= 6 for row in written)
    assert min(Counter(half(row["cluster"]) for row in written).values()) >= 30
    assert sum(bool(TEMPLATES.match(row["cluster"])) for row in written) >= 12
    assert sum(row["opt"] for row in rows()) >= 12


def test_every_row_of_the_set_is_an_article() -> None:
    assert clean().height == len(rows())


@pytest.mark.parametrize("which", ["even", "odd"])
def test_stories_are_joined_and_told_apart_well_enough(which: str) -> None:
    measured = score(list(rows()), followed(clean(), found()), which)
    assert measured.precision >= LEAST_PRECISION
    assert measured.recall >= LEAST_RECALL
    assert measured == MEASURED[which]


@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_links_of_the_set_do_not_depend_on_the_batches(batch: int) -> None:
    parts = []
    for days in span().split(batch):
        back = days.extend_back(3)
        parts.append(link(clean().filter(pl.col("index_date").is_between(back.first, back.last)), days))
    assert STORY_LINKS.conform(pl.concat(parts)).equals(found())


@settings(deadline=None, derandomize=True, max_examples=5)
@given(st.integers(0, 2**32))
def test_links_of_the_set_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    assert link(clean().sample(fraction=1, shuffle=True, seed=seed), span()).equals(found())


def test_a_later_day_changes_no_link_of_the_past() -> None:
    for day in span():
        until = clean().filter(pl.col("index_date") <= day)
        assert link(until, Days(span().first, day)).equals(found().filter(pl.col("index_date") <= day))
