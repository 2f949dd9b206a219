"""Readings whose partner their sentence does not name."""

import polars as pl
import pytest

from pipeline.signals.partners import drop_unnamed
from tests.unit.signals.reading import find

NAMED = {"actor_words": "Ottawa", "speaker": None, "is_guess": False, "is_addressed": True}


def _targets_left(words: str, probability: float, other: tuple[str, str] = ("*", ""), kind: str = "measure") -> list[str]:
    """Targets left of an act towards Peru and another of probability 0.5.

    `words`: what names Peru; `other`: the target of the other act, and what names it.
    """
    shared = {"article_id": "x", "span_start": 0, "actor": "CAN", "polarity": "escalation", "modality": "asserted", "kind": kind, **NAMED}
    to_peru = {**shared, "target": "PER", "probability": probability, "target_words": words}
    to_other = {**shared, "target": other[0], "probability": 0.5, "target_words": other[1]}
    return drop_unnamed(pl.DataFrame([to_peru, to_other]))["target"].to_list()


def test_an_act_towards_all_is_not_also_towards_one_that_is_not_named() -> None:
    assert _targets_left("", 0.4) == ["*"]
    assert _targets_left("", 0.54) == ["*"]


def test_an_act_towards_a_named_country_is_not_towards_an_unnamed_one() -> None:
    assert _targets_left("", 0.4, ("JPN", "Japanese")) == ["JPN"]
    assert _targets_left("", 0.4, ("JPN", "they")) == ["PER", "JPN"]


def test_an_act_is_towards_all_that_are_named() -> None:
    assert _targets_left("Peruvian", 0.4) == ["PER", "*"]
    assert _targets_left("Peruvian", 0.4, ("JPN", "Japanese")) == ["PER", "JPN"]


def test_an_act_more_probably_towards_one_stays() -> None:
    assert _targets_left("", 0.6) == ["PER", "*"]
    assert _targets_left("", 0.4, kind="accusation") == ["PER", "*"]


def test_a_deal_with_a_named_country_is_none_with_an_unnamed_one() -> None:
    assert _targets_left("", 0.4, ("JPN", "Japan"), kind="agreement") == ["JPN"]
    assert _targets_left("", 0.6, ("JPN", "Japan"), kind="agreement") == ["PER", "JPN"]
    assert _targets_left("Peru", 0.4, ("JPN", "Japan"), kind="agreement") == ["PER", "JPN"]
    assert _targets_left("", 0.4, ("JPN", "they"), kind="agreement") == ["PER", "JPN"]


@pytest.mark.parametrize(
    ("words", "probability", "targets"), [("", 0.39, ["PER"]), ("", 0.41, ["PER", "*"]), ("all imports", 0.39, ["PER", "*"])]
)
def test_an_act_towards_a_country_is_not_also_towards_all(words: str, probability: float, targets: list[str]) -> None:
    act = {"article_id": "a", "span_start": 0, "actor": "USA", "polarity": "escalation", "modality": "asserted", "kind": "measure", **NAMED}
    to_peru = act | {"target": "PER", "target_words": "", "probability": 0.8}
    to_all = act | {"target": "*", "target_words": words, "probability": probability}
    assert drop_unnamed(pl.DataFrame([to_peru, to_all]))["target"].to_list() == targets


@pytest.mark.parametrize(
    ("probability", "is_addressed", "targets"), [(0.6, False, ["PER"]), (0.6, True, ["PER", "*"]), (0.9, False, ["PER", "*"])]
)
def test_an_act_is_not_towards_all_that_are_mentioned(probability: float, is_addressed: bool, targets: list[str]) -> None:
    act = {"article_id": "a", "span_start": 0, "actor": "USA", "polarity": "escalation", "modality": "asserted", "kind": "refusal", **NAMED}
    to_peru = act | {"target": "PER", "target_words": "Peru", "probability": 0.8}
    to_all = act | {"target": "*", "target_words": "partners", "probability": probability, "is_addressed": is_addressed}
    assert drop_unnamed(pl.DataFrame([to_peru, to_all]))["target"].to_list() == targets


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Spokesman of Peru: We told Norway so.\nOur teams will work on a trade agreement very soon.", {"PER>NOR"}),
        ("Spokesman of Peru: We met Norway's minister.\nWe and Norway will hold trade talks in May.", {"PER>NOR", "NOR>PER"}),
        ("Spokesman of Peru: We met Norway's minister.\nThe two sides will hold trade talks in May.", {"PER>NOR", "NOR>PER"}),
    ],
)
def test_who_speaks_of_talks_reports_its_own_part(text: str, pairs: set[str]) -> None:
    last = text.rsplit("\n", maxsplit=1)[-1]
    findings = find("both", text).filter(modality="asserted", kind="dialogue", quote=last)
    assert {f"{finding['actor']}>{finding['target']}" for finding in findings.to_dicts()} == pairs


def test_a_country_that_the_article_does_not_name_has_no_part_in_it() -> None:
    findings = find("both", "Officials of the Department of Commerce are in the United States for the next round of talks.")
    assert "CHN" not in {*findings["actor"], *findings["target"]}
