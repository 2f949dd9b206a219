import csv
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.countries import pair_name
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY
from pipeline.validation.events import EVENTS_FILE, EVENTS_SCHEMA, LINK, PRECISION, EventListError, read_events

EVENTS = read_events()
ROW = {
    "event_id": "2019-05-10-rur-bor",
    "event_date": "2019-05-10",
    "effective_date": "",
    "actor": "RUR",
    "target": "BOR",
    "polarity": "escalation",
    "kind": "measure",
    "instrument": "tariff",
    "what": "Ruritania puts 10 percent on cheese.",
    "source_title": "Gazette of Ruritania, No. 5 of 2019",
    "source_url": "https://gazette.example/2019/5",
    "link": "document",
    "precision": "day",
}


def write_csv(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "events.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


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
    for column, vocabulary in (("kind", KIND), ("instrument", INSTRUMENT), ("link", LINK), ("precision", PRECISION)):
        assert set(EVENTS[column]) <= set(vocabulary.words)
    assert [KIND_POLARITY[kind] for kind in EVENTS["kind"]] == EVENTS["polarity"].to_list()


def test_event_ids_are_unique_and_start_with_day_and_countries() -> None:
    assert EVENTS["event_id"].is_unique().all()
    for event_id, day, actor, target in EVENTS.select("event_id", "event_date", "actor", "target").iter_rows():
        assert event_id.startswith(f"{day}-{actor}-{target}".lower())


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


def test_rows_are_typed_and_sorted_by_day(tmp_path: Path) -> None:
    later = ROW | {"event_id": "2019-06-01-rur-bor", "event_date": "2019-06-01", "effective_date": "2019-07-01"}
    events = read_events(write_csv(tmp_path, later, ROW))
    assert events.schema == EVENTS_SCHEMA
    assert events["event_date"].to_list() == [date(2019, 5, 10), date(2019, 6, 1)]
    assert events["effective_date"].to_list() == [None, date(2019, 7, 1)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event_date": "10 May 2019"}, "event_date is '10 May 2019'; write a day as 2019-05-10"),
        ({"event_date": "2019-02-29"}, "event_date is '2019-02-29'"),
        ({"effective_date": "20190701"}, "effective_date is '20190701'"),
        ({"kind": "tantrum"}, "kind is 'tantrum'; it must be one of threat, measure"),
        ({"kind": "dialogue", "polarity": "dialogue"}, "talks are neither escalation nor concession"),
        ({"instrument": "gunboat"}, "instrument is 'gunboat'"),
        ({"polarity": "concession"}, "polarity is 'concession', but the kind 'measure' is always 'escalation'"),
        ({"target": "RUR"}, "actor and target are 'RUR' and 'RUR'; write two different countries"),
        ({"target": "*"}, "actor and target are 'RUR' and '\\*'"),
        ({"link": "somewhere"}, "link is 'somewhere'; it must be one of document, publisher"),
        ({"precision": "week"}, "precision is 'week'"),
        ({"source_title": " "}, "source_title must not be empty"),
        ({"source_url": "see the gazette"}, "source_url is 'see the gazette'"),
        ({"event_id": ""}, r"row 1 \(without an id\): event_id must not be empty"),
    ],
)
def test_an_invalid_row_is_an_error_with_its_number_and_reason(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(EventListError, match=message):
        read_events(write_csv(tmp_path, ROW | change))


def test_a_truncated_row_is_an_error(tmp_path: Path) -> None:
    path = write_csv(tmp_path, ROW)
    path.write_text(path.read_text(encoding="utf-8").replace(",document,day", ""), encoding="utf-8")
    with pytest.raises(EventListError, match="link, precision must not be empty"):
        read_events(path)


def test_the_error_names_the_row_and_its_id(tmp_path: Path) -> None:
    with pytest.raises(EventListError, match=r"row 2 \(second\): kind is"):
        read_events(write_csv(tmp_path, ROW, ROW | {"event_id": "second", "kind": "tantrum"}))


def test_a_repeated_id_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EventListError, match="more than one row with the id 2019-05-10-rur-bor"):
        read_events(write_csv(tmp_path, ROW, ROW))


def test_wrong_columns_are_an_error_that_lists_the_expected_columns(tmp_path: Path) -> None:
    with pytest.raises(EventListError, match=r"has the columns \['event_id'\]; it needs \['event_id', 'event_date'"):
        read_events(write_csv(tmp_path, {"event_id": "one"}))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EventListError, match=r"cannot be read as CSV .* give one with the columns of events\.csv"):
        read_events(tmp_path / "none.csv")
