"""The article that this project began from, retold in our own words: talks without concessions. What the default reader finds in it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.signals.extract import SentenceExtractor

ARTICLE = Path(__file__).parents[2] / "fixtures" / "fragile_detente.txt"


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    return SentenceExtractor().explain(ARTICLE.read_text(encoding="utf-8"), day=date(2025, 9, 5)).to_dicts()


def kinds(found: list[dict[str, Any]], words: str) -> set[tuple[str, str, str, str]]:
    """Who does what to whom, by which instrument, as asserted in the sentence that holds the words."""
    return {
        (row["actor"], row["target"], row["kind"], row["instrument"])
        for row in found
        if words in row["quote"] and row["modality"] == "asserted"
    }


def test_talks_without_outcome_are_dialogue_both_ways(found: list[dict[str, Any]]) -> None:
    talks = kinds(found, "came away with nothing new") | kinds(found, "met officials")
    assert {(actor, target, kind) for actor, target, kind, _ in talks} == {("CHN", "USA", "dialogue"), ("USA", "CHN", "dialogue")}


def test_china_demands_lower_tariffs_and_looser_export_controls(found: list[dict[str, Any]]) -> None:
    assert kinds(found, "roll back") == {("CHN", "USA", "demand", "tariff"), ("CHN", "USA", "demand", "export_control")}


def test_china_ties_fentanyl_to_the_end_of_the_20_percent_tariffs(found: list[dict[str, Any]]) -> None:
    (refusal,) = [row for row in found if row["kind"] == "refusal"]
    assert (refusal["actor"], refusal["target"], refusal["rate_pct"], refusal["is_conditional"]) == ("CHN", "USA", 20.0, True)


def test_the_united_states_demands_action_on_precursors(found: list[dict[str, Any]]) -> None:
    assert ("USA", "CHN", "demand") in {row[:3] for row in kinds(found, "chemicals")}


def test_the_united_states_demands_purchases_of_soybeans(found: list[dict[str, Any]]) -> None:
    assert kinds(found, "buy more American soybeans") == {("USA", "CHN", "demand", "purchases")}


def test_buying_in_brazil_instead_is_a_measure_of_china(found: list[dict[str, Any]]) -> None:
    assert kinds(found, "Brazil") == {("CHN", "USA", "measure", "purchases")}


def test_the_status_quo_is_dialogue(found: list[dict[str, Any]]) -> None:
    assert kinds(found, "status quo") == {("USA", "CHN", "dialogue", "other")}


def test_the_deal_of_2020_is_set_aside_as_history(found: list[dict[str, Any]]) -> None:
    assert {row["modality"] for row in found if "2020" in row["quote"]} == {"historical"}


def test_farmers_and_economists_are_no_signal(found: list[dict[str, Any]]) -> None:
    assert kinds(found, "farmers fear") == set()


def test_every_finding_says_by_which_reader_and_words(found: list[dict[str, Any]]) -> None:
    assert all(row["words"] or row["alternatives"] for row in found)
    assert {row["readers"] for row in found} <= {"rules", "encoder", "rules+encoder"}
