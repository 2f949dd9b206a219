"""Policy of another kind, business of firms and opinions, and near-twins that are trade policy of a state."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Kenya's shilling tumbles after Norway quits nuclear deal", set()),
        ("Norway rushes to arrange crisis meeting with Kenya over nuclear deal", set()),
        ("Norway quits nuclear deal with Kenya and imposes sanctions on its oil", {"NOR>KEN"}),
        ("Norway could apply for EU membership by May", set()),
        ("Norway applies for EU membership and offers to cut duties on European fish", {"NOR>EUN"}),
        ("EU revives plans for mandatory quotas of women on company boards", set()),
        ("EU revives plans for mandatory import quotas on steel", {"EUN>*"}),
        ("Norway joins the EU in curbs on Peruvian chips", {"NOR>PER", "EUN>PER"}),
        ("Norway insists on right to drill for energy off Peru", set()),
        ("Peru accused Norway of moving border posts.", set()),
        ("Peru accused Norway of stopping its trucks at border posts over duties.", {"PER>NOR"}),
        ("Norway moves to tighten control over Peru", set()),
        ("Norway moves to tighten control over exports to Peru", {"NOR>PER"}),
        ("US investigation into Norway arms sale watered down, memo suggests", set()),
        ("US investigation into Norwegian fish watered down, memo suggests", {"USA>NOR"}),
    ],
)
def test_policy_of_another_kind_is_no_trade_policy(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway bans Peruvian TV ad that mocks cars", set()),
        ("Norway bans Peruvian cars", {"NOR>PER"}),
        ("Norway bans 30 Peruvian lawmakers from entry", set()),
        ("Norway accuses Peruvian executives of fraud", set()),
        ("Norway accuses Peru of fraud over fish duties", {"NOR>PER"}),
        ("Norway charges two men in plot to break Peru embargo", set()),
    ],
)
def test_acts_on_people_and_media_are_no_trade_policy(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway and Peru sign security pact", set()),
        ("Norway and Peru sign migrant returns deal", set()),
        ("Norway suspends water treaty with Peru", set()),
        ("Norway suspends trade treaty with Peru", {"NOR>PER"}),
        ("Norway to keep buying Peruvian real estate", set()),
        ("Norway to keep buying Peruvian copper", {"NOR>PER"}),
        ("Norway offers Peru lifeline", set()),
        ("Norway gives Peru 40 tanks", set()),
        ("Norway and Peru sign economic and security pact", {"NOR>PER", "PER>NOR"}),
        ("Peru signed with Norway for a 30 billion krone credit facility, part of an aid package, officials said.", set()),
        ("Peru signed with Norway for a 30 billion krone trade deal, officials said.", {"NOR>PER", "PER>NOR"}),
    ],
)
def test_deals_on_people_arms_and_money_are_none_on_trade(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway unveils fuel duty cut and VAT holiday", set()),
        ("Norway unveils import duty cut", {"NOR>*"}),
        ("Peru agrees to cut power tax for its mills", set()),
        ("Peru agrees to cut its tax on steel", {"PER>*"}),
        ("Peru's 15% tax on copper leaving port hits smelters", {"PER>*"}),
        ("Peru relaxes rules for export promotion", set()),
        ("Peru relaxes rules for exports", {"PER>*"}),
        ("Peru cuts export credits", set()),
        ("Peru cuts Norway's export credits", {"PER>NOR"}),
    ],
)
def test_taxes_and_loans_at_home_are_aimed_at_nobody(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("title", "signals"),
    [
        ("ORION SIGNS PERUVIAN COPPER IMPORT AGREEMENT", set()),
        ("NORWAY SIGNS PERUVIAN COPPER IMPORT AGREEMENT", {"NOR>PER agreement", "PER>NOR agreement"}),
        ("Peruvian refiner buys Norwegian crude", set()),
        ("Peruvian state refiner buys Norwegian crude", {"PER>NOR purchase"}),
        ("Norwegian steel duty is unfair, insists Chinese firm Orion", set()),
        ("Norwegian steel duty is unfair, insists Chinese minister", {"CHN>NOR accusation"}),
    ],
)
def test_firms_act_for_no_state(title: str, signals: set[str]) -> None:
    assert read("Norway's Orion Corp said it would import copper from Peru.", title) == signals


@pytest.mark.parametrize(
    ("text", "is_measure"),
    [
        ("Norwegian duties take toll on Peruvian wine growers", False),
        ("Norwegian tariffs force Peruvian mill to close", False),
        ("Norway's duties push up the price of Peruvian wine", False),
        ("Norway imposes tariffs that force Peruvian mill to close", True),
        ("Norwegian duties hit Peruvian wine growers", True),
        ("Norway widens its ban on wine as tariffs hurt Peruvian growers", True),
    ],
)
def test_what_a_restriction_costs_is_no_new_one(text: str, *, is_measure: bool) -> None:
    assert ("NOR>PER measure" in read(text)) is is_measure


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway and Peru urged to strike trade deal amid Trump's tariffs", set()),
        ("Norway and Peru strike trade deal amid Trump's tariffs", {"NOR>PER", "PER>NOR"}),
        ("Peru called on to cut its tariffs on Norwegian fish", set()),
        ("Peru told by Norway to open its market to Norwegian fish", {"NOR>PER"}),
        ("Peru opens its market to Norwegian fish", {"PER>NOR"}),
        ("Peru, urged to cut its duty on Norwegian fish, cuts it", {"PER>NOR"}),
    ],
)
def test_who_is_urged_to_act_has_not_acted(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Lifting our duties would leave us at Peru's mercy", set()),
        ("Norway says lifting its duties would leave it at Peru's mercy", {"NOR>PER refusal"}),
        ("Imposing duties on Peruvian wine would hurt Norwegian shops", set()),
    ],
)
def test_what_an_act_would_do_is_no_act(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("The premier of Norway asked a minister to calm Peruvian anger over what it sees as Norway's unfair trade practices.", set()),
        ("The premier of Norway spoke of Norwegian anger over what it sees as Peru's unfair trade practices.", {"NOR>PER accusation"}),
    ],
)
def test_who_calms_a_state_does_not_accuse_it(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Trump trade curbs: what they mean for Norway and what comes next", set()),
        ("Norway strikes back at Trump's tariffs: what we know", {"NOR>USA"}),
    ],
)
def test_a_headline_that_announces_an_explanation_reports_nothing(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("US House panel votes to lift ban on Peruvian copper", set()),
        ("US House votes to lift ban on Peruvian copper", {"USA>PER"}),
    ],
)
def test_a_committee_of_lawmakers_decides_nothing(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "is_demand"),
    [
        ("The ministry of trade of Norway will ask Norwegian chip makers to cut output in an effort to save its pact with Peru.", False),
        ("The ministry of trade of Norway will ask Peruvian chip makers to cut output in an effort to save its pact with Peru.", True),
        ("Norway asks Peru to tell its chip makers to cut output", True),
    ],
)
def test_who_asks_its_own_firms_demands_nothing_of_a_state(text: str, *, is_demand: bool) -> None:
    assert ("NOR>PER demand" in read(text)) is is_demand
