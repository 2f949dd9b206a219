"""Findings of the default extractor in a paraphrase of the article that started the project: talks without concessions."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.signals.extract import SentenceExtractor

ARTICLE = Path(__file__).parents[2] / "fixtures" / "fragile_detente.txt"


@pytest.fixture(scope="module")
def findings() -> list[dict[str, Any]]:
    return SentenceExtractor().explain(ARTICLE.read_text(encoding="utf-8"), day=date(2025, 9, 5)).to_dicts()


def select_signals(findings: list[dict[str, Any]], words: str) -> set[tuple[str, str, str, str]]:
    """Select actor, target, kind and instrument of the asserted findings whose quote contains the words."""
    return {
        (row["actor"], row["target"], row["kind"], row["instrument"])
        for row in findings
        if words in row["quote"] and row["modality"] == "asserted"
    }


def test_talks_without_outcome_are_dialogue_both_ways(findings: list[dict[str, Any]]) -> None:
    talks = select_signals(findings, "came away with nothing new") | select_signals(findings, "met officials")
    assert {(actor, target, kind) for actor, target, kind, _ in talks} == {("CHN", "USA", "dialogue"), ("USA", "CHN", "dialogue")}


def test_china_demands_lower_tariffs_and_looser_export_controls(findings: list[dict[str, Any]]) -> None:
    assert select_signals(findings, "roll back") == {("CHN", "USA", "demand", "tariff"), ("CHN", "USA", "demand", "export_control")}


def test_china_ties_fentanyl_to_the_end_of_the_20_percent_tariffs(findings: list[dict[str, Any]]) -> None:
    (refusal,) = [row for row in findings if row["kind"] == "refusal"]
    assert (refusal["actor"], refusal["target"], refusal["rate_pct"], refusal["is_conditional"]) == ("CHN", "USA", 20.0, True)


def test_the_united_states_demands_action_on_precursors(findings: list[dict[str, Any]]) -> None:
    assert ("USA", "CHN", "demand") in {row[:3] for row in select_signals(findings, "chemicals")}


def test_the_united_states_demands_purchases_of_soybeans(findings: list[dict[str, Any]]) -> None:
    assert select_signals(findings, "buy more American soybeans") == {("USA", "CHN", "demand", "purchases")}


def test_buying_from_brazil_instead_is_a_measure_of_china(findings: list[dict[str, Any]]) -> None:
    assert select_signals(findings, "Brazil") == {("CHN", "USA", "measure", "purchases")}


def test_the_status_quo_is_dialogue(findings: list[dict[str, Any]]) -> None:
    assert select_signals(findings, "status quo") == {("USA", "CHN", "dialogue", "other")}


def test_the_deal_of_2020_is_historical(findings: list[dict[str, Any]]) -> None:
    assert {row["modality"] for row in findings if "2020" in row["quote"]} == {"historical"}


def test_farmers_and_economists_are_not_actors(findings: list[dict[str, Any]]) -> None:
    assert select_signals(findings, "farmers fear") == set()


def test_every_finding_has_its_readers_and_words(findings: list[dict[str, Any]]) -> None:
    assert all(row["words"] or row["alternatives"] for row in findings)
    assert {row["readers"] for row in findings} <= {"rules", "encoder", "rules+encoder"}
