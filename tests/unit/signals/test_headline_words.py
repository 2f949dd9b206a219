"""Headlines: their tense, passives without `is`, and words that sound like another act."""

import pytest

from tests.unit.signals.reading import asserted, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Bakers cheer after Peru cuts its duty on Chilean sugar", {"PER>CHL easing"}),
        ("Growers despair after Turkey bars Greek cotton", {"TUR>GRC measure"}),
        ("Bakers cheered after Peru lowered its duty on Chilean sugar", set()),
        ("Bakers cheer since Peru cuts its duty on Chilean sugar", set()),
    ],
)
def test_after_with_the_present_tense_opens_news(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Turkish cotton barred by Athens in new blow to weavers", {"GRC>TUR measure"}),
        ("Weavers count cost of Turkish cotton barred by Athens", set()),
        ("The duty on Turkish cotton doubled by Athens", set()),
    ],
)
def test_a_passive_headline_without_is_reports_an_act(text: str, signals: set[str]) -> None:
    assert asserted(text) & {"GRC>TUR measure"} == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Ankara floats 40% duty on Greek figs", {"TUR>GRC threat"}),
        ("Ankara floats a new levy on Greek figs", {"TUR>GRC threat"}),
        ("Ankara floats lower duty on Greek figs", {"TUR>GRC easing"}),
        ("Ankara floats 10% duty on Greek figs, down from 40%", {"TUR>GRC easing"}),
        ("Ankara floats a duty holiday for Greek figs", {"TUR>GRC easing"}),
    ],
)
def test_a_floated_duty_is_a_threat_unless_it_is_lower(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_delayed_duties_that_were_planned_are_no_threat() -> None:
    assert read("Ankara delays planned duties on Greek figs") == {"TUR>GRC easing"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Ottawa slams the brakes on duties against Peru", {"CAN>PER easing"}),
        ("Ottawa slams duties of Peru", {"CAN>PER accusation"}),
        ("Ottawa rows back on Peru fishmeal levy", {"CAN>PER easing"}),
        ("Ottawa retreats on Peruvian duties", {"CAN>PER easing"}),
        ("Ottawa backtracks on tariffs against Peru", {"CAN>PER easing"}),
        ("Ottawa steps back from duties against Peru", {"CAN>PER easing"}),
        ("Ottawa walks back duty threat against Peru", {"CAN>PER easing"}),
        ("Ottawa renews duty threat against Peru", {"CAN>PER threat"}),
        ("Ottawa doubles down on tariffs against Peru", {"CAN>PER measure"}),
    ],
)
def test_who_steps_back_from_a_restriction_eases_it(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Nairobi begs for more time, Washington shrugs", {"KEN>USA demand"}),
        ("Nairobi asks for more, Washington shrugs", set()),
    ],
)
def test_who_pleads_for_time_demands_it(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_the_abbreviation_of_the_ministry_of_commerce_is_china() -> None:
    assert asserted("Mofcom doubles duty on Danish pork") == {"CHN>DNK measure"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Kenyan duties will hurt millers, warns Cairo", set()),
        ("Nairobi warns that it will impose duties on Egyptian cotton", {"KEN>EGY threat"}),
    ],
)
def test_harm_that_the_other_side_foretells_is_no_threat(text: str, signals: set[str]) -> None:
    assert {signal for signal in read(text) if signal.startswith(("KEN>EGY", "EGY>KEN measure"))} == signals
