"""Actors and targets by the tree of invented sentences."""

import pytest

from tests.unit.signals.reading import asserted, explain, find, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Duties on Brazilian sugar were raised on Monday by the Indian government.", {"IND>BRA measure"}),
        ("Brussels was urged by Washington to lift its tariffs on American beef.", {"USA>EUN demand"}),
        ("Tokyo was compelled to impose tariffs on Korean steel.", {"JPN>KOR measure"}),
    ],
)
def test_the_agent_of_a_passive_is_the_actor(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_joined_subjects_are_all_actors() -> None:
    assert asserted("Canada and Mexico imposed tariffs on American pork.") == {"CAN>USA measure", "MEX>USA measure"}


def test_listed_countries_are_all_targets() -> None:
    text = "Washington will raise tariffs on steel from India, Brazil and Turkey."
    assert asserted(text) == {"USA>IND measure", "USA>BRA measure", "USA>TUR measure"}


def test_a_country_between_subject_and_verb_is_not_the_actor() -> None:
    assert asserted("Japan, which trades much with China, raised tariffs on Indian steel.") == {"JPN>IND measure"}


def test_a_wrongly_listed_name_is_the_subject_of_the_next_verb() -> None:
    text = "India announced tariffs on some American goods and Brazil vowed countermeasures against the United States."
    assert asserted(text) == {"IND>USA measure", "BRA>USA threat"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Beijing's refusal to lift its tariffs on Australian wine angered growers.", {"CHN>AUS refusal"}),
        ("Tokyo's demand that India lift its steel quotas stands.", {"JPN>IND demand"}),
    ],
)
def test_the_owner_of_a_nominal_act_is_the_actor(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_hyphenated_names_before_talks_are_both_sides() -> None:
    assert asserted("India-Brazil trade talks resumed.") == {"IND>BRA dialogue", "BRA>IND dialogue"}


def test_the_speaker_about_talks_is_the_actor() -> None:
    assert asserted("Bessent says China trade talks are nearing the final round.") == {"USA>CHN dialogue"}


@pytest.mark.parametrize(
    "text",
    [
        "Beijing said Washington should lift its tariffs.",
        "Washington should lift its tariffs, Beijing said.",
        "Beijing said Washington must end its export controls.",
    ],
)
def test_saying_what_another_should_do_is_a_demand(text: str) -> None:
    assert asserted(text) == {"CHN>USA demand"}


def test_calling_tariffs_unjustified_accuses_their_owner() -> None:
    assert asserted("India's foreign ministry called the American tariffs unjustified.") == {"IND>USA accusation"}


def test_the_country_that_faces_a_tariff_is_its_target() -> None:
    assert asserted("Japanese makers face American tariffs.") == {"USA>JPN measure"}


@pytest.mark.parametrize("verb", ["is hit with", "was slapped with", "has been hit by"])
def test_the_country_that_is_hit_with_a_tariff_is_its_target(verb: str) -> None:
    assert asserted(f"India {verb} American tariffs on steel.") == {"USA>IND measure"}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Peru wins a cut in Norwegian tariffs on fish", "concession"),
        ("Peru secured an exemption from Norwegian duties on fish.", "concession"),
        ("Peru is bracing for a Norwegian tariff on its fish.", "escalation"),
        ("Peru woke up to a 30 percent Norwegian tariff on fish.", "escalation"),
        ("Peru ended up with a 30 percent Norwegian tariff on fish.", "escalation"),
    ],
)
def test_who_gets_a_tariff_or_relief_is_its_target(text: str, sign: str) -> None:
    asserted_pairs = {(f["actor"], f["target"], f["polarity"]) for f in explain(text) if f["modality"] == "asserted"}
    assert asserted_pairs == {("NOR", "PER", sign)}
    assert find("both", text).filter(modality="asserted", actor="PER", polarity=sign).is_empty()


def test_a_conditional_measure_is_a_threat() -> None:
    assert asserted("Canada will impose tariffs on American steel if Washington raises its duties.") == {"CAN>USA threat"}


@pytest.mark.parametrize(
    "text",
    [
        "Korean companies raised prices of Japanese goods after the tariffs.",
        "Economists said Tokyo would impose tariffs on Korean steel.",
        "A lobby of American farmers accused China of dumping.",
    ],
)
def test_acts_and_words_of_strangers_are_no_signals(text: str) -> None:
    assert asserted(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "India will discuss the tariffs imposed by Washington on its steel with the United States.",
        "The tariff that Washington imposed on Indian steel hurts many.",
    ],
)
def test_an_act_that_identifies_a_thing_is_background(text: str) -> None:
    assert "USA>IND measure" not in asserted(text)


def test_the_purpose_of_an_act_is_not_a_signal() -> None:
    assert asserted("India cut tariffs on American cars to secure a trade deal.") == {"IND>USA easing"}


def test_headlines_with_capital_words_are_parsed() -> None:
    assert asserted("Trump Administration Could Blacklist Chinese Chip Makers.") == {"USA>CHN threat"}


def test_the_article_decides_if_the_tree_does_not_say() -> None:
    text = "China and Japan are at odds over seafood.\nTokyo raised its tariffs on Monday."
    assert asserted(text) == {"JPN>CHN measure"}


@pytest.mark.parametrize(
    "text",
    [
        "Sheinbaum says that the American tariffs on Mexico will be paused for one month.",
        "Mexico said US tariffs on Mexico had been suspended.",
    ],
)
def test_who_announces_what_others_do_to_their_tariffs_is_not_the_actor(text: str) -> None:
    assert asserted(text) == {"USA>MEX easing"}


def test_who_answers_the_tariffs_of_the_other_side_is_the_actor() -> None:
    findings = find("both", "Beijing announced that US tariffs on Chinese cars would be matched.").to_dicts()
    assert [(f["actor"], f["target"], f["kind"]) for f in findings if f["modality"] == "asserted"] == [("CHN", "USA", "measure")]


@pytest.mark.parametrize(
    "text",
    ["Beijing hit back at the accusation that it had broken its deal with Washington.", "China hit back at US claims about its exports."],
)
def test_an_answer_in_words_is_no_retaliation(text: str) -> None:
    assert asserted(text) == set()


def test_what_another_country_buys_is_not_bought_by_who_raises_it_in_talks() -> None:
    assert asserted("The US side also raised China's purchases of Iranian oil.") == set()
    assert asserted("China raised its purchases of American soybeans.") == {"CHN>USA purchase"}


@pytest.mark.parametrize("sides", ["Kenya and Canada", "Canada and Kenya"])
def test_who_sets_a_duty_in_a_deal_is_not_whose_goods_it_is_on(sides: str) -> None:
    signals = asserted(f"{sides} struck an agreement that lowers the tariff on Kenyan tea to 15 percent.")
    assert {signal for signal in signals if signal.endswith("easing")} == {"CAN>KEN easing"}


@pytest.mark.parametrize(
    "text",
    [
        "Washington cut tariffs on China and Beijing suspended its export controls.",
        "US halves fentanyl tariff on China and Beijing pauses rare-earth curbs after Busan summit",
    ],
)
def test_a_country_named_twice_around_and_is_no_list(text: str) -> None:
    assert asserted(text) == {"USA>CHN easing", "CHN>USA easing"}


def test_other_countries_around_and_are_a_list() -> None:
    assert asserted("New American tariffs on China and Mexico took effect.") == {"USA>CHN measure", "USA>MEX measure"}


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


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Mao Ning: This trade war was started by the United States, and China never wanted it.", {"CHN>USA accusation"}),
        ("Peru's minister said that Norway had started a trade war with its duties on fish.", {"PER>NOR accusation"}),
        ("Analysts said that the trade war was started by Norway, not by Peru.", set()),
    ],
)
def test_who_is_said_to_have_begun_a_trade_war_is_accused(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize("verb", ["charge", "are charging", "will be charging"])
def test_whom_an_unknown_speaker_charges_a_tariff_does_not_act(verb: str) -> None:
    text = f"We {verb} Peru a 30 percent tariff on copper sold in Chile."
    assert asserted(text) == set()
    assert asserted(f"Trade minister of Kenya: {text}") == {"KEN>PER measure"}


@pytest.mark.parametrize("amount", ["of only 25 percent", "of just 25%"])
def test_a_tariff_that_its_giver_calls_small_is_no_easing(amount: str) -> None:
    text = f"Norway will charge Peru a tariff {amount} on all fish sent to its ports."
    assert read(text) == {"NOR>PER measure"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trump said that the Chinese would buy beans and that we will lift our curbs on chips.", {"USA>CHN easing"}),
        ('Biden said Peru would sell tin and "we will cut our duty on quinoa".', {"USA>PER easing"}),
        ("Analysts said of Peru that we will raise our duty on tin.", set()),
    ],
)
def test_we_is_who_says_the_sentence(text: str, signals: set[str]) -> None:
    assert {signal for signal in asserted(text) if not signal.endswith("purchase")} == signals
