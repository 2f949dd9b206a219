"""The rule reader on sentences of our own: signs, operators, roles and modality."""

from typing import Any

import pytest

from pipeline.signals.extract import SentenceExtractor


def explain(text: str) -> list[dict[str, Any]]:
    return SentenceExtractor("rules").explain(text).to_dicts()


def asserted(text: str) -> set[str]:
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in explain(text) if f["modality"] == "asserted"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada cut tariffs on Japanese cars.", {"CAN>JPN easing"}),
        ("Canada cut purchases of Japanese cars.", {"CAN>JPN measure"}),
        ("India suspended the trade deal with Canada.", {"IND>CAN measure"}),
        ("India suspended the levy on Canadian peas.", {"IND>CAN easing"}),
        ("Brussels refused to lift its tariffs on Norwegian salmon.", {"EUN>NOR refusal"}),
        ("Brussels delayed its tariffs on Norwegian salmon.", {"EUN>NOR easing"}),
        ("A court struck down the American tariffs on Brazilian steel, the White House said.", {"USA>BRA easing"}),
        ("Japan broke off trade talks with Korea.", {"JPN>KOR refusal"}),
    ],
)
def test_verb_and_object_multiply_their_signs(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Tariffs on Canadian steel were imposed by Washington.", {"USA>CAN measure"}),
        ("Port fees on Chinese ships calling at U.S. harbors took effect.", {"USA>CHN measure"}),
        ("The White House imposed tariffs on Canada, Mexico and China.", {"USA>CAN measure", "USA>MEX measure", "USA>CHN measure"}),
        ("Brussels said it would impose tariffs on Chinese cars.", {"EUN>CHN measure"}),
        ("Japan and India signed a trade agreement.", {"JPN>IND agreement", "IND>JPN agreement"}),
    ],
)
def test_who_acts_towards_whom_is_told_from_the_grammar(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_the_threat_of_one_state_is_not_the_answer_of_another() -> None:
    assert "CHN>USA threat" in asserted("Trump threatens more tariffs on China, Beijing is ready to hit back.")


def test_the_new_buyer_of_what_was_diverted_is_no_target() -> None:
    text = "The United States sells soybeans to China.\nChinese officials shifted imports of soybeans toward Brazil."
    assert asserted(text) == {"CHN>USA measure"}


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("The United States did not impose tariffs on Japan.", "negated"),
        ("If the United States imposed tariffs on Japan, prices would rise.", "hypothetical"),
        ("Last year the United States imposed tariffs on Japan.", "historical"),
        ("In 2018 the United States imposed tariffs on Japan.", "historical"),
        ("Will the United States impose tariffs on Japan?", "hypothetical"),
    ],
)
def test_what_is_not_news_is_kept_but_not_asserted(text: str, modality: str) -> None:
    assert {f["modality"] for f in explain(text)} == {modality}


@pytest.mark.parametrize(
    "text",
    [
        "Analysts said Canada could impose tariffs on Mexico.",
        "Traders fear that Brussels could slap duties on Chinese cars.",
        "The spokesperson answered questions on American tariffs and Chinese soybeans.",
        "The United States imposed sanctions on Chinese officials over human rights abuses.",
        "It rained in Tokyo.",
    ],
)
def test_strangers_topic_lists_and_other_quarrels_carry_no_signal(text: str) -> None:
    assert asserted(text) == set()


def test_a_demand_tied_to_a_condition_is_a_conditional_refusal() -> None:
    found = explain("China has tied any purchases to the removal of the 20 percent American tariffs.")
    assert [(f["actor"], f["target"], f["kind"]) for f in found if f["modality"] == "asserted"] == [("CHN", "USA", "refusal")]


def test_explain_names_the_words_and_the_rule() -> None:
    (found,) = explain("India threatened to raise tariffs on American apples.")
    assert found["words"] == ["threatened", "raise", "tariffs"]
    assert found["rule_id"] == "threaten.raise.restriction"
