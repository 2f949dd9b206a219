from collections import Counter
from datetime import date

import polars as pl
import pytest

from pipeline.contracts.countries import COUNTRIES, pair_name
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY
from pipeline.validation.events import EVENTS_FILE, EVENTS_SCHEMA, read_events

EVENTS = read_events()


def pairs(events: pl.DataFrame) -> Counter[str]:
    return Counter(pair_name(actor, target) for actor, target in events.select("actor", "target").iter_rows())


def test_the_list_has_enough_events_for_hit_rates() -> None:
    assert EVENTS.schema == EVENTS_SCHEMA
    assert EVENTS.height >= 60


def test_at_least_half_of_the_events_are_concessions() -> None:
    assert set(EVENTS["polarity"]) == {"escalation", "concession"}
    assert EVENTS.filter(polarity="concession").height * 2 >= EVENTS.height


def test_every_year_from_2018_to_2025_has_events() -> None:
    days = EVENTS["event_date"]
    assert days.is_between(date(2018, 1, 1), date(2025, 12, 31)).all()
    assert set(days.dt.year()) == set(range(2018, 2026))


def test_every_year_has_events_of_both_polarities() -> None:
    signs = EVENTS.group_by(EVENTS["event_date"].dt.year().alias("year")).agg(pl.col("polarity").n_unique())
    assert set(signs["polarity"]) == {2}


def test_several_pairs_have_events_of_both_polarities() -> None:
    both = set(pairs(EVENTS.filter(polarity="escalation"))) & set(pairs(EVENTS.filter(polarity="concession")))
    assert {"CHN-USA", "EUN-USA", "CAN-USA", "MEX-USA", "JPN-USA", "IND-USA", "BRA-USA", "CHN-EUN", "AUS-CHN"} <= both


@pytest.mark.parametrize(
    ("first", "last", "events", "concessions"),
    [(date(2018, 1, 1), date(2020, 7, 18), 30, 14), (date(2025, 1, 20), date(2025, 11, 30), 30, 15)],
)
def test_the_years_of_both_corpora_have_many_events_of_china_and_usa(first: date, last: date, events: int, concessions: int) -> None:
    between_them = EVENTS.filter(
        pl.col("event_date").is_between(first, last), pl.col("actor").is_in(["CHN", "USA"]), pl.col("target").is_in(["CHN", "USA"])
    )
    assert between_them.height >= events
    assert between_them.filter(polarity="concession").height >= concessions


def test_values_are_from_the_vocabularies() -> None:
    assert set(EVENTS["kind"]) <= set(KIND.words)
    assert set(EVENTS["instrument"]) <= set(INSTRUMENT.words)
    assert set(EVENTS["link"]) == {"document", "publisher"}
    assert set(EVENTS["precision"]) == {"day", "day-uncertain"}
    assert [KIND_POLARITY[kind] for kind in EVENTS["kind"]] == EVENTS["polarity"].to_list()


def test_event_ids_are_unique_and_start_with_day_and_countries() -> None:
    assert EVENTS["event_id"].is_unique().all()
    for event_id, day, actor, target in EVENTS.select("event_id", "event_date", "actor", "target").iter_rows():
        assert event_id.startswith(f"{day}-{actor}-{target}".lower())


def test_only_the_day_of_effect_may_be_missing() -> None:
    assert [name for name, count in EVENTS.null_count().row(0, named=True).items() if count] == ["effective_date"]


def test_events_are_between_two_different_countries() -> None:
    assert set(EVENTS["actor"]) | set(EVENTS["target"]) <= set(COUNTRIES)
    assert (EVENTS["actor"] != EVENTS["target"]).all()


def test_no_act_is_listed_twice() -> None:
    assert EVENTS.select("event_date", "what").is_unique().all()


def test_every_event_is_one_sentence_with_a_source() -> None:
    assert EVENTS["what"].str.contains(r"^[A-Z][^\n]{20,180}\.$").all()
    assert EVENTS["source_title"].str.contains(r"^.{10,}$").all()
    assert EVENTS["source_url"].str.starts_with("http").all()


def test_no_source_is_a_newspaper_article() -> None:
    papers = "theguardian|nytimes|reuters|bloomberg|wsj|ft.com|scmp|washingtonpost"
    assert EVENTS.filter(pl.col("source_url").str.contains(papers)).is_empty()


def test_the_rows_of_the_file_are_sorted_by_day() -> None:
    days = pl.read_csv(EVENTS_FILE, infer_schema=False)["event_date"]
    assert days.is_sorted()
