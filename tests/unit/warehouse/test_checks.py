"""Every promise between tables holds on a correct lake, and a lake that breaks it is found out.

A new file in `sql/checks` needs a breaking example here.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES
from pipeline.contracts.tables.index import CONTRIBUTIONS, SIGNALS, STORIES, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.tables.vintages import VINTAGES
from pipeline.settings import shipped
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.models import query
from tests.unit.index.lake_scenes import DAY, Built

CHECKS = {path.stem: path for path in sorted((shipped("sql") / "checks").glob("*.sql"))}
THE_DAY = Days(DAY, DAY)

Change = Callable[[pl.DataFrame], pl.DataFrame]


def changed(table: Table, change: Change) -> Callable[[Lake], None]:
    """A lake in which that table (or its first day) was changed after everything else was made from it."""

    def apply(lake: Lake) -> None:
        if table.day is None:
            lake.write(table, change(lake.read(table)))
        else:
            lake.write_days(table, change(lake.read(table, THE_DAY)), THE_DAY)

    return apply


def more(name: str, by: float = 1) -> Change:
    """The first row holds more in one column."""
    return lambda rows: rows.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.col(name) + by).otherwise(pl.col(name)).cast(rows.schema[name]).alias(name)
    )


def without_first(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.slice(1)


def repeated(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, DUPLICATES.example().with_columns(index_date=pl.lit(DAY))])


BREAKS: dict[str, dict[str, Callable[[Lake], None]]] = {
    "articles_in_are_accounted_for": {
        "an article is lost": changed(ARTICLES, without_first),
        "a raw row is lost": changed(RAW_ARTICLES, without_first),
        "all raw rows of a day are lost": changed(RAW_ARTICLES, pl.DataFrame.clear),
        "coverage counts too many": changed(COVERAGE, more("accepted")),
        "coverage counts nothing": changed(COVERAGE, pl.DataFrame.clear),
        "a duplicate is not counted": changed(DUPLICATES, repeated),
    },
    "contributions_sum_to_the_value": {
        "a contribution is a hair too large": changed(CONTRIBUTIONS, more("contribution", 1e-5)),
        "a contribution is lost": changed(CONTRIBUTIONS, without_first),
        "all contributions are lost": changed(CONTRIBUTIONS, pl.DataFrame.clear),
    },
    "every_day_has_every_pair": {
        "one direction of a day is lost": changed(TENSION_DAILY, without_first),
        "a whole day is lost": changed(TENSION_DAILY, lambda rows: rows.filter(pl.col("index_date") != DAY)),
    },
    "newest_vintage_has_the_phase": {
        "vintages have another phase": changed(VINTAGES, lambda rows: rows.with_columns(phase=pl.lit("quiet"))),
    },
    "newest_vintage_is_the_index": {
        **{f"{name} is a hair too large": changed(VINTAGES, more(name, 1e-5)) for name in ("tension", "dialogue_hi95", "stalemate")},
        "a status is another": changed(VINTAGES, lambda rows: rows.with_columns(obs_status=pl.lit("B"))),
        "a vintage is lost": changed(VINTAGES, without_first),
        "all vintages are lost": changed(VINTAGES, pl.DataFrame.clear),
        "there is a vintage of no day": changed(VINTAGES, lambda rows: rows.with_columns(pl.col("index_date") + pl.duration(days=1))),
    },
    "only_asserted_signals_have_mass": {
        "a signal that weighs is negated": changed(SIGNALS, lambda rows: rows.with_columns(modality=pl.lit("negated"))),
    },
    "parts_make_the_whole": {
        name: changed(TENSION_DAILY, more(name)) for name in ("tension_words", "tension_actions", "concession_words", "concession")
    },
    "pooled_mass_is_the_sum_of_both_directions": {
        "the pair observes more": changed(TENSION_PAIR_DAILY, more("observed_escalation")),
        "the pair expects more": changed(TENSION_PAIR_DAILY, more("expected_escalation")),
        "a direction observes more": changed(TENSION_DAILY, more("observed_escalation")),
        "the pair has lost a day": changed(TENSION_PAIR_DAILY, without_first),
    },
    "quotes_stand_in_their_articles": {
        "a quote is changed": changed(SIGNALS, lambda rows: rows.with_columns(pl.col("quote") + ".")),
        "a span is off by one": changed(SIGNALS, more("span_start")),
        "an article is lost": changed(ARTICLES, without_first),
    },
    "signals_have_a_story": {"a story is lost": changed(STORIES, without_first)},
    "vintages_know_no_future": {
        "a vintage is known on its day": changed(VINTAGES, lambda rows: rows.with_columns(pl.col("known_at") - pl.duration(hours=1))),
        "a vintage is known after the release": changed(
            VINTAGES, lambda rows: rows.with_columns(pl.col("known_at") + pl.duration(days=30))
        ),
    },
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_promise_holds_on_a_correct_lake(small: Built, name: str) -> None:
    assert query(small.lake, CHECKS[name], small.variables).rows(named=True) == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_promise_has_a_lake_that_breaks_it(name: str) -> None:
    assert BREAKS.get(name), f"sql/checks/{name}.sql has no breaking example; add one to BREAKS, or nobody knows that it can fail"


@pytest.mark.parametrize(("name", "what"), [(name, what) for name, breaks in BREAKS.items() for what in breaks])
def test_a_lake_that_breaks_a_promise_is_found_out(small: Built, tmp_path: Path, name: str, what: str) -> None:
    shutil.copytree(small.lake.root, tmp_path / "lake")
    broken = Lake(tmp_path / "lake")
    BREAKS[name][what](broken)
    assert query(broken, CHECKS[name], small.variables).height >= 1
