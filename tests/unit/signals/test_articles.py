"""Sentences of whole articles in which a word or clause looks like an act, and near-twins in which it is one."""

import pytest

from pipeline.signals.scope import find_scope
from tests.unit.signals.reading import asserted, explain, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru's press office said the duties on Kenyan tea would be published.", set()),
        ("Peru will press Kenya to lift its duties on tea.", {"PER>KEN demand"}),
        ("Peru will keep asking Kenya about its tariffs on tea.", set()),
        ("Peru kept holding off on its tariffs on Kenyan tea.", {"PER>KEN easing"}),
        ("Peru will keep its tariffs on Kenyan tea.", {"PER>KEN refusal"}),
        ("Peru will keep existing tariffs on Kenyan tea.", {"PER>KEN refusal"}),
        ("Peru lowered its key rate to 5 per cent on Thursday, while Kenya watched.", set()),
        ("Peru charged 5 per cent on Kenyan tea.", {"PER>KEN measure"}),
        ("Peru has doubted the use of a meeting with Kenya.", set()),
        ("Peru and Kenya have talks on tea.", {"PER>KEN dialogue", "KEN>PER dialogue"}),
    ],
)
def test_a_word_with_another_meaning_is_no_act(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru will scrap its duties on Kenyan tea in May while keeping a levy on Kenyan coffee.", {"PER>KEN easing"}),
        ("Peru said it would keep its duties on Kenyan tea until Nairobi moves.", {"PER>KEN refusal"}),
        ("Kenyan coffee still faces a 12 percent tariff in Peru.", set()),
        ("Kenyan coffee will face a 12 percent tariff in Peru.", {"PER>KEN measure"}),
        ("Peru's current suspension of duties on Kenyan tea ends on Monday.", set()),
        ("Peru announced a suspension of duties on Kenyan tea.", {"PER>KEN easing"}),
    ],
)
def test_what_stays_as_it_was_is_no_news(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru ended its inquiry into Kenyan tea with duties of up to 30 percent.", {"PER>KEN measure"}),
        ("Peru ended its inquiry into Kenyan tea without duties.", {"PER>KEN easing"}),
        ("Peru ended its inquiry into Kenyan tea with no new duties.", {"PER>KEN easing"}),
        ("Peru announced the freezing of tariffs on Kenyan tea.", {"PER>KEN easing"}),
        ("Peru announced the tariffs on Kenyan tea.", {"PER>KEN measure"}),
    ],
)
def test_the_sign_is_that_of_what_comes_out(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trump signed an order that doubled the tariff on Peruvian copper.", {"USA>PER measure"}),
        ("Trump defended the order that doubled the tariff on Peruvian copper.", set()),
    ],
)
def test_what_a_signed_text_does_is_news(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru and Kenya announced that the terms of reference for a trade agreement were settled.", set()),
        ("Peru and Kenya announced a trade agreement.", {"PER>KEN agreement", "KEN>PER agreement"}),
    ],
)
def test_terms_of_talks_are_no_deal(text: str, signals: set[str]) -> None:
    assert {finding for finding in read(text) if "dialogue" not in finding} == signals


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("Peru will lift its duties on Kenyan tea before the two countries resume talks.", set()),
        ("The move comes two weeks before a summit of Peru's president and Kenya's.", set()),
        ("Peru's minister met Kenya's envoy before tariff talks in Lima.", {"PER>KEN", "KEN>PER"}),
        ("Peru and Kenya 'ahead of schedule' in talks on duties.", {"PER>KEN", "KEN>PER"}),
    ],
)
def test_talks_that_an_act_precedes_only_date_it(text: str, talks: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text) if finding.endswith(" dialogue")} == talks


def test_one_another_means_both_sides() -> None:
    text = "Peru and Kenya began to levy port fees on one another's ships, and Nairobi praised the Norwegian shipowner Hav."
    assert asserted(text) == {"PER>KEN measure", "KEN>PER measure"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peru and Kenya sign trade deals with Norway.", {"PER NOR", "KEN NOR"}),
        ("Peru and Kenya sign a trade deal with rules on tea.", {"PER KEN"}),
        ("Peru and Kenya sign a trade deal with Norway in mind.", {"PER KEN"}),
        ("Peru, Kenya win tariff break for goods under trade pact", set()),
        ("Peru, Kenya sign trade pact", {"PER KEN"}),
    ],
)
def test_who_deals_together_with_another_has_no_own_deal(text: str, pairs: set[str]) -> None:
    assert {frozenset(finding.split()[0].split(">")) for finding in asserted(text)} == {frozenset(pair.split()) for pair in pairs}
    assert ("KEN>PER agreement" in read(text)) == ("PER KEN" in pairs)


def test_a_department_or_regulator_is_that_of_the_last_subject() -> None:
    before = "Washington wrote to makers. "
    assert "USA>CHN measure" in read(
        f"{before}The department has put on hold licences that let American firms sell engines to Chinese yards."
    )
    assert "USA>PER investigation" in asserted(f"{before}The market regulator opened an inquiry into the Peruvian firm.")


def test_what_is_reproached_is_not_reported() -> None:
    assert "PER>KEN threat" not in asserted("Kenya condemned the tariff that Peru plans to put on its tea.")
    assert "PER>KEN threat" in asserted("Kenya described the tariff that Peru plans to put on its tea.")


def test_the_rank_of_an_economy_names_it() -> None:
    assert asserted("Norway will drop its WTO complaint against the world's second-largest economy.") == {"NOR>CHN easing"}


@pytest.mark.parametrize(
    ("text", "title", "pairs"),
    [
        ("Chile's bill sets aims for the Uruguay Round of talks.", "Chile and Norway trade", set()),
        ("Chile and Norway held talks on the Uruguay Round.", "", {"CHL>NOR", "NOR>CHL"}),
        ("Chile and Uruguay held talks on beef.", "", {"CHL>URY", "URY>CHL"}),
    ],
)
def test_a_round_of_world_trade_talks_is_no_country(text: str, title: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text, title) if finding.endswith(" dialogue")} == pairs


def test_all_but_certain_leaves_no_country_out() -> None:
    assert asserted("It was all but certain that Chile would impose curbs on Norwegian fish.") == {"CHL>NOR measure"}
    assert find_scope("The deal that Chile and Norway sought was all but dead.") is None
    scope = find_scope("Chile will impose a duty on fish from all but Norway.")
    assert scope is not None
    assert scope.exceptions == ("NOR",)


def test_business_people_sign_no_deal_of_states() -> None:
    deals = {"CHL>NOR agreement", "NOR>CHL agreement"}
    assert not deals & read("Chilean and Norwegian businessmen signed an accord to raise trade in fish.")
    assert deals <= read("Chilean and Norwegian ministers signed an accord to raise trade in fish.")


def test_a_member_of_the_union_has_no_trade_quarrel_with_it() -> None:
    title = "European Union and Norway at odds over an oil tax"
    assert not any(finding.startswith("DEU>EUN") for finding in read("Germany, also opposed to the tax, will tell the meeting so.", title))


def test_the_end_of_preferential_trade_treatment_is_a_measure() -> None:
    assert asserted("Chile ended duty-free trade treatment for goods from Norway.") == {"CHL>NOR measure"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru will extend the expiration of tariff exclusions for Kenya, due to expire in May, until June.", {"PER>KEN easing"}),
        ("Tariff exclusions for Kenyan goods expire on Friday, Peru said.", {"PER>KEN measure"}),
        ("Peru will tariff Kenyan goods.", {"PER>KEN measure"}),
        ("Peru cut its tariff-rate quota for Kenyan tea.", {"PER>KEN measure"}),
        ("Peru and Kenya will consider tariff-rate quotas.", set()),
    ],
)
def test_exclusions_and_quotas_let_goods_pass(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("With Norway about to impose tariffs on Chilean fish, Chile's minister said that Santiago was calm.", set()),
        ("With this order, Norway imposed tariffs on Chilean fish.", {"NOR>CHL measure"}),
        ("With fish getting dear, Norway imposed tariffs on Chilean salmon.", {"NOR>CHL measure"}),
    ],
)
def test_an_opening_with_a_state_only_sets_the_scene(text: str, signals: set[str]) -> None:
    assert {finding for finding in asserted(text) if finding.endswith("measure")} == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Lima had complained for months that the levy discriminated against Peruvian firms.", set()),
        ("Peru's trade minister had warned earlier that Lima would answer Kenya's tariffs.", set()),
        ("In April Peru had imposed a duty on Kenyan tea.", set()),
        ("Peru halved the duty that it had imposed on Kenyan tea.", {"PER>KEN easing"}),
        ("Peru said that it had imposed a duty on Kenyan tea.", {"PER>KEN measure"}),
        ("Peru had imposed a duty on Kenyan tea, but on Monday it lifted the duty.", {"PER>KEN easing"}),
    ],
)
def test_what_a_main_clause_says_had_happened_is_no_news(text: str, signals: set[str]) -> None:
    assert read(text, "Peru and Kenya at odds over tea") >= signals
    assert {finding for finding in read(text) if not finding.endswith("dialogue")} <= signals


def test_what_had_happened_is_historical() -> None:
    assert ("measure", "historical") in {
        (one["kind"], one["modality"]) for one in explain("In April Peru had imposed a duty on Kenyan tea.")
    }
