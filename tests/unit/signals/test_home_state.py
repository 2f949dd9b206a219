"""Sources and titles that say which state speaks in a text, and some that do not."""

from datetime import date

import pytest

from pipeline.signals.context import resolve_references
from pipeline.signals.home_state import find_state_of_source, find_state_of_title
from pipeline.signals.segment import split_sentences


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("Minister for Trade of Norway", "NOR"),
        ("Norwegian Trade Minister", "NOR"),
        ("Council of the EU press release", "EUN"),
        ("Prime Minister of Peru", "PER"),
        ("Ministry of Commerce and Industry of Peru", "PER"),
        ("Department of Commerce of Norway", "NOR"),
        ("Ministry of Commerce", "CHN"),
        ("white_house", "USA"),
        ("ustr", "USA"),
        ("norway_mfa", "NOR"),
        ("canada_pm", "CAN"),
        ("Press briefing of Norway", "NOR"),
        ("ministry_of_finance_of_peru", "PER"),
        ("ec_press", "EUN"),
        ("kremlin", "RUS"),
        ("norway_daily", None),
        ("us_news", None),
        ("wire", None),
        ("canada_exporters", None),
        ("canada_trade", None),
        ("wire_norway_economy", None),
        ("Norway Briefing", None),
        ("Norway Daily News", None),
        ("Norwegian Business Council", None),
        ("Norway Trade Review", None),
    ],
)
def test_an_office_in_the_name_of_a_source_speaks(source: str, state: str | None) -> None:
    assert find_state_of_source(source) == state


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("Remarks by President Trump on tariffs", "USA"),
        ("Statement by the President of the European Commission on tariffs of the United States", "EUN"),
        ("Interview with the Norwegian trade minister", "NOR"),
        ("Donald J. Trump on Truth Social", "USA"),
        ("Norway on the brink of a tariff war", None),
        ("Trump raises tariffs on Norway", None),
        ("Remarks by a farmer whose family has sold its apples for years upset Norway", None),
    ],
)
def test_a_title_can_say_who_speaks(title: str, state: str | None) -> None:
    assert find_state_of_title(title, date(2025, 6, 1)) == state


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("We will charge Peru a tariff of 30 percent on products sent into Norway.", {"NOR"}),
        ("I have put a duty on all goods coming into Norway from Peru.", {"NOR"}),
        ("We will look at tariffs on Peru and Norway.", set()),
        ('"We pay 30 percent on products sent into Norway," said the Peruvian minister.', {"PER"}),
        ('"We pay 30 percent on products sent into Norway," an exporter said.', set()),
    ],
)
def test_an_unknown_speaker_taxes_what_comes_into_its_own_state(text: str, speakers: set[str]) -> None:
    (resolved,) = resolve_references("x", None, "post", "", split_sentences(text, 0))
    assert {mention.code for mention in resolved.mentions if mention.role == "speaker"} == speakers


@pytest.mark.parametrize(("source", "is_question"), [("Donald J. Trump on Truth Social", False), ("Ministry of Commerce of Peru", True)])
def test_a_post_that_ends_with_a_question_is_no_question_of_a_journalist(source: str, is_question: bool) -> None:
    text = "It is late.\nI am raising the tariff on Norway. Why was our deal not approved?"
    _, act, _ = resolve_references("x", None, source, "", split_sentences(text, 0))
    assert act.is_question == is_question
