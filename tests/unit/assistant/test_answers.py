"""Answers name their release, mark quotations, and equal the published values."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from pipeline.assistant.answers import Answer, AnswerError, Answers
from pipeline.settings import SAMPLE_NOTE
from pipeline.warehouse.restricted import QueryError
from tests.conftest import SampleRun

PEAK = date(2025, 10, 14)


@pytest.fixture(scope="module")
def answers(sample_run: SampleRun) -> Answers:
    return Answers(sample_run.database)


def select(sample_run: SampleRun, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(sample_run.database), read_only=True) as con:
        rows: list[tuple[Any, ...]] = con.sql(sql).fetchall()
        return rows


def find_quotations(value: object) -> list[dict[str, str]]:
    """Return all values marked as quotations, at any depth."""
    if isinstance(value, dict):
        own = [value[name] for name in value if name.startswith("untrusted_")]
        return own + [quotation for part in value.values() for quotation in find_quotations(part)]
    return [quotation for part in value for quotation in find_quotations(part)] if isinstance(value, list) else []


def find_texts(value: object) -> list[str]:
    """Return all texts outside quotations, at any depth."""
    if isinstance(value, dict):
        return [text for name, part in value.items() if not name.startswith("untrusted_") for text in find_texts(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in find_texts(part)]
    return [value] if isinstance(value, str) else []


@pytest.fixture(scope="module")
def all_answers(answers: Answers) -> list[Answer]:
    return [
        answers.list_series(),
        answers.list_tables(),
        answers.describe("today"),
        answers.value_of_day("USA-CHN", PEAK),
        answers.top_stories("USA>CHN", date(2025, 10, 1), PEAK),
        answers.measures_in_force(PEAK, "USA", "CHN"),
        answers.threats(),
        answers.sql("from today"),
    ]


def test_all_answers_names_release_and_sample(all_answers: list[Answer], sample_run: SampleRun) -> None:
    release = sample_run.latest.resolve().name
    editions = [(answer["release"], answer["is_sample"], answer["note"]) for answer in all_answers]
    assert editions == [(release, True, SAMPLE_NOTE)] * 8


def test_sentences_of_articles_are_only_in_quotations(all_answers: list[Answer], sample_run: SampleRun) -> None:
    quotes = {quote for (quote,) in select(sample_run, "select quote from signals")}
    assert not quotes & set(find_texts(all_answers))
    assert len(find_quotations(all_answers)) > 20
    assert {quotation["text"] for quotation in find_quotations(all_answers)} <= quotes
    assert all(quotation["source"] for answer in (all_answers[3], all_answers[4]) for quotation in find_quotations(answer))


def test_quotations_of_threats_and_outcomes_are_marked_as_untrusted(answers: Answers) -> None:
    answer = answers.threats(outcome="withdrawn")
    marks = {name for threat in answer["threats"] for name, part in threat.items() if isinstance(part, dict)}
    assert marks == {"untrusted_quotation", "untrusted_outcome_quotation"}
    assert all(mark in answer["quotations"] for mark in marks)


def test_columns_with_text_are_untrusted_under_any_name(answers: Answers) -> None:
    answer = answers.sql(
        "select probability as quote, upper(quote) as loud, [quote] as several, {'a': quote} as inside from signals limit 1"
    )
    assert answer["untrusted"] == ["loud", "several", "inside"]


@pytest.mark.parametrize(("series", "table", "condition"), [
    ("usa-chn", "tension_pair_daily", "pair = 'CHN-USA'"),
    ("USA>CHN", "tension_daily", "actor = 'USA' and target = 'CHN'"),
])  # fmt: skip
def test_the_value_of_a_day_is_the_published_one(answers: Answers, sample_run: SampleRun, series: str, table: str, condition: str) -> None:
    answer = answers.value_of_day(series, PEAK)
    ((tension, low, phase),) = select(
        sample_run,
        f"select tension, tension_lo80, phase from {table} where {condition} and index_date = '{PEAK}'",  # noqa: S608
    )
    assert answer["values"]["tension"] == pytest.approx(tension, abs=0.05)
    assert answer["values"]["tension_lo80"] == pytest.approx(low, abs=0.05)
    assert answer["values"]["phase"] == phase
    escalation = answer["made_of"]["escalation"]
    assert {row["part"] for row in escalation} == {"story", "earlier", "prior"}
    assert sum(row["points"] for row in escalation) <= tension + 1


def test_a_day_with_too_little_read_has_no_value(answers: Answers) -> None:
    values = answers.value_of_day("MEX-USA", date(2025, 11, 30))["values"]
    assert (values["tension"], values["is_thin"], values["phase"]) == (None, True, "no data")


def test_top_stories_are_sorted_and_their_shares_add_up(answers: Answers) -> None:
    stories = answers.top_stories("CHN-USA", date(2025, 1, 20), date(2025, 11, 30), "escalation", 200)["stories"]
    masses = [story["mass"] for story in stories]
    assert masses == sorted(masses, reverse=True)
    assert sum(story["share_of_period_pct"] for story in stories) == pytest.approx(100, abs=0.1 * len(stories))


def test_a_list_that_is_cut_says_so(answers: Answers) -> None:
    assert answers.measures_in_force(PEAK, number=2)["cut"].startswith("2 of ")
    assert answers.threats(number=1)["cut"].startswith("1 of ")
    assert "only the first 500 rows" in answers.sql("select index_date from tension_daily")["cut"]
    assert "cut" not in answers.sql("from today")


def test_macros_are_described_like_tables(answers: Answers) -> None:
    described = answers.describe("measures_in_force")
    assert described["parameters"] == "day, of_actor, on_target"
    assert {column["column_name"] for column in described["columns"]} >= {"rate_pct", "legal_source", "supporting_stories"}
    assert all(column["meaning"] for column in described["columns"])


@pytest.mark.parametrize("series", ["USA > CHN", " usa> chn ", "USA >CHN"])
def test_a_direction_may_have_spaces(answers: Answers, series: str) -> None:
    assert answers.value_of_day(series, PEAK) == answers.value_of_day("USA>CHN", PEAK)


def test_a_wrong_question_is_answered_with_what_to_ask(answers: Answers) -> None:
    questions: list[tuple[Callable[[], Answer], str]] = [
        (lambda: answers.value_of_day("USA-EU", PEAK), "the EU is EUN here"),
        (lambda: answers.value_of_day("CHN-FRA", PEAK), "the release has no series CHN-FRA; list_series"),
        (lambda: answers.value_of_day("CHN-USA", date(2015, 1, 1)), "its days are 2025-01-20 to 2025-11-30"),
        (lambda: answers.top_stories("CHN-FRA", PEAK, PEAK), "the release has no series CHN-FRA"),
        (lambda: answers.top_stories("CHN-USA", PEAK, date(2025, 10, 1)), "is after the last day"),
        (lambda: answers.measures_in_force(PEAK, "EU"), "write an ISO alpha-3 code"),
        (lambda: answers.threats(outcome="done"), "choose one of pending"),
        (lambda: answers.describe("todays"), "did you mean today?"),
    ]
    for ask, message in questions:
        with pytest.raises(AnswerError, match=re.escape(message)):
            ask()


def test_a_country_or_day_outside_the_list_of_acts_is_an_error(answers: Answers) -> None:
    assert answers.measures_in_force(PEAK, "USA", "DEU")["measures"] == answers.measures_in_force(PEAK, "USA", "EUN")["measures"] != []
    with pytest.raises(QueryError, match="has none on THA, only on ARG"):
        answers.measures_in_force(PEAK, "USA", "THA")
    with pytest.raises(QueryError, match="begins on 2018-01-01"):
        answers.measures_in_force(date(2015, 1, 1))
