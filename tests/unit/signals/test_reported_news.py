"""News that a newspaper puts in a clause after its main one, or in the form of a denial."""

from datetime import date

import pytest

from tests.unit.signals.reading import asserted, explain, read


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("The dispute eased on Friday after Beijing dropped its duties on Australian barley.", "CHN>AUS easing"),
        ("The U.S.-China trade war escalated on Friday after Beijing imposed tariffs on American goods.", "CHN>USA measure"),
        ("The standoff ended on Monday when Canada withdrew its tax on American tech companies.", "CAN>USA easing"),
    ],
)
def test_what_changed_relations_on_a_weekday_is_news(text: str, signal: str) -> None:
    assert signal in asserted(text)


def test_what_moves_a_market_is_news_whatever_else_is_said() -> None:
    text = "Shares fell as talks stalled after Beijing dropped its duties on Australian barley."
    assert "CHN>AUS easing" in asserted(text)


def test_what_changed_relations_long_ago_is_no_news() -> None:
    assert not asserted("Relations soured after Beijing imposed duties on Australian barley in 2020.")


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Mr. Sefcovic left Washington on Friday, saying the United States had agreed to cut its duty on European cars.", "USA>EUN easing"),
        ("Officials of China and Peru ended two days of talks, saying they had reached a deal on tariffs.", "PER>CHN agreement"),
    ],
)
def test_what_a_negotiator_says_on_leaving_is_news(text: str, signal: str) -> None:
    assert signal in read(text)


@pytest.mark.parametrize("denial", ["will not hesitate to raise", "is not shying away from raising", "has no qualms about raising"])
def test_to_deny_doubts_is_to_threaten(denial: str) -> None:
    text = f"India {denial} duties on American almonds."
    assert [(one["kind"], one["modality"]) for one in explain(text)] == [("threat", "asserted")]
    assert read(text) <= {"IND>USA threat", "IND>USA measure"}
    assert read(text)


def test_who_will_not_hesitate_to_relent_offers_it() -> None:
    assert read("Beijing will not hesitate to lift its ban on Australian coal.") == {"CHN>AUS offer"}


def test_who_offers_no_concession_offers_nothing() -> None:
    assert "CHN>USA offer" not in read("China offered no new commitments on market access to the United States.")


@pytest.mark.parametrize("day", [None, date(2021, 5, 3)])
def test_what_an_old_deal_promised_is_no_news(day: date | None) -> None:
    assert not read("Under the 2020 Phase One deal, China promised to buy more American goods.", day=day)


def test_what_a_deal_of_this_year_offers_is_news() -> None:
    text = "Under the 2025 deal, China promised to buy more American goods."
    assert read(text, day=date(2025, 11, 3)) == {"CHN>USA offer"}


def test_the_anti_coercion_instrument_restricts_trade() -> None:
    text = "The European Union could activate its anti-coercion instrument against the United States, diplomats said."
    assert read(text) == {"EUN>USA threat"}


def test_a_rate_in_an_opening_was_set_before() -> None:
    assert not read("With China's duty on US goods at 125 percent, a jet is beyond what an airline could pay.")
