"""Who acts and towards whom, told from the tree of sentences of our own."""

import pytest

from pipeline.signals.extract import SentenceExtractor


def asserted(text: str) -> set[str]:
    found = SentenceExtractor("rules").explain(text).to_dicts()
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in found if f["modality"] == "asserted"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Duties on Brazilian sugar were raised on Monday by the Indian government.", {"IND>BRA measure"}),
        ("Brussels was urged by Washington to lift its tariffs on American beef.", {"USA>EUN demand"}),
        ("Tokyo was compelled to impose tariffs on Korean steel.", {"JPN>KOR measure"}),
    ],
)
def test_of_a_passive_the_agent_acts(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_joined_subjects_all_act() -> None:
    assert asserted("Canada and Mexico imposed tariffs on American pork.") == {"CAN>USA measure", "MEX>USA measure"}


def test_listed_targets_are_all_meant() -> None:
    text = "Washington will raise tariffs on steel from India, Brazil and Turkey."
    assert asserted(text) == {"USA>IND measure", "USA>BRA measure", "USA>TUR measure"}


def test_a_country_named_between_subject_and_verb_does_not_act() -> None:
    assert asserted("Japan, which trades much with China, raised tariffs on Indian steel.") == {"JPN>IND measure"}


def test_a_name_listed_by_mistake_is_the_subject_of_the_verb_after_it() -> None:
    text = "India announced tariffs on some American goods and Brazil vowed countermeasures against the United States."
    assert asserted(text) == {"IND>USA measure", "BRA>USA threat"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Beijing's refusal to lift its tariffs on Australian wine angered growers.", {"CHN>AUS refusal"}),
        ("Tokyo's demand that India lift its steel quotas stands.", {"JPN>IND demand"}),
    ],
)
def test_a_nominal_act_is_its_owners(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_joined_names_before_talks_are_their_two_sides() -> None:
    assert asserted("India-Brazil trade talks resumed.") == {"IND>BRA dialogue", "BRA>IND dialogue"}


def test_words_about_talks_are_those_of_who_speaks() -> None:
    assert asserted("Bessent says China trade talks are nearing the final round.") == {"USA>CHN dialogue"}


@pytest.mark.parametrize(
    "text",
    [
        "Beijing said Washington should lift its tariffs.",
        "Washington should lift its tariffs, Beijing said.",
        "Beijing said Washington must end its export controls.",
    ],
)
def test_who_says_what_another_should_do_demands_it(text: str) -> None:
    assert asserted(text) == {"CHN>USA demand"}


def test_who_calls_an_act_unfair_accuses_whose_act_it_is() -> None:
    assert asserted("India's foreign ministry called the American tariffs unjustified.") == {"IND>USA accusation"}


def test_who_faces_a_tariff_is_its_target() -> None:
    assert asserted("Japanese makers face American tariffs.") == {"USA>JPN measure"}


def test_what_a_state_will_do_if_another_acts_is_a_threat() -> None:
    assert asserted("Canada will impose tariffs on American steel if Washington raises its duties.") == {"CAN>USA threat"}


@pytest.mark.parametrize(
    "text",
    [
        "Korean companies raised prices of Japanese goods after the tariffs.",
        "Economists said Tokyo would impose tariffs on Korean steel.",
        "A lobby of American farmers accused China of dumping.",
    ],
)
def test_what_strangers_do_or_say_is_no_signal(text: str) -> None:
    assert asserted(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "India will discuss the tariffs imposed by Washington on its steel with the United States.",
        "The tariff that Washington imposed on Indian steel hurts many.",
    ],
)
def test_an_act_that_only_tells_which_thing_is_meant_is_background(text: str) -> None:
    assert "USA>IND measure" not in asserted(text)


def test_what_an_act_is_done_for_is_not_done() -> None:
    assert asserted("India cut tariffs on American cars to secure a trade deal.") == {"IND>USA easing"}


def test_headlines_in_capitals_are_parsed_as_sentences() -> None:
    assert asserted("Trump Administration Could Blacklist Chinese Chip Makers.") == {"USA>CHN threat"}


def test_what_the_tree_leaves_open_is_told_from_the_article() -> None:
    text = "China and Japan are at odds over seafood.\nTokyo raised its tariffs on Monday."
    assert asserted(text) == {"JPN>CHN measure"}


def test_the_same_texts_give_the_same_findings() -> None:
    text = "Canada and Mexico imposed tariffs on American pork. Beijing said Washington should lift its tariffs."
    assert SentenceExtractor("rules").explain(text).equals(SentenceExtractor("rules").explain(text))
