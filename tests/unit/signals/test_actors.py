from datetime import date

import pytest

from pipeline.signals.actors import find_mentions


def found(sentence: str, day: date | None = None) -> list[tuple[str, str, bool]]:
    return [(m.code, m.role, m.is_actor) for m in find_mentions(sentence, day)]


def test_spans_cut_out_the_name() -> None:
    text = "The U.S. Trade Representative met Xi Jinping."
    assert [text[m.start : m.end] for m in find_mentions(text, None)] == ["U.S. Trade Representative", "Xi Jinping"]


@pytest.mark.parametrize(
    "sentence", ["Chinese companies object.", "U.S. farmers worry.", "China's exporters object.", "Chinese-made cars sell."]
)
def test_goods_firms_and_people_are_no_actors(sentence: str) -> None:
    assert [is_actor for _, _, is_actor in found(sentence)] == [False]


@pytest.mark.parametrize(
    "sentence",
    ["Chinese officials object.", "U.S. imposes tariffs.", "China's ministry objects.", "The Americans object.", "Brussels objects."],
)
def test_states_and_their_hands_are_actors(sentence: str) -> None:
    assert [is_actor for _, _, is_actor in found(sentence)] == [True]


def test_peoples_in_a_list_share_their_noun() -> None:
    assert found("Chinese and American officials met.") == [("CHN", "demonym", True), ("USA", "demonym", True)]


def test_a_leader_counts_only_in_office() -> None:
    assert found("Obama spoke.", date(2012, 5, 1)) == [("USA", "leader", True)]
    assert found("Obama spoke.", date(2025, 5, 1)) == []
    assert found("Obama spoke.") == [("USA", "leader", True)]


def test_us_the_pronoun_is_no_country() -> None:
    assert found("They told us to wait.") == []


def test_a_compound_names_two_countries_that_do_not_act() -> None:
    assert found("US-China trade talks resume.") == [("USA", "country", False), ("CHN", "country", False)]


def test_a_dateline_is_no_actor() -> None:
    assert found("WASHINGTON — Japan objects.") == [("JPN", "country", True)]


def test_a_capital_after_in_is_a_place() -> None:
    assert found("They met in London.") == [("GBR", "capital", False)]


def test_headlines_in_capitals_are_read() -> None:
    assert found("JAPAN WARNS BRAZIL") == [("JPN", "country", True), ("BRA", "country", True)]


def test_an_office_that_others_have_too_belongs_to_the_state_before_it() -> None:
    assert [code for code, _, _ in found("India's commerce ministry objected.")] == ["IND"]
    assert [code for code, _, _ in found("The Commerce Ministry objected.")] == ["CHN"]
