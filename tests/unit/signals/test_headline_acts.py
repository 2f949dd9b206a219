"""Acts in the short words of headlines, and twins of them that are none."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, RELIEFS, asserted, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trade talks in doubt as Norway attacks Peru over fish", {"NOR>PER accusation"}),
        ("Trade war looms over summit as Norway attacks Peru over tariffs", {"NOR>PER accusation"}),
        ("Norway's premier tears into Peru for its tea duty", {"NOR>PER accusation"}),
        ("Norway attacks Peru over prisons as its own tariffs worry farmers", set()),
        ("Norway attacks tariffs at home", set()),
        ("Rebels attack Peru over prisons", set()),
    ],
)
def test_who_attacks_a_state_over_trade_accuses_it(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway ready to drive Peruvian gas exports to zero", {"NOR>PER threat"}),
        ("Norway drives Peruvian gas exports to zero", {"NOR>PER measure"}),
        ("Norway cuts its duty on Peruvian gas to zero", {"NOR>PER easing"}),
        ("Gas exports to zero-carbon Peru please Norway", set()),
    ],
)
def test_trade_that_is_driven_to_zero_is_no_relief(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway to reverse plans to cut import duties", {"NOR>* refusal"}),
        ("Norway drops plan to scrap steel tariffs", {"NOR>* refusal"}),
        ("Norway shelves plan to raise steel tariffs", {"NOR>* easing"}),
        ("Norway drops plan to cut stamp duty", set()),
        ("Norway refuses to cut import duties", set()),
    ],
)
def test_a_relief_for_all_that_is_given_up_is_no_relief(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Relief in Peru as Norway delays car tariffs", {"NOR>PER easing"}),
        ("Peru's economy grows; relief as Norway delays car tariffs", {"NOR>PER easing"}),
        ("Norway delays tariffs as Peru's economy grows", {"NOR>PER easing"}),
        ("Norwegian delays please Peru as car tariffs loom", set()),
    ],
)
def test_the_state_directly_before_a_verb_is_its_subject(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_a_pact_on_trade_is_a_word_of_trade() -> None:
    assert read("Trump may seek separate Nafta talks with Mexico") == {"USA>MEX dialogue"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway hopes to lift its ban on Peruvian beef this year", {"NOR>PER offer"}),
        ("Norway expects to end its ban on Peruvian beef this year", {"NOR>PER offer"}),
        ("Norway seeks to end Peruvian duties on its fish", {"NOR>PER demand"}),
        ("Norway hopes to end the duties imposed by Peru", {"NOR>PER demand"}),
        ("Norway hopes Peru will lift its ban on fish", {"NOR>PER demand"}),
    ],
)
def test_a_relief_of_its_own_that_a_state_hopes_for_is_an_offer(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Norway lets its relief end, so that duties on Peruvian fish revive by themselves.", {"measure"}),
        ("Norway's duties on Peruvian fish come back into force on Friday.", {"measure"}),
        ("Norway's duties on Peruvian fish expire on Friday.", {"easing"}),
    ],
)
def test_duties_that_come_back_by_themselves_are_a_measure(text: str, kinds: set[str]) -> None:
    assert {finding.split()[1] for finding in read(text)} == kinds


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru's exemption from Norway's fish tariff is temporary", set()),
        ("Peru keeps its exemption from Norwegian tariffs", set()),
        ("Norway ends Peru's exemption from its fish tariff", {"NOR>PER measure"}),
        ("Peru seeks exemption from Norwegian tariffs", {"PER>NOR demand"}),
        ("Peru vows to hit back if Peru's exemption from Norwegian tariffs ends", {"PER>NOR threat"}),
    ],
)
def test_who_is_exempt_from_a_duty_imposes_none(text: str, signals: set[str]) -> None:
    assert read(text) & {"PER>NOR measure", "PER>NOR refusal", "PER>NOR demand", "PER>NOR threat", "NOR>PER measure"} == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Sweden to go ahead with S. African trade sanctions", {"SWE>ZAF measure"}),
        ("S Africa bans poultry from Brazil", {"ZAF>BRA measure"}),
        ("S. Africa lifts ban on Aussie beef", {"ZAF>AUS easing"}),
    ],
)
def test_short_names_of_countries_are_read(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway and Peru herald trade deal", {"NOR>PER agreement", "PER>NOR agreement"}),
        ("Norway heralds new era of trade with Peru", set()),
    ],
)
def test_who_heralds_a_deal_has_made_it(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_an_attack_names_trade_in_any_word() -> None:
    assert "NOR>PER accusation" in read("Norway's king arrives in Lima and digs Peru for unfair edge on trade")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Norway weighs exemptions from its steel tariffs for Peru", RELIEFS),
        ("Norway floats tariff exclusions for Peru", RELIEFS),
        ("Norway considers waivers for Peruvian steel", RELIEFS),
        ("Norway weighs an end to exemptions for Peruvian steel", ESCALATIONS),
        ("Norway threatens Peru's tariff exemption", ESCALATIONS),
        ("Norway weighs tariffs on Peruvian steel", ESCALATIONS),
    ],
)
def test_a_relief_that_is_considered_is_no_threat(text: str, sign: tuple[str, ...]) -> None:
    assert {finding.split()[1] in sign for finding in read(text)} == {True}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway lobbies Peru on its fish duty", {"NOR>PER demand"}),
        ("Norway fumes over Peru's import ban", {"NOR>PER accusation"}),
        ("Norway's farmers fume over Peru's import ban", set()),
        ("Fish firms lobby Peru over Norway's duty", set()),
    ],
)
def test_states_that_lobby_demand_and_that_fume_accuse(text: str, signals: set[str]) -> None:
    assert read(text) == signals
