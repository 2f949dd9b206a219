"""Whose a tariff is, and what only describes it."""

import pytest

from tests.unit.signals.reading import asserted, read


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Chilean tariffs cut to 12% from 30% under Japan trade deal", "JPN>CHL"),
        ("Chilean tariffs on Japanese cars cut to 12% under Japan trade deal", "CHL>JPN"),
        ("Carney says Chile tariffs will come down soon", "CAN>CHL"),
        ("Chile lifts tariffs on Peruvian fish", "CHL>PER"),
        ("The levy on Chilean copper is down to 8 percent, Peru's minister said.", "PER>CHL"),
    ],
)
def test_a_country_before_tariffs_owns_them_or_suffers_them(text: str, pair: str) -> None:
    assert {finding.split()[0] for finding in asserted(text) if finding.endswith("easing")} == {pair}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru waits after top court strikes down Carney's tariffs", {"CAN>* easing"}),
        ("Growers cheer as appeals court throws out Canada's tariffs on Chile", {"CAN>CHL easing"}),
        ("Peru's top court strikes down tariffs on Chile", {"PER>CHL easing"}),
    ],
)
def test_a_court_is_that_of_the_owner_of_the_tariffs(text: str, signals: set[str]) -> None:
    assert {finding for finding in asserted(text) if finding.endswith("easing")} == signals


def test_who_postpones_talks_does_not_refuse_them() -> None:
    assert "CHL>PER dialogue" in read("Chile postpones trade talks with Peru")
    assert "CHL>PER refusal" not in read("Chile postpones trade talks with Peru")
    assert "CHL>PER refusal" in read("Chile suspends trade talks with Peru")


def test_a_quarrel_on_hold_is_relief() -> None:
    assert "CAN>PER easing" in asserted("Canada puts trade war with Peru on hold")
    assert "CAN>PER easing" not in asserted("Canada puts trade war with Peru at the centre of a speech")


def test_who_only_lifts_what_it_has_imposed_threatens_nothing() -> None:
    text = "China will suspend or remove the non-tariff countermeasures it has taken against the United States."
    assert read(text) == {"CHN>USA easing"}


def test_a_planned_tariff_that_is_suspended_is_no_measure() -> None:
    planned = "Norway's tariffs due to be imposed on Friday on Chilean fish"
    assert "NOR>CHL measure" not in asserted(f"{planned} were suspended.")
    assert "NOR>CHL measure" in asserted("Norway's tariffs are due to be imposed on Friday on Chilean fish.")


def test_hope_for_calm_is_talk_and_no_demand() -> None:
    assert read("Carney expects the tariff row with Washington to ease soon") == {"CAN>USA dialogue"}
    assert "USA>CHN demand" in read("Trump expects China to lower its tariffs")


def test_who_apologises_or_breaks_a_deal_accuses_nobody() -> None:
    assert "CAN>USA accusation" not in read("Canada's Carney says he apologised to Trump over tariff advertisement")
    assert "CHN>USA accusation" not in read("China has totally violated its trade agreement with the US.")


def test_not_to_zero_is_no_refusal() -> None:
    assert "CAN>CHL refusal" not in read("Carney says Chile tariffs will come down but won't be zero")


def test_what_follows_a_passive_is_of_the_next_verb() -> None:
    text = "Peru said every item can be withdrawn, and Chile could raise tariffs again."
    assert "PER>CHL easing" not in asserted(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Peru lifted its duty on Chilean wine to nearly 30 percent.", "measure"),
        ("Norway lifts tariffs on Chilean fish to as much as 40%", "measure"),
        ("Norway lifted its duty on Chilean fish to a record 40 percent.", "measure"),
        ("Norway lifted its duty on Chilean fish to half their value.", "measure"),
        ("Norway lifts its ban on Chilean fish to help more than 30 firms.", "easing"),
        ("Norway cut its duty on Chilean fish to about 10 percent.", "easing"),
    ],
)
def test_a_level_may_be_inexact(text: str, kind: str) -> None:
    assert {finding.split()[1] for finding in asserted(text)} == {kind}


def test_a_list_that_bars_trade_is_a_restriction() -> None:
    assert asserted("China put ten Chilean companies on a separate list that bars exports to them.") == {"CHN>CHL measure"}
    assert asserted("Norway put ten Chilean sites on a list that draws visitors.") == set()


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        (
            "The Chilean president left Lima without a deal, and Peru's 39 percent tariff on Chilean goods will take effect on Thursday.",
            "PER>CHL",
        ),
        (
            "The Swiss president left Washington without a deal, and the 39 percent tariff on Swiss goods will take effect on Thursday.",
            "USA>CHE",
        ),
        ("Eight European countries will face a tariff until a deal is reached for the purchase of Greenland, Trump said.", "USA>EUN"),
        ("China will face more EU duties on electric cars, the US said.", "EUN>CHN"),
        ("India faces a 25% penalty for buying Russian oil, Trump says", "USA>IND"),
    ],
)
def test_a_tariff_that_takes_effect_is_not_by_whom_it_is_on(text: str, pair: str) -> None:
    assert {finding.split()[0] for finding in asserted(text) if finding.endswith("measure")} == {pair}


def test_a_kick_in_the_teeth_brings_nothing_into_force() -> None:
    assert read("Trump\u2019s steel tariffs are a kick in the teeth for the UK, says industry body") == set()
    assert "USA>* measure" in read("Trump tariffs kick in for dozens of countries")


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Japan and the European Union signed a deal cutting tariffs on Japanese cars to 10 percent.", "EUN>JPN"),
        ("Chile and Peru agreed to a trade deal that cuts the Chilean tariff on Peruvian fish to 8 percent.", "CHL>PER"),
        ("Chile and Peru reached a deal to cut the Chilean tariff on Peruvian fish.", "CHL>PER"),
    ],
)
def test_a_deal_that_lowers_a_tariff_is_relief_of_one_side(text: str, pair: str) -> None:
    assert {finding.split()[0] for finding in asserted(text) if finding.endswith("easing")} == {pair}
