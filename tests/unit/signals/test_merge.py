from typing import Any

import polars as pl

from pipeline.signals.merge import merge, signal_id

ROW = {
    "article_id": "a", "span_start": 0, "span_end": 9, "actor": "USA", "target": "CHN", "kind": "measure", "instrument": "tariff",
    "modality": "asserted", "probability": 0.5, "rule_id": "x",
}  # fmt: skip


def merge_rows(*changes: dict[str, Any]) -> pl.DataFrame:
    return merge(pl.DataFrame([{**ROW, **change} for change in changes]))


def test_the_most_probable_reading_of_a_signal_wins() -> None:
    merged = merge_rows({"probability": 0.4, "rule_id": "low"}, {"probability": 0.6, "rule_id": "high"})
    assert merged["rule_id"].to_list() == ["high"]


def test_another_instrument_is_another_signal() -> None:
    assert merge_rows({}, {"instrument": "other"}).height == 2


def test_an_asserted_reading_wins_over_a_more_probable_one_that_is_not() -> None:
    assert merge_rows({"modality": "historical", "probability": 0.9}, {})["modality"].to_list() == ["asserted"]


def test_the_order_of_readings_does_not_matter() -> None:
    one, other = {"rule_id": "a"}, {"rule_id": "b"}
    assert merge_rows(one, other).equals(merge_rows(other, one))


def test_of_equal_readings_the_first_remains_whatever_else_is_merged() -> None:
    articles = [f"{number * 37 % 200:03}" for number in range(200)]  # in disorder
    merged = merge_rows(*({"article_id": article, "status": status} for article in articles for status in ("effective", "proposed")))
    assert merged["status"].unique().to_list() == ["effective"]


def test_the_id_has_sixteen_hex_digits_and_depends_on_the_key() -> None:
    ids = {signal_id("a", 1, 2, "USA", "CHN", kind, "tariff") for kind in ("measure", "threat")}
    assert len(ids) == 2
    assert all(len(i) == 16 and int(i, 16) >= 0 for i in ids)
