"""Acts of the same or the previous day in clauses that only date others, and near-twins that are older."""

from datetime import date

import pytest

from pipeline.signals.dates import opens_with_new_deal
from tests.unit.signals.reading import asserted, find, read

WEDNESDAY = date(2025, 10, 8)


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru's parliament passed the law hours after Norway put a duty of 12 percent on Peruvian tin.", {"NOR>PER measure"}),
        ("Peru's parliament passed the law weeks after Norway put a duty of 12 percent on Peruvian tin.", set()),
        ("Peru's parliament passed the law after Norway put a duty of 12 percent on Peruvian tin.", set()),
        ("The visit comes a day after Kenya suspended its tariff on Norwegian salmon.", {"KEN>NOR easing"}),
        ("The visit comes days after Kenya suspended its tariff on Norwegian salmon.", set()),
        ("Norway taxed Chilean tin on Tuesday, a day after raising duties on Peru.", {"NOR>CHL measure", "NOR>PER measure"}),
        ("Norway taxed Chilean tin on Tuesday, years after raising duties on Peru.", {"NOR>CHL measure"}),
        ("Since Monday Norway charges 20 percent on Peruvian copper.", {"NOR>PER measure"}),
        ("Since last year Norway charges 20 percent on Peruvian copper.", set()),
    ],
)
def test_an_act_just_before_another_is_news(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_whose_duty_took_effect_hours_before_is_not_guessed() -> None:
    assert asserted("Kenya hits back at Norway minutes after duties take effect") == {"KEN>NOR measure"}


@pytest.mark.parametrize(
    ("verb", "signals"),
    [("to be exempted", {"NOR>PER easing"}), ("that were exempted", set())],
)
def test_what_a_relative_clause_says_will_be_done_is_news(verb: str, signals: set[str]) -> None:
    text = f"Norway sent a friendly signal to Peru on Tuesday, with a list of metals {verb} from its tariffs on Peruvian goods."
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("opening", "is_new"),
    [
        ("Under the deal that Norway announced on Tuesday evening", True),
        ("Under the trade agreement signed in Lima on Monday", True),
        ("Under the deal that Norway announced on Friday", False),
        ("Under the deal that Norway announced in June", False),
        ("Under the law that Norway announced on Tuesday", False),
    ],
)
def test_a_deal_of_the_last_days_is_news_where_it_opens(opening: str, is_new: bool) -> None:
    text = f"{opening}, Peruvian copper will pay a duty of 6 percent in Norway."
    assert opens_with_new_deal(text, WEDNESDAY) is is_new
    assert not opens_with_new_deal(text, None)


def test_a_new_deal_is_a_signal_of_both_sides() -> None:
    text = "Under the deal that Norway and Peru announced on Tuesday, Peruvian copper will pay a duty of 6 percent."
    findings = find("both", text, day=WEDNESDAY).filter(modality="asserted", kind="agreement")
    assert set(zip(findings["actor"], findings["target"], strict=True)) == {("NOR", "PER"), ("PER", "NOR")}
