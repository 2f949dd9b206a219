"""What the words of a sentence rule out, and the near-twins that they do not."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, RELIEFS, read, read_pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peru could tighten migration controls to defuse US tariff threat", set()),
        ("Peru weighs tighter origin checks to head off US tariffs", set()),
        ("Peru considers higher imports of American gas to avoid Trump's tariffs", set()),
        ("Norway scrambles to avert US tariffs", set()),
        ("Norway makes last bid to escape US tariffs", set()),
        ("Peru could tighten import controls on American maize", {"PER>USA"}),
        ("Peru could raise tariffs on US pork to head off Trump's tariffs", {"PER>USA"}),
        ("Norway to tax Peruvian fish rerouted to dodge the levy", {"NOR>PER"}),
    ],
)
def test_who_averts_a_restriction_imposes_none(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ESCALATIONS) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Trump's new Peru tariffs take effect", {"USA>PER"}),
        ("From socks to skis: Trump's Norway tariffs come into force", {"USA>NOR"}),
        ("Modi's Norway tariffs come into force", {"IND>NOR"}),
        ("Biden's China chip curbs begin", {"USA>CHN"}),
        ("China's curbs on American chips begin", {"CHN>USA"}),
    ],
)
def test_a_country_before_a_restriction_with_an_owner_is_its_target(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ESCALATIONS) == pairs


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trump reveals fresh tariffs on Peru as EU wins reprieve", {"USA>EUN easing"}),
        ("US steel tariffs begin on Friday, but Norway is granted a waiver", {"USA>NOR easing"}),
        ("US imposes steel tariffs on Peru but Norway secures exemption", {"USA>PER measure", "USA>NOR easing"}),
        ("Norway wins exemption from US steel tariffs", {"USA>NOR easing"}),
        ("Trump grants Norway a reprieve from steel tariffs", {"USA>NOR easing"}),
    ],
)
def test_who_wins_a_relief_is_its_target(text: str, signals: set[str]) -> None:
    assert read(text) >= signals
    assert {finding for finding in read(text) if "easing" in finding} <= signals


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The carmaker is to move work to Europe. European tariffs rose last week.", "Trump threatens Ford with 'huge tax'"),
        ("The firm said that it would move to Peru.", "Trump threatens carmakers with tariffs"),
    ],
)
def test_a_threat_to_a_firm_is_none_to_a_state(text: str, title: str) -> None:
    assert read_pairs(text, ("threat",), title) == set()


def test_a_threat_that_names_a_state_is_one() -> None:
    assert read_pairs("Trump threatens Norway's fishermen with tariffs", ("threat",)) == {"USA>NOR"}
    assert read_pairs("The firm is Peruvian.", ("threat",), "Trump threatens Norway with 'huge tax'") == {"USA>NOR"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("American chipmaker Ardent Inc and Japan's Orion agree a microchip joint venture.", set()),
        ("Under the agreement, Ardent Inc will run trials in Japan and both companies will sell the drug in the United States.", set()),
        (
            "Under the agreement, Ardent Corp will run trials in Japan and both companies will market it in the United States.",
            set(),
        ),
        ("Norway and Peru sign deal to build ships", {"NOR>PER", "PER>NOR"}),
        ("The government of Norway approved a joint venture with Peru.", {"NOR>PER"}),
    ],
)
def test_what_firms_agree_is_no_deal_of_states(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ("agreement",)) == pairs


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Norway says US fish tariffs 'will put a tax on the US people'", "NOR>USA accusation"),
        ("Norway warns US tariffs will raise prices for Americans", "NOR>USA accusation"),
        ("Oslo said Trump's duties would cost Americans jobs.", "NOR>USA accusation"),
        ("Norway says US fish tariffs will be met with a firm response", "NOR>USA threat"),
        ("Norway says it will put a tax on US fish", "NOR>USA measure"),
    ],
)
def test_who_foretells_what_a_duty_does_accuses_its_owner(text: str, finding: str) -> None:
    assert {one for one in read(text) if one.startswith("NOR>USA")} == {finding}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("However, with a week to go before the US imposes tariffs, Norway's ambassador told reporters that Oslo was hopeful.", set()),
        ("Before Washington imposes duties on Norwegian fish, Oslo's trade minister will visit the White House.", set()),
        ("A week before Canada is due to impose duties on Peruvian wine, Peru's ambassador said he was hopeful.", set()),
        ("Before Washington imposes duties on Norwegian fish, Norway will tax American wheat.", {"NOR>USA"}),
        ("If Washington imposes duties on Norwegian fish, Norway will tax American wheat.", {"NOR>USA"}),
    ],
)
def test_who_acts_before_the_other_side_does_not_do_its_act(text: str, pairs: set[str]) -> None:
    assert {pair for pair in read_pairs(text, ESCALATIONS) if not pair.startswith(("USA", "CAN"))} == pairs


def test_the_union_and_its_members_have_no_trade_policy_towards_each_other() -> None:
    assert read("Italy cuts deficit target to avoid EU sanctions") == set()
    assert read("EU fines Germany over nitrates") == set()
    assert read("Germany and EU threaten Norway with tariffs") == {"DEU>NOR threat", "EUN>NOR threat"}


@pytest.mark.parametrize(
    ("text", "reliefs"),
    [
        ("Norway's exemption from Trump steel tariff is temporary", set()),
        ("Norway to restore steel tariffs on Peru and Canada", set()),
        ("Norway's exemption of Peruvian fish from tariffs begins", {"NOR>PER"}),
        ("Norway to lift steel tariffs on Peru and Canada", {"NOR>PER", "NOR>CAN"}),
    ],
)
def test_who_has_a_relief_or_restores_a_duty_grants_none(text: str, reliefs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == reliefs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway's duties on Peruvian wine were due on Friday, and a trade war was averted at the last minute.", set()),
        ("Norway was poised to impose duties on Peruvian wine, and a trade war was averted at the last minute.", set()),
        ("Norway lifted its duties on Peruvian wine and averted a trade war.", {"NOR>PER"}),
    ],
)
def test_a_trade_war_that_was_averted_is_no_relief(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == pairs


@pytest.mark.parametrize(
    ("text", "relieved", "hit"),
    [
        ("Trump blinks on most duties, hikes Peru to 60 per cent", None, "USA>PER"),
        ("Trump pauses most tariffs but raises Peru to 60%", None, "USA>PER"),
        ("Trump raises Peru to 60%, spares most others", None, "USA>PER"),
        ("Trump pauses tariffs on Peru", "USA>PER", None),
        ("Trump cuts Peru to 10 percent", "USA>PER", None),
    ],
)
def test_a_country_that_is_raised_to_a_rate_is_not_relieved(text: str, relieved: str | None, hit: str | None) -> None:
    assert read_pairs(text, RELIEFS) - {"USA>*"} == ({relieved} if relieved else set())
    assert read_pairs(text, ESCALATIONS) == ({hit} if hit else set())


def test_business_people_sign_no_deal_of_states() -> None:
    deals = {"CHL>NOR agreement", "NOR>CHL agreement"}
    assert not deals & read("Chilean and Norwegian businessmen signed an accord to raise trade in fish.")
    assert deals <= read("Chilean and Norwegian ministers signed an accord to raise trade in fish.")


def test_a_member_of_the_union_has_no_trade_quarrel_with_it() -> None:
    title = "European Union and Norway at odds over an oil tax"
    assert not any(finding.startswith("DEU>EUN") for finding in read("Germany, also opposed to the tax, will tell the meeting so.", title))


@pytest.mark.parametrize(
    ("text", "is_relief"),
    [
        ("Norway excluded Peruvian fish from its tariff preferences.", False),
        ("Norway excluded Peruvian fish from its duty on salmon.", True),
    ],
)
def test_what_is_left_out_of_a_relief_is_not_relieved(text: str, *, is_relief: bool) -> None:
    assert ("NOR>PER easing" in read(text)) is is_relief


@pytest.mark.parametrize(
    ("goods", "pairs"),
    [
        ("Chinese goods (including goods of the Hong Kong Special Administrative Region)", {"USA>CHN"}),
        ("goods of China and Hong Kong", {"USA>CHN", "USA>HKG"}),
    ],
)
def test_a_territory_in_parentheses_is_no_partner_of_its_own(goods: str, pairs: set[str]) -> None:
    assert read_pairs(f"The United States will suspend its additional tariffs on {goods} for 60 days.") == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peru braces for Norwegian tariffs", set()),
        ("Peru fears Norwegian tariffs on its fish", set()),
        ("Norway stokes trade war fears with new tariffs on Peruvian fish", {"NOR>PER"}),
        ("Peru, wary of Norwegian tariffs, vows retaliation", {"PER>NOR"}),
        ("Fearing a flood of Peruvian fish, Norway threatens tariffs", {"NOR>PER"}),
    ],
)
def test_who_fears_a_restriction_threatens_nobody(text: str, pairs: set[str]) -> None:
    assert {signal.split()[0] for signal in read(text)} == pairs
