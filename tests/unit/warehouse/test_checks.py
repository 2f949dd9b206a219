"""Every promise between tables holds on a correct lake, and a lake that breaks it is found out.

A new file in `sql/checks` needs a breaking example here.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES
from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_DAILY, GDELT_EVENTS
from pipeline.contracts.tables.index import (
    BASELINE,
    CHANNEL_DAILY,
    INDEX_DAILY,
    SIGNALS,
    STORIES,
    STORY_MASS,
    TENSION_DAILY,
    TENSION_PAIR_DAILY,
)
from pipeline.contracts.tables.measures import MEASURE_EVENTS, MEASURE_STATES, MEASURES
from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS
from pipeline.contracts.tables.trade import FLOW_REVISIONS, TARIFF_RATES, TRADE_FLOWS
from pipeline.contracts.tables.trade_results import COMMITMENTS, FLOW_MONTHS, PROMISES_AND_DEEDS, TRADE_SIGNALS, TRADE_STRAIN
from pipeline.contracts.tables.vintages import VINTAGES
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import read_query, select
from tests.unit.index.lake_scenes import DAY, Built, build, random_scene

CHECKS = {path.stem: path for path in sorted((shipped_folder("sql") / "checks").glob("*.sql"))}
THE_DAY = Days(DAY, DAY)
JOURNAL = (RAW_OFFICIAL_DOCUMENTS, OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)

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


def two_months(table: Table) -> pl.DataFrame:
    """The example row in April and in June, and nothing in May."""
    months = (date(2025, 4, 1), date(2025, 6, 1))
    return pl.concat(table.example().with_columns(reference_month=pl.lit(one, dtype=pl.Date)) for one in months)


def two_versions(**columns: object) -> pl.DataFrame:
    """Both versions of the example row of `FLOW_REVISIONS`; the columns given stand in the second."""
    second = FLOW_REVISIONS.example().with_columns(
        pl.lit(value, dtype=FLOW_REVISIONS.schema[name]).alias(name) for name, value in columns.items()
    )
    first = FLOW_REVISIONS.example().with_columns(
        version=pl.lit(1, pl.Int64), value_usd=pl.lit(25e9), change_pct=pl.lit(None, pl.Float64), known_on=pl.lit(date(2025, 6, 5))
    )
    return pl.concat([first, second])


def example(table: Table, **columns: object) -> Callable[[Lake], None]:
    """A lake whose table holds the contract's example row, with other values in some columns. The scene has no trade figures."""
    row = table.example().with_columns(pl.lit(value, dtype=table.schema[name]).alias(name) for name, value in columns.items())
    return changed(table, lambda _: row)


def together(*changes: Callable[[Lake], None]) -> Callable[[Lake], None]:
    """A lake in which all of these were changed."""

    def apply(lake: Lake) -> None:
        for change in changes:
            change(lake)

    return apply


def journal(table: Table, change: Change) -> Callable[[Lake], None]:
    """A lake with one document of an official journal, of which that table was changed. The scene has none."""
    return together(*(example(one) for one in JOURNAL), changed(table, change))


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
        "a mass is slightly too large": changed(STORY_MASS, more("mass", 1e-5)),
        "a story is lost": changed(STORY_MASS, without_first),
        "all stories are lost": changed(STORY_MASS, pl.DataFrame.clear),
        "a value is not the one of its parts": changed(CHANNEL_DAILY, more("value", 1e-5)),
        "a rate is not the one that was used": changed(CHANNEL_DAILY, more("rate", 1e-5)),
        "the weight of a prior is not the one that was used": changed(CHANNEL_DAILY, more("prior", 1e-5)),
    },
    "deeds_are_sums_of_released_figures": {
        "a sum is larger than its figures": together(
            example(COMMITMENTS),
            example(TRADE_FLOWS, flow="exports", product="", reference_month=date(2020, 1, 1)),
            example(PROMISES_AND_DEEDS, reference_month=date(2020, 1, 1), months_elapsed=1, actual_so_far=26e9),
        ),
        "a sum is known before its figures": together(
            example(COMMITMENTS),
            example(TRADE_FLOWS, flow="exports", product="", reference_month=date(2020, 1, 1)),
            example(
                PROMISES_AND_DEEDS,
                reference_month=date(2020, 1, 1),
                months_elapsed=1,
                actual_so_far=25e9,
                released_on=date(2025, 6, 4),
            ),
        ),
    },
    "every_month_of_a_flow_has_a_row": {
        "a figure is not shown": example(TRADE_FLOWS),
        "a figure is invented": example(FLOW_MONTHS),
        "a missing month is not shown": together(
            changed(TRADE_FLOWS, lambda _: two_months(TRADE_FLOWS)), changed(FLOW_MONTHS, lambda _: two_months(FLOW_MONTHS))
        ),
    },
    "flow_versions_are_accounted_for": {
        "a value that was given is lost": example(RAW_TRADE_FLOWS),
        "a version was given by nobody": example(FLOW_REVISIONS),
        "a value is another": together(example(RAW_TRADE_FLOWS), example(FLOW_REVISIONS, value_usd=24e9)),
    },
    "flows_stand_as_first_published": {
        "a month without versions": example(TRADE_FLOWS),
        "a month is lost": changed(FLOW_REVISIONS, lambda _: two_versions()),
        "a revised value stands in place of the first": together(
            changed(FLOW_REVISIONS, lambda _: two_versions()), example(TRADE_FLOWS, product="soybeans", value_usd=25.1e9)
        ),
        "a month is dated before it was public": together(
            changed(FLOW_REVISIONS, lambda _: two_versions()), example(TRADE_FLOWS, product="soybeans", released_on=date(2025, 6, 4))
        ),
        "a revision is not told": together(
            changed(FLOW_REVISIONS, lambda _: two_versions()), example(TRADE_FLOWS, product="soybeans", revised_value_usd=None)
        ),
        "two origins are used": together(
            changed(FLOW_REVISIONS, lambda _: two_versions(origin="file")), example(TRADE_FLOWS, product="soybeans")
        ),
        "a later version was known earlier": together(
            changed(FLOW_REVISIONS, lambda _: two_versions(known_on=date(2025, 6, 5))),
            example(TRADE_FLOWS, product="soybeans", revised_on=date(2025, 6, 5)),
        ),
    },
    "strain_waits_for_its_figures": {
        "the flow was released later": together(
            example(FLOW_MONTHS, product=""), example(TRADE_STRAIN, released_on=date(2025, 6, 4)), example(TARIFF_RATES)
        ),
        "the rate was known later": together(
            example(TARIFF_RATES, effective_date=date(2025, 4, 30), released_on=date(2025, 4, 30)),
            example(TRADE_STRAIN, released_on=date(2025, 4, 29)),
        ),
        "it has no day": together(example(FLOW_MONTHS, product=""), example(TRADE_STRAIN, released_on=None)),
    },
    "trade_signals_stand_on_released_figures": {
        "a step has no rate": example(TRADE_SIGNALS, trade_signal="tariff_step"),
        "a drop has no flow": example(TRADE_SIGNALS),
        "a drop is known before its flow": together(example(TRADE_FLOWS), example(TRADE_SIGNALS, released_on=date(2025, 6, 4))),
        "a diversion has one partner only": together(example(TRADE_FLOWS), example(TRADE_SIGNALS, trade_signal="diversion")),
    },
    "every_claim_is_in_the_ledger": {
        "an event is lost": changed(MEASURE_EVENTS, without_first),
        "a signal is lost": changed(SIGNALS, lambda rows: rows.filter(pl.col("kind") != "measure")),
        "an event has lost its measure": changed(MEASURE_EVENTS, lambda rows: rows.with_columns(measure_id=pl.lit(None, pl.String))),
        "what is unmatched has no reason": changed(
            MEASURE_EVENTS, lambda rows: rows.with_columns(outcome=pl.lit("unmatched"), measure_id=pl.lit(None, pl.String))
        ),
    },
    "every_day_has_every_pair": {
        "one direction of a day is lost": changed(TENSION_DAILY, without_first),
        "a whole day is lost": changed(TENSION_DAILY, lambda rows: rows.filter(pl.col("index_date") != DAY)),
    },
    "gdelt_events_are_accounted_for": {
        "an event that was kept is lost": example(GDELT_ACCOUNTS, index_date=DAY),
        "an event comes of no file": example(GDELT_EVENTS, index_date=DAY),
        "a row of a file has no end": together(
            example(GDELT_EVENTS, index_date=DAY),
            example(GDELT_ACCOUNTS, index_date=DAY, kept_count=1, no_country_count=0),
        ),
    },
    "gdelt_has_every_day_and_pair": {
        "a day is lost": example(GDELT_ACCOUNTS, index_date=DAY),
        "a direction is lost": together(example(GDELT_ACCOUNTS, index_date=DAY), example(GDELT_DAILY, index_date=DAY)),
    },
    "measure_states_follow_one_another": {
        "the last interval has ended": changed(MEASURE_STATES, lambda rows: rows.with_columns(valid_to=pl.col("valid_from"))),
        "a measure has lost its states": changed(MEASURE_STATES, pl.DataFrame.clear),
    },
    "measures_are_known_from_signals_seen": {
        "a state begins before its signal was seen": changed(
            MEASURE_STATES, lambda rows: rows.with_columns(pl.col("valid_from").dt.offset_by("-1d"))
        ),
        "a state rests on no signal of its measure": changed(MEASURE_STATES, lambda rows: rows.with_columns(signal_ids=pl.lit("0" * 16))),
    },
    "measures_stand_as_their_last_state": {
        "a measure stands elsewhere": changed(MEASURES, lambda rows: rows.with_columns(status=pl.lit("ended"))),
        "a measure is lost": changed(MEASURES, without_first),
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
    "official_documents_are_accounted_for": {
        "a document is lost": journal(OFFICIAL_DOCUMENTS, pl.DataFrame.clear),
        "a document was never read": journal(RAW_OFFICIAL_DOCUMENTS, pl.DataFrame.clear),
        "its acts are lost": journal(OFFICIAL_SIGNALS, pl.DataFrame.clear),
        "too many acts are counted": journal(OFFICIAL_DOCUMENTS, more("act_count")),
        "what was set aside has acts": journal(OFFICIAL_DOCUMENTS, lambda rows: rows.with_columns(document_outcome=pl.lit("no_rule"))),
    },
    "official_acts_stand_in_their_documents": {
        "the document is lost": journal(OFFICIAL_DOCUMENTS, pl.DataFrame.clear),
        "the quote is no title": journal(OFFICIAL_SIGNALS, lambda rows: rows.with_columns(pl.col("quote") + ".")),
        "it was published on another day": journal(
            RAW_OFFICIAL_DOCUMENTS, lambda rows: rows.with_columns(publication_date=pl.lit("2025-01-01"))
        ),
        "the journal names another day of effect": journal(
            RAW_OFFICIAL_DOCUMENTS, lambda rows: rows.with_columns(effective_on=pl.lit("2025-01-01"))
        ),
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
    "top_contributions_follow_from_masses": {
        "a contribution is slightly too large": changed(TOP_CONTRIBUTIONS, more("contribution", 1e-5)),
        "the largest story of a value is lost": changed(TOP_CONTRIBUTIONS, without_first),
        "a story of the day is lost": changed(
            TOP_CONTRIBUTIONS, lambda rows: rows.filter(pl.col("place") < pl.col("place").max().over("index_date", "series", "channel"))
        ),
        "a story is not the one of the signals": changed(TOP_CONTRIBUTIONS, lambda rows: rows.with_columns(story_id=pl.lit("Z:1"))),
        "a mass is not the one that was used": changed(STORY_MASS, more("mass", 0.01)),
        "all stories are lost": changed(TOP_CONTRIBUTIONS, pl.DataFrame.clear),
    },
    "values_rebuild_from_published_masses": {
        **{
            f"{name} is a hair too large": changed(INDEX_DAILY, more(name, 1e-5))
            for name in ("tension", "concession", "dialogue", "tension_words", "concession_words", "tension_unweighted", "evidence_weight")
        },
        "a mass is not the one that was used": changed(STORY_MASS, more("mass", 0.01)),
        "a rate of the baseline is not the one that was used": changed(
            BASELINE, lambda rows: rows.with_columns(rate=pl.col("rate") * 1.001)
        ),
        "an article was read that nobody expected": changed(COVERAGE, more("accepted")),
    },
    "what_did_not_act_is_listed": {
        "a signal was overruled and nobody says by what": changed(
            MEASURE_EVENTS, lambda rows: rows.with_columns(outcome=pl.lit("contradicted"))
        ),
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
    assert select(small.lake, read_query(CHECKS[name]), small.variables).rows(named=True) == []


@pytest.mark.parametrize("name", [name for name in CHECKS if name.startswith("official_")])
def test_a_document_and_its_act_keep_the_promises_about_the_journal(small: Built, tmp_path: Path, name: str) -> None:
    shutil.copytree(small.lake.root, tmp_path / "lake")
    lake = Lake(tmp_path / "lake")
    together(*(example(one) for one in JOURNAL))(lake)
    assert select(lake, read_query(CHECKS[name]), small.variables).rows(named=True) == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_promise_has_a_lake_that_breaks_it(name: str) -> None:
    assert BREAKS.get(name), f"sql/checks/{name}.sql has no breaking example; add one to BREAKS, or nobody knows that it can fail"


@pytest.mark.parametrize(("name", "what"), [(name, what) for name, breaks in BREAKS.items() for what in breaks])
def test_a_lake_that_breaks_a_promise_is_found_out(small: Built, tmp_path: Path, name: str, what: str) -> None:
    shutil.copytree(small.lake.root, tmp_path / "lake")
    broken = Lake(tmp_path / "lake")
    BREAKS[name][what](broken)
    assert select(broken, read_query(CHECKS[name]), small.variables).height >= 1


def test_values_rebuild_over_more_days_than_a_block_of_weights_holds(tmp_path: Path) -> None:
    scene = replace(random_scene(400, seed=7), half_life_days=0.5)  # a block is 250 days
    built = build(tmp_path, scene, [INDEX_DAILY])
    assert select(built.lake, read_query(CHECKS["values_rebuild_from_published_masses"]), built.variables).is_empty()
