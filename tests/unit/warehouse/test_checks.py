"""Every cross-table check passes on a correct lake and fails on a lake with the error that it looks for.

A new file in `sql/checks` needs a failing example here.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.audit import SIGNAL_MASS
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, READING_OUTCOMES
from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_DAILY, GDELT_EVENTS
from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, INDEX_DAILY, SIGNALS, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.measures import MEASURE_ACTS, MEASURE_REPORTS, MEASURE_STATES
from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS
from pipeline.contracts.tables.stories import ARTICLES_READ, STORIES, STORY_ARTICLES
from pipeline.contracts.tables.threats import THREAT_EVIDENCE, THREAT_RATES, THREAT_STATES, THREATS
from pipeline.contracts.tables.trade import FLOW_REVISIONS, TARIFF_RATES, TRADE_FLOWS
from pipeline.contracts.tables.trade_results import COMMITMENTS, FLOW_MONTHS, PROMISES_AND_DEEDS, TRADE_SIGNALS, TRADE_STRAIN
from pipeline.contracts.tables.vintages import VINTAGES
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import read_query, select
from tests.unit.index.lake_scenes import DAY, Built, build_in_memory, random_scene
from tests.unit.warehouse.lake_edits import (
    JOURNAL,
    add_duplicate,
    add_thousand,
    apply_all,
    count_twenty_later,
    drop_first,
    edit,
    edit_journal,
    edit_threat,
    empty_column,
    increase,
    insert,
    shift,
    spread_story,
    two_months,
    two_versions,
    write_threat,
)

CHECKS = {path.stem: path for path in sorted((shipped_folder("sql") / "checks").glob("*.sql"))}
FIRST_ACT = "chn-reciprocal-answer@2025-04-12"

FAILING: dict[str, dict[str, Callable[[Lake], None]]] = {
    "every_article_is_accounted_for": {
        "an article is lost": edit(ARTICLES, drop_first),
        "a raw row is lost": edit(RAW_ARTICLES, drop_first),
        "all raw rows of a day are lost": edit(RAW_ARTICLES, pl.DataFrame.clear),
        "coverage counts too many": edit(COVERAGE, increase("accepted")),
        "coverage counts nothing": edit(COVERAGE, pl.DataFrame.clear),
        "a duplicate is not counted": edit(DUPLICATES, add_duplicate),
    },
    "contributions_sum_to_the_value": {
        "a mass is slightly too large": edit(STORY_MASS, increase("mass", 1e-5)),
        "a story is lost": edit(STORY_MASS, drop_first),
        "all stories are lost": edit(STORY_MASS, pl.DataFrame.clear),
        "a value is not the sum of its parts": edit(CHANNEL_DAILY, increase("value", 1e-5)),
        "a rate is not the one that was used": edit(CHANNEL_DAILY, increase("rate", 1e-5)),
        "the weight of a prior is not the one that was used": edit(CHANNEL_DAILY, increase("prior", 1e-5)),
    },
    "purchases_are_sums_of_released_flows": {
        "a sum is larger than its figures": apply_all(
            insert(COMMITMENTS),
            insert(TRADE_FLOWS, flow="exports", product="", reference_month=date(2020, 1, 1)),
            insert(PROMISES_AND_DEEDS, reference_month=date(2020, 1, 1), months_elapsed=1, actual_so_far=26e9),
        ),
        "a sum is known before its figures": apply_all(
            insert(COMMITMENTS),
            insert(TRADE_FLOWS, flow="exports", product="", reference_month=date(2020, 1, 1)),
            insert(
                PROMISES_AND_DEEDS,
                reference_month=date(2020, 1, 1),
                months_elapsed=1,
                actual_so_far=25e9,
                released_on=date(2025, 6, 4),
            ),
        ),
    },
    "every_month_of_a_flow_has_a_row": {
        "a figure is not shown": insert(TRADE_FLOWS),
        "a figure is invented": insert(FLOW_MONTHS),
        "a missing month is not shown": apply_all(
            edit(TRADE_FLOWS, lambda _: two_months(TRADE_FLOWS)),
            edit(FLOW_MONTHS, lambda _: two_months(FLOW_MONTHS)),
        ),
    },
    "every_flow_value_is_in_the_revisions": {
        "a raw value is lost": insert(RAW_TRADE_FLOWS),
        "a version has no raw value": insert(FLOW_REVISIONS),
        "a value differs": apply_all(insert(RAW_TRADE_FLOWS), insert(FLOW_REVISIONS, value_usd=24e9)),
    },
    "flows_have_the_first_published_value": {
        "a month without versions": insert(TRADE_FLOWS),
        "a month is lost": edit(FLOW_REVISIONS, lambda _: two_versions()),
        "a month has its revised value": apply_all(
            edit(FLOW_REVISIONS, lambda _: two_versions()), insert(TRADE_FLOWS, product="soybeans", value_usd=25.1e9)
        ),
        "a month is dated before it was public": apply_all(
            edit(FLOW_REVISIONS, lambda _: two_versions()),
            insert(TRADE_FLOWS, product="soybeans", released_on=date(2025, 6, 4)),
        ),
        "a revision is missing": apply_all(
            edit(FLOW_REVISIONS, lambda _: two_versions()), insert(TRADE_FLOWS, product="soybeans", revised_value_usd=None)
        ),
        "two origins are used": apply_all(
            edit(FLOW_REVISIONS, lambda _: two_versions(origin="file")), insert(TRADE_FLOWS, product="soybeans")
        ),
        "a later version was known earlier": apply_all(
            edit(FLOW_REVISIONS, lambda _: two_versions(known_on=date(2025, 6, 5))),
            insert(TRADE_FLOWS, product="soybeans", revised_on=date(2025, 6, 5)),
        ),
    },
    "trade_strain_uses_no_later_figures": {
        "the flow was released later": apply_all(
            insert(FLOW_MONTHS, product=""), insert(TRADE_STRAIN, released_on=date(2025, 6, 4)), insert(TARIFF_RATES)
        ),
        "the rate was known later": apply_all(
            insert(TARIFF_RATES, effective_date=date(2025, 4, 30), released_on=date(2025, 4, 30)),
            insert(TRADE_STRAIN, released_on=date(2025, 4, 29)),
        ),
        "it has no release day": apply_all(insert(FLOW_MONTHS, product=""), insert(TRADE_STRAIN, released_on=None)),
    },
    "trade_signals_match_released_figures": {
        "a step has no rate": insert(TRADE_SIGNALS, trade_signal="tariff_step"),
        "a drop has no flow": insert(TRADE_SIGNALS),
        "a drop is known before its flow": apply_all(insert(TRADE_FLOWS), insert(TRADE_SIGNALS, released_on=date(2025, 6, 4))),
        "a diversion has one partner only": apply_all(insert(TRADE_FLOWS), insert(TRADE_SIGNALS, trade_signal="diversion")),
    },
    "every_claim_is_reported_once": {
        "a report is lost": edit(MEASURE_REPORTS, drop_first),
        "a signal is lost": edit(SIGNALS, lambda rows: rows.filter(pl.col("kind") != "measure")),
        "support names no act": edit(
            MEASURE_REPORTS, lambda rows: rows.with_columns(report=pl.lit("supports"), act_id=pl.lit(None, pl.String))
        ),
        "an act is of another actor": edit(
            MEASURE_REPORTS, lambda rows: rows.with_columns(report=pl.lit("supports"), act_id=pl.lit("ind-232-answer@2019-06-16-2"))
        ),
    },
    "acts_start_after_they_are_announced": {
        "an act starts before it is announced": edit(
            MEASURE_ACTS, lambda rows: rows.with_columns(announced_on=pl.col("effective_on") + pl.duration(days=1), note=pl.lit(""))
        ),
    },
    "cancelled_acts_were_still_to_come": {
        "an act cancels one of another layer": edit(
            MEASURE_ACTS, lambda rows: rows.with_columns(cancels=pl.when(pl.col("cancels").is_not_null()).then(pl.lit(FIRST_ACT)))
        ),
        "an act cancels one of another target": edit(
            MEASURE_ACTS,
            lambda rows: rows.with_columns(target=pl.when(pl.col("cancels").is_null()).then("target").otherwise(pl.lit("AUS"))),
        ),
        "the cancelled act is unknown": edit(MEASURE_ACTS, lambda rows: rows.filter(pl.col("note") != "never took effect")),
    },
    "every_act_in_effect_has_a_state": {
        "an act has lost its states": edit(MEASURE_STATES, lambda rows: rows.filter(pl.col("act_id") != FIRST_ACT)),
        "an act has lost its state towards one of its targets": edit(
            MEASURE_STATES, lambda rows: rows.filter((pl.col("act_id") != "usa-232-steel@2018-06-01") | (pl.col("target") != "MEX"))
        ),
    },
    "stated_ends_are_followed_up": {
        "a suspension has run out": edit(
            MEASURE_STATES, lambda rows: rows.with_columns(stated_end=pl.col("valid_from"), valid_to=pl.lit(None, pl.Date))
        ),
    },
    "raises_and_cuts_change_the_rate": {
        "every rate is the same": edit(
            MEASURE_STATES, lambda rows: rows.with_columns(rate_pct=pl.lit(25.0), rate_basis=pl.lit("additional"))
        ),
    },
    "tariff_steps_have_acts": {
        "a step has no act": apply_all(edit(MEASURE_STATES, pl.DataFrame.clear), insert(MEASURE_STATES), insert(TARIFF_RATES)),
    },
    "average_rates_fit_the_layers": {
        "the average is above all layers": insert(TARIFF_RATES, rate_pct=900.0),
        "there is an average but no layer": apply_all(
            edit(MEASURE_STATES, lambda rows: rows.filter(pl.col("target") != "CHN")), insert(TARIFF_RATES)
        ),
    },
    "every_day_has_every_pair": {
        "one direction of a day is lost": edit(TENSION_DAILY, drop_first),
        "a whole day is lost": edit(TENSION_DAILY, lambda rows: rows.filter(pl.col("index_date") != DAY)),
    },
    "every_gdelt_row_is_accounted_for": {
        "a stored event is lost": insert(GDELT_ACCOUNTS, index_date=DAY),
        "an event is from no file": insert(GDELT_EVENTS, index_date=DAY),
        "a row of a file is not counted": apply_all(
            insert(GDELT_EVENTS, index_date=DAY),
            insert(GDELT_ACCOUNTS, index_date=DAY, kept_count=1, no_country_count=0),
        ),
    },
    "gdelt_has_every_day_and_pair": {
        "a day is lost": insert(GDELT_ACCOUNTS, index_date=DAY),
        "a direction is lost": apply_all(insert(GDELT_ACCOUNTS, index_date=DAY), insert(GDELT_DAILY, index_date=DAY)),
    },
    "threat_states_have_no_gaps_or_overlaps": {
        "the last interval has ended": edit_threat(THREAT_STATES, lambda rows: rows.with_columns(valid_to=pl.col("valid_from"))),
    },
    "threat_states_use_no_later_evidence": {
        "a state begins before its signal was seen": edit_threat(
            THREAT_STATES, lambda rows: rows.with_columns(pl.col("valid_from").dt.offset_by("-1d"))
        ),
        "a state has no signal of its threat": edit_threat(THREAT_STATES, lambda rows: rows.with_columns(signal_ids=pl.lit("0" * 16))),
        "an outcome has no evidence": edit_threat(THREAT_STATES, lambda rows: rows.with_columns(outcome_signal_ids=pl.lit("0" * 16))),
    },
    "every_threat_has_its_evidence": {
        "a signal is lost": edit_threat(THREAT_EVIDENCE, drop_first),
        "a signal is unknown": edit_threat(SIGNALS, pl.DataFrame.clear),
        "an outcome has no evidence": edit_threat(
            THREAT_STATES, lambda rows: rows.with_columns(threat_outcome=pl.lit("withdrawn"), outcome_basis=pl.lit("reported"))
        ),
        "an outcome precedes its threat": edit_threat(THREAT_EVIDENCE, lambda rows: rows.with_columns(told_on=date(2025, 5, 1))),
    },
    "threat_rates_count_every_threat": {
        "a threat is not counted": edit_threat(THREAT_RATES, increase("threat_count", -1)),
        "a threat is counted twice": edit_threat(THREAT_RATES, increase("carried_out_count")),
        "a country is lost": edit_threat(THREAT_RATES, pl.DataFrame.clear),
        "a threat is lost": edit_threat(THREATS, drop_first),
    },
    "newest_vintage_has_the_published_phase": {
        "vintages have another phase": edit(VINTAGES, lambda rows: rows.with_columns(phase=pl.lit("quiet"))),
    },
    "newest_vintage_equals_the_index": {
        **{f"{name} is slightly too large": edit(VINTAGES, shift(name, 1e-5)) for name in ("tension", "dialogue_hi95")},
        "a stalemate is published that the index withholds": edit(VINTAGES, lambda rows: rows.with_columns(stalemate=pl.lit(0.5))),
        "a status differs": edit(VINTAGES, lambda rows: rows.with_columns(obs_status=pl.lit("B"))),
        "the newest vintage is lost": edit(VINTAGES, lambda rows: rows.filter(pl.col("index_date") < pl.col("index_date").max())),
        "all vintages are lost": edit(VINTAGES, pl.DataFrame.clear),
        "there is a vintage of an unknown day": edit(VINTAGES, lambda rows: rows.with_columns(pl.col("index_date") + pl.duration(days=1))),
    },
    "every_official_document_is_accounted_for": {
        "a document is lost": edit_journal(OFFICIAL_DOCUMENTS, pl.DataFrame.clear),
        "a document was never read": edit_journal(RAW_OFFICIAL_DOCUMENTS, pl.DataFrame.clear),
        "its acts are lost": edit_journal(OFFICIAL_SIGNALS, pl.DataFrame.clear),
        "too many acts are counted": edit_journal(OFFICIAL_DOCUMENTS, increase("act_count")),
        "a document without acts has acts": edit_journal(
            OFFICIAL_DOCUMENTS, lambda rows: rows.with_columns(document_outcome=pl.lit("no_rule"))
        ),
    },
    "official_acts_match_their_documents": {
        "the document is lost": edit_journal(OFFICIAL_DOCUMENTS, pl.DataFrame.clear),
        "the quote is no title": edit_journal(OFFICIAL_SIGNALS, lambda rows: rows.with_columns(pl.col("quote") + ".")),
        "it was published on another day": edit_journal(
            RAW_OFFICIAL_DOCUMENTS, lambda rows: rows.with_columns(publication_date=pl.lit("2025-01-01"))
        ),
        "the journal has another day of effect": edit_journal(
            RAW_OFFICIAL_DOCUMENTS, lambda rows: rows.with_columns(effective_on=pl.lit("2025-01-01"))
        ),
    },
    "only_asserted_signals_have_mass": {
        "a signal with mass is negated": edit(SIGNALS, lambda rows: rows.with_columns(modality=pl.lit("negated"))),
    },
    "words_and_actions_sum_to_the_value": {
        **{name: edit(TENSION_DAILY, increase(name)) for name in ("tension_words", "tension_actions", "concession_words", "concession")},
        **{f"{name} is lost": edit(TENSION_DAILY, empty_column(name)) for name in ("tension_words", "tension_actions", "concession_words")},
    },
    "published_rows_are_those_of_the_index": {
        **{name: edit(TENSION_PAIR_DAILY, increase(name)) for name in ("tension", "tension_hi80", "dialogue", "observed_escalation")},
        "the words are lost": edit(TENSION_PAIR_DAILY, empty_column("tension_words")),
        "a bound of a direction is larger": edit(TENSION_DAILY, increase("tension_lo95")),
        "a direction has lost a day": edit(TENSION_DAILY, drop_first),
        "a pair has a day twice": edit(TENSION_PAIR_DAILY, lambda rows: pl.concat([rows, rows.head(1)])),
    },
    "pooled_mass_is_the_sum_of_both_directions": {
        **{
            f"the pair's {side} mass of {channel} is larger": edit(TENSION_PAIR_DAILY, increase(f"{side}_{channel}"))
            for side in ("observed", "expected")
            for channel in ("escalation", "concession", "dialogue")
        },
        "a direction observes more": edit(TENSION_DAILY, increase("observed_escalation")),
        "the pair has lost a day": edit(TENSION_PAIR_DAILY, drop_first),
    },
    "quotes_match_their_articles": {
        "a quote is edit": edit(SIGNALS, lambda rows: rows.with_columns(pl.col("quote") + ".")),
        "a span is off by one": edit(SIGNALS, increase("span_start")),
        "an article is lost": edit(ARTICLES, drop_first),
    },
    "signal_masses_sum_to_the_mass_of_the_story": {
        "a mass is slightly too large": edit(SIGNAL_MASS, increase("mass", 1e-5)),
        "a signal is lost": edit(SIGNAL_MASS, drop_first),
        "a story is lost": edit(STORY_MASS, pl.DataFrame.clear),
    },
    "top_contributions_match_the_masses": {
        "a contribution is slightly too large": edit(TOP_CONTRIBUTIONS, increase("contribution", 1e-5)),
        "the largest story of a value is lost": edit(TOP_CONTRIBUTIONS, drop_first),
        "a story of the day is lost": edit(
            TOP_CONTRIBUTIONS, lambda rows: rows.filter(pl.col("place") < pl.col("place").max().over("index_date", "series", "channel"))
        ),
        "a story is unknown": edit(TOP_CONTRIBUTIONS, lambda rows: rows.with_columns(story_id=pl.lit("Z:1"))),
        "a mass is not the one that was used": edit(STORY_MASS, increase("mass", 0.01)),
        "all stories are lost": edit(TOP_CONTRIBUTIONS, pl.DataFrame.clear),
    },
    "values_can_be_rebuilt_from_published_masses": {
        **{
            f"{name} is slightly too large": edit(INDEX_DAILY, increase(name, 1e-5))
            for name in ("tension", "concession", "dialogue", "tension_words", "concession_words", "tension_unweighted", "evidence_weight")
        },
        "a value is withheld in spite of evidence": edit(INDEX_DAILY, lambda rows: rows.with_columns(dialogue=pl.lit(None, pl.Float64()))),
        "a mass is not the one that was used": edit(STORY_MASS, increase("mass", 0.01)),
        "a rate of the baseline is not the one that was used": edit(BASELINE, lambda rows: rows.with_columns(rate=pl.col("rate") * 1.001)),
        "an article is not in the expected mass": edit(ARTICLES_READ, increase("weight")),
    },
    "every_article_has_a_reading_outcome": {
        "an article has no outcome": edit(READING_OUTCOMES, drop_first),
        "all outcomes are lost": edit(READING_OUTCOMES, pl.DataFrame.clear),
        "an outcome is of another source": edit(READING_OUTCOMES, lambda rows: rows.with_columns(source=pl.lit("Zenda Post"))),
        "an outcome is of an unknown article": edit(READING_OUTCOMES, lambda rows: rows.with_columns(pl.col("article_id") + "x")),
        "an article that was not read has findings": edit(READING_OUTCOMES, lambda rows: rows.with_columns(outcome=pl.lit("one_country"))),
        "one article more was accepted": edit(COVERAGE, increase("accepted")),
    },
    "articles_count_on_their_own_day": {
        "many articles count later": edit(STORY_ARTICLES, count_twenty_later),
    },
    "no_source_floods_a_day": {"a source has a thousand articles": edit(ARTICLES_READ, add_thousand)},
    "stories_are_short": {"ten articles of three weeks are one story": edit(STORY_ARTICLES, spread_story)},
    "every_signal_has_a_story": {"a story is lost": edit(STORIES, drop_first)},
    "vintages_use_no_later_knowledge": {
        "a vintage is known on its day": edit(VINTAGES, lambda rows: rows.with_columns(pl.col("known_at") - pl.duration(hours=1))),
        "a vintage is known after the release": edit(VINTAGES, lambda rows: rows.with_columns(pl.col("known_at") + pl.duration(days=30))),
    },
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_passes_on_a_correct_lake(small: Built, name: str) -> None:
    assert select(small.lake, read_query(CHECKS[name]), small.variables).rows(named=True) == []


@pytest.mark.parametrize("name", [name for name in CHECKS if name.startswith("official_")])
def test_checks_of_official_acts_pass_on_a_correct_lake(small: Built, tmp_path: Path, name: str) -> None:
    shutil.copytree(small.lake.root, tmp_path / "lake")
    lake = Lake(tmp_path / "lake")
    apply_all(*(insert(one) for one in JOURNAL))(lake)
    assert select(lake, read_query(CHECKS[name]), small.variables).rows(named=True) == []


@pytest.mark.parametrize("name", [name for name in CHECKS if "threat" in name])
def test_checks_of_threats_pass_on_a_correct_lake(small: Built, tmp_path: Path, name: str) -> None:
    shutil.copytree(small.lake.root, tmp_path / "lake")
    write_threat(lake := Lake(tmp_path / "lake"))
    assert select(lake, read_query(CHECKS[name]), small.variables).rows(named=True) == []


@pytest.mark.parametrize("name", ["tariff_steps_have_acts", "average_rates_fit_the_layers"])
def test_rates_of_a_tracker_of_ones_own_need_not_fit_the_list_of_acts(small: Built, tmp_path: Path, name: str) -> None:
    shutil.copytree(small.lake.root, tmp_path / "lake")
    lake = Lake(tmp_path / "lake")
    insert(TARIFF_RATES, source="An own tracker", effective_date=date(2016, 1, 1), released_on=date(2016, 1, 1), rate_pct=900.0)(lake)
    assert select(lake, read_query(CHECKS[name]), small.variables).height == 0


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_a_failing_example(name: str) -> None:
    assert FAILING.get(name), f"sql/checks/{name}.sql has no failing example; add one to FAILING"


@pytest.mark.parametrize(("name", "what"), [(name, what) for name, examples in FAILING.items() for what in examples])
def test_every_check_fails_on_its_failing_examples(small: Built, tmp_path: Path, name: str, what: str) -> None:
    shutil.copytree(small.lake.root, tmp_path / "lake")
    broken = Lake(tmp_path / "lake")
    FAILING[name][what](broken)
    assert select(broken, read_query(CHECKS[name]), small.variables).height >= 1


def test_values_are_rebuilt_over_several_blocks_of_weights() -> None:
    scene = replace(random_scene(400, seed=7), half_life_days=0.5)  # a block is 250 days
    built = build_in_memory(scene, [INDEX_DAILY])
    assert select(built.tables, read_query(CHECKS["values_can_be_rebuilt_from_published_masses"]), built.variables).is_empty()
