"""Sentences in the style of wires, trackers and timelines."""

from datetime import date

import pytest

from pipeline.signals.dates import is_past_event
from tests.unit.signals.reading import asserted, explain, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada's duties on Chinese steel will start on Monday, Ottawa said.", {"CAN>CHN measure"}),
        ("Peru's tariff on Kenyan tea began at midnight.", {"PER>KEN measure"}),
        ("The levy on Indian goods doubles to 50% on Wednesday, the White House said.", {"USA>IND measure"}),
        ("The tariff on Swiss watches dropped to 15% on Friday, Washington said.", {"USA>CHE easing"}),
        ("Washington doubled its duties on Turkish steel.", {"USA>TUR measure"}),
        ("Washington will double the tariff on Turkey.", {"USA>TUR measure"}),
        ("Ottawa dropped its tariff on Mexican tomatoes.", {"CAN>MEX easing"}),
        ("Ottawa started the retaliatory tariffs on Mexican tomatoes.", {"CAN>MEX measure"}),
        ("Peruvian tariffs on Kenyan tea began to bite.", set()),
        ("Norway's tariffs increase costs for Chilean growers.", set()),
        ("Talks between Norway and Mexico on tariffs began on Monday.", {"NOR>MEX dialogue", "MEX>NOR dialogue"}),
    ],
)
def test_a_duty_starts_doubles_or_drops_by_itself(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize("verb", ["held back", "delayed", "suspended"])
def test_a_duty_that_does_not_start_is_no_measure(verb: str) -> None:
    text = f"The Peruvian president said that the duty on Kenyan tea due to start at midnight would be {verb}."
    assert "PER>KEN measure" not in asserted(text)


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("The waiver for Japanese steel that was due to lapse on Friday now runs until March, Washington said.", {"USA>JPN easing"}),
        ("The waiver for Japanese steel will lapse on Friday, Washington said.", {"USA>JPN measure"}),
        ("The waiver for Japanese steel, due to lapse on Friday, has been extended until June, Washington said.", {"USA>JPN easing"}),
        ("The 17 exclusions from the duties on Kenyan tea that were due to lapse now run through May, Ottawa said.", {"CAN>KEN easing"}),
        ("The truce between Peru and Kenya was extended on Monday.", {"PER>KEN agreement", "KEN>PER agreement"}),
        ("Ottawa signed an order keeping in place until Nov. 10 the suspension of its duties on Mexican steel.", {"CAN>MEX easing"}),
        ("Ottawa kept its duties on Mexican steel in place.", {"CAN>MEX refusal"}),
        ("The Peruvian export curbs on tin for India are gone, officials said.", {"PER>IND easing"}),
    ],
)
def test_a_relief_that_lasts_is_no_restriction(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_who_refrains_for_some_time_imposes_nothing() -> None:
    text = "Brazil said it would refrain for another 90 days from adding Indian firms to its entity list."
    assert "BRA>IND measure" not in read(text)


@pytest.mark.parametrize("approval", ["final approval", "preliminary approval", "approval"])
def test_approval_of_a_tariff_is_no_relief(approval: str) -> None:
    assert read(f"Mexico's Senate gave {approval} to tariffs of up to 50 percent on goods from China.") == {"MEX>CHN measure"}


@pytest.mark.parametrize(
    ("text", "is_relieved"),
    [
        ("The White House said a plan to charge 30% on Mexican tomatoes had been dropped hours after it was announced.", True),
        ("The White House said the levy on Mexican tomatoes that had been dropped in May cost growers little.", False),
    ],
)
def test_what_is_reported_in_the_past_perfect_is_news(text: str, *, is_relieved: bool) -> None:
    assert ("USA>MEX easing" in asserted(text)) is is_relieved


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("China tightened its graphite export controls on Monday, days before talks between Presidents Donald Trump and Xi Jinping.", "*"),
        ("China raised its duty on imported copper on Monday ahead of a summit with the European Union.", "*"),
        ("China raised its duty on European wine on Monday ahead of a summit with the European Union.", "EUN"),
    ],
)
def test_talks_that_date_an_act_are_not_its_target(text: str, target: str) -> None:
    assert read(text) == {f"CHN>{target} measure"}


@pytest.mark.parametrize(
    ("text", "has_met"),
    [
        ("Lima called reports of progress in talks with Norway \"baseless speculation\", after Oslo said the two sides had met.", False),
        ("Lima labelled reports of negotiations with Norway groundless, after Oslo said both sides had met on trade.", False),
        ("Lima called reports of new tariffs groundless and met Norwegian officials on Friday for trade talks.", True),
    ],
)  # fmt: skip
def test_talks_that_are_called_invented_are_none(text: str, *, has_met: bool) -> None:
    assert any(signal.endswith("dialogue") for signal in read(text)) is has_met


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("Trump announced tariffs of 34% on China, 20% on the EU and 24% on Japan.", {"CHN", "EUN", "JPN"}),
        ("Washington will impose tariffs of 25 percent on Mexico, 35 percent on Canada and 50 percent on Brazil.", {"MEX", "CAN", "BRA"}),
        ("Washington imposed duties of 34 percent on Peru while Chile sold 20 percent more.", {"PER"}),
    ],
)
def test_every_country_of_a_list_of_rates_is_a_target(text: str, targets: set[str]) -> None:
    assert {finding["target"] for finding in explain(text) if finding["kind"] == "measure"} == targets


def test_an_office_is_known_by_its_letters() -> None:
    assert asserted("BIS has added 23 Chinese firms to the Entity List.") == {"USA>CHN measure"}


def test_months_of_a_named_year_are_past_however_long_ago() -> None:
    text = "The quarrel flared again in 2025: Beijing levied 100% on canola oil in March."
    assert is_past_event(text, date(2025, 12, 4))
    assert not is_past_event("Beijing levied 100% on canola oil in March.", date(2025, 12, 4))
