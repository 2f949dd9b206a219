"""Adverbs that date an act before the news, and near-twins that date another thing."""

from datetime import date

import pytest

from pipeline.signals.dates import is_past_event
from tests.unit.signals.reading import read_pairs

WEDNESDAY = date(2025, 10, 8)


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Peruvian and Norwegian envoys opened talks on salmon last spring.", True),
        ("Peruvian and Norwegian envoys open talks on the salmon farms that Norway closed last spring.", False),
        ("Their ministers met in Lima three weeks ago, in a mood that both called friendly.", True),
        ("Their ministers met in Lima three days ago, in a mood that both called friendly.", False),
        ("Peru signed the rules on salmon in late August.", True),
        ("Peru signed the rules on salmon in late September.", True),
        ("Peru will sign the rules on salmon in late September.", False),
        ("Peru signed the rules on salmon that it had drafted several months ago.", False),
        ("About four months ago Peru set a duty on salmon, and Oslo will answer it.", True),
        ("Only a year ago, Peru praised the duty that it will end.", True),
        ("Last autumn Peru said that it will tax salmon.", True),
        ("Peru's sales of tin are a third lower than a year ago.", False),
        ("Peru calls the curbs imposed two months ago a mistake.", False),
        ("The complaint against Norway filed last month has been widened by Peru.", False),
        ("Peru lists the quarrels that have piled up since last winter.", False),
        ("Peru withdrew the complaint it filed in 2019 against the curbs on salmon.", False),
        ("Peru said it filed in 2019 a complaint against the curbs on salmon.", True),
    ],
)
def test_an_adverb_dates_the_act_unless_it_dates_another_thing(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, WEDNESDAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Ottawa announced two months ago that it will tax Peruvian tin.", True),
        ("Ottawa announced last September 3 it would tax Peruvian tin.", True),
        ("Ottawa announced last October 7 it would tax Peruvian tin.", False),
        ("Peruvian tin will be subject to a duty of 30 percent for two years, the minister announced in June.", True),
        ("Peruvian tin will be subject to a duty of 30 percent for two years, the minister announced in December.", False),
        ("Peruvian tin will be subject to a duty of 30 percent for two years, the minister announced.", False),
        ("Peruvian tin will be subject to a duty of 30 percent, and growers welcome a plan the minister announced in June.", False),
    ],
)
def test_words_at_the_verb_date_what_was_announced(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, WEDNESDAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Last week Peru set a duty on salmon, and on Tuesday its minister met the Norwegian one.", False),
        ("Last week Peru set a duty on salmon, and today its minister met the Norwegian one.", False),
        ("Last week Peru set a duty on salmon, and on Friday its minister met the Norwegian one.", True),
        ("Last week Peru set a duty on salmon, and its minister met the Norwegian one.", True),
    ],
)
def test_a_later_clause_with_a_new_date_is_news(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, WEDNESDAY) is is_back


def test_without_a_day_a_weekday_makes_no_clause_news() -> None:
    assert is_past_event("Last week Peru set a duty on salmon, and on Tuesday its minister met the Norwegian one.", None)
    assert not is_past_event("Last week Peru set a duty on salmon, and today its minister met the Norwegian one.", None)


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("The minister's visit comes two months after Norway put a duty on Peruvian tin.", False),
        ("The minister's complaint comes two months after Norway put a duty on Peruvian tin.", True),
        ("The complaint landed less than a week after Norway put a duty on Peruvian tin.", True),
        ("The complaint comes a day after Norway put a duty on Peruvian tin.", False),
        ("A duty of 9 percent on tin comes into force two weeks after the order.", False),
        ("Norway's duties on tin date from July, those on zinc from August.", True),
        ("Norway's duties on tin date back to the spring of 2021.", True),
        ("Norway's duties on tin date from October.", False),
        ("Norway will end the duties on tin that date from July.", False),
    ],
)
def test_what_an_older_act_or_month_dates_is_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, WEDNESDAY) is is_back


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("The duty on tin took up most of last week's meetings in Lima between Norwegian and Peruvian officials.", set()),
        ("The duty on tin took up most of this week's meetings in Lima between Norwegian and Peruvian officials.", {"NOR>PER", "PER>NOR"}),
        ("Norway and Peru agreed at last week's meeting in Lima to hold talks on tin on Friday.", {"NOR>PER", "PER>NOR"}),
    ],
)
def test_meetings_of_last_week_are_no_news(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, {"dialogue"}) == pairs
