"""Words next to the main verb that date an act, and what was announced with it."""

from datetime import date

import pytest

from pipeline.signals.dates import is_past_event

WEDNESDAY = date(2025, 8, 27)


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Ottawa last Friday announced that on September 5 it would raise the duty on Peruvian tin.", True),
        ("Ottawa announced last Friday that it would raise the duty on Peruvian tin.", True),
        ("Ottawa announced last Monday that it would raise the duty on Peruvian tin.", False),
        ("Ottawa announced last month the duty that it will raise in October.", True),
        ("The minister promised in June to charge 18 percent on Peruvian tin, and said: it will remain in effect.", False),
        ("The minister promised in June to charge 18 percent on Peruvian tin until the smugglers will stop.", True),
        ("The minister promised in October to charge 18 percent on Peruvian tin.", False),
        ("Ottawa announced the planned duty on August 14 after it said that Lima broke the pact.", True),
        ("Ottawa announced the planned duty on August 26 after it said that Lima broke the pact.", False),
        ("Accordingly, the President signed an order last Friday removing the duty on Peruvian tin.", True),
        ("AT THE BORDER: Last Friday, in a statement, the President announced a duty that will hit Peruvian tin.", True),
        ("Last Monday, the President announced a duty that will hit Peruvian tin.", False),
        ("The minister said Ottawa must heed a report issued by a council in June calling for lower duties.", False),
        # Newer acts, or what others do.
        ("Ottawa said last week that it would raise the duty, but it has dropped the plan.", False),
        ("Ottawa said last week that it would raise the duty, which Lima answered on Tuesday.", False),
        ("Duties that Ottawa announced last Friday will hit Peruvian tin.", False),
        ("Tariffs announced last week will hit Peruvian tin.", False),
        ("Duties on Peru announced last week will hit tin.", False),
        ("Duties on Peru imposed by Ottawa on August 14 will hit tin.", False),
        ("Ottawa will raise the duty that it announced last Friday.", False),
        ("He added that the duty would end once Ottawa honoured the pact it signed last year to end dumping.", False),
        ("The duty Ottawa announced last month to the growers will hit Peruvian tin.", False),
        ("The finance minister of Peru announced last month a duty that will hit tin.", True),
        ("With the duty that it announced in July, it wants to protect growers.", False),
    ],
)
def test_words_next_to_the_verb_date_what_is_announced(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, WEDNESDAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("The duties on tin have been in effect since midnight on April 3; those on zinc are set to follow.", True),
        ("The duty on tin has been in place since 2019.", True),
        ("The ministry lifted the duty in place since 2019.", False),
        ("The duty on tin has been in effect for two hours.", False),
    ],
)
def test_what_has_been_in_effect_since_a_day_is_no_news(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, WEDNESDAY) is is_back


def test_on_monday_news_of_last_friday_is_not_old() -> None:
    assert not is_past_event("Accordingly, the President signed an order last Friday removing the duty on Peruvian tin.", date(2025, 8, 25))
    assert is_past_event("Accordingly, the President signed an order last Thursday removing the duty on Peruvian tin.", date(2025, 8, 26))
