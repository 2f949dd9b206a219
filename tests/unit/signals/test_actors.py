from datetime import date

import pytest

from pipeline.signals.actors import find_mentions
from tests.unit.signals.reading import asserted


def mention_tuples(sentence: str, day: date | None = None) -> list[tuple[str, str, bool]]:
    return [(m.code, m.role, m.is_actor) for m in find_mentions(sentence, day)]


def test_offsets_select_the_name() -> None:
    text = "The U.S. Trade Representative met Xi Jinping."
    assert [text[m.start : m.end] for m in find_mentions(text, None)] == ["U.S. Trade Representative", "Xi Jinping"]


@pytest.mark.parametrize(
    "sentence", ["Chinese companies object.", "U.S. farmers worry.", "China's exporters object.", "Chinese-made cars sell."]
)
def test_goods_firms_and_people_are_not_actors(sentence: str) -> None:
    assert [is_actor for _, _, is_actor in mention_tuples(sentence)] == [False]


@pytest.mark.parametrize(
    "sentence",
    ["Chinese officials object.", "U.S. imposes tariffs.", "China's ministry objects.", "The Americans object.", "Brussels objects."],
)
def test_states_and_their_institutions_are_actors(sentence: str) -> None:
    assert [is_actor for _, _, is_actor in mention_tuples(sentence)] == [True]


def test_demonyms_in_a_list_share_their_noun() -> None:
    assert mention_tuples("Chinese and American officials met.") == [("CHN", "demonym", True), ("USA", "demonym", True)]


def test_leaders_count_only_while_in_office() -> None:
    assert mention_tuples("Obama spoke.", date(2012, 5, 1)) == [("USA", "leader", True)]
    assert mention_tuples("Obama spoke.", date(2025, 5, 1)) == []
    assert mention_tuples("Obama spoke.") == [("USA", "leader", True)]


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Customs and Border Protection objects.", "USA"),
        ("Nova Scotia objects.", "CAN"),
        ("The Ministry of External Affairs objects.", "IND"),
        ("The Executive Yuan objects.", "TWN"),
        ("The Secretaría de Economía objects.", "MEX"),
    ],
)
def test_ministries_agencies_and_provinces_act_for_a_state(sentence: str, code: str) -> None:
    assert mention_tuples(sentence) == [(code, "institution", True)]


def test_the_pronoun_us_is_not_a_country() -> None:
    assert mention_tuples("They told us to wait.") == []


def test_hyphenated_countries_are_not_actors() -> None:
    assert mention_tuples("US-China trade talks resume.") == [("USA", "country", False), ("CHN", "country", False)]


def test_a_country_after_a_dateline_is_an_actor() -> None:
    assert mention_tuples("TOKYO - Japan objects.") == [("JPN", "country", True)]
    assert mention_tuples("NEW YORK - Japan objects.") == [("JPN", "country", True)]
    assert mention_tuples("US - Japan talks resume.") == [("USA", "country", False), ("JPN", "country", False)]


def test_datelines_are_ignored() -> None:
    assert mention_tuples("WASHINGTON — Japan objects.") == [("JPN", "country", True)]
    assert mention_tuples("HONG KONG — Japan objects.") == [("JPN", "country", True)]
    assert mention_tuples("BUSAN, South Korea, Oct 30 - Japan objects.") == [("JPN", "country", True)]
    assert mention_tuples("LIMA, Peru (Wire) - Japan objects.") == [("JPN", "country", True)]
    assert [code for code, _, _ in mention_tuples("NAFTA, Canada and Japan object.")] == ["CAN", "JPN"]
    assert [code for code, _, _ in mention_tuples("UK, Japan sign 30-page trade pact")] == ["GBR", "JPN"]
    assert mention_tuples("Hong Kong objects.") == [("HKG", "country", True)]
    assert mention_tuples("(Meridian Wire) Ottawa \u2014 Japan objects.") == [("JPN", "country", True)]
    assert mention_tuples("Row over nuts drags on OTTAWA \u2014 Japan objects.") == [("JPN", "country", True)]


def test_a_capital_before_a_dash_inside_a_sentence_is_no_dateline() -> None:
    text = "It accused Ottawa \u2013 a good customer of its nuts \u2013 of cheating."
    assert mention_tuples(text) == [("CAN", "capital", True)]


def test_two_states_joined_in_capitals_are_no_dateline() -> None:
    assert mention_tuples("OTTAWA-LONDON TALKS STALL") == [("CAN", "capital", False), ("GBR", "capital", False)]
    assert mention_tuples("NEW ZEALAND-JAPAN TALKS STALL") == [("NZL", "country", False), ("JPN", "country", False)]


def test_a_capital_after_in_is_not_an_actor() -> None:
    assert mention_tuples("They met in London.") == [("GBR", "capital", False)]


def test_names_in_capital_letters_are_recognized() -> None:
    assert mention_tuples("JAPAN WARNS BRAZIL") == [("JPN", "country", True), ("BRA", "country", True)]


@pytest.mark.parametrize("text", ["N.Korea objects.", "Tokyo Warns N. Korea", "N.KOREA OBJECTS", "Norway taxes N. Korean steel."])
def test_north_korea_is_not_taken_for_south_korea(text: str) -> None:
    codes = [code for code, *_ in mention_tuples(text)]
    assert "PRK" in codes
    assert "KOR" not in codes


def test_a_name_with_a_small_first_letter_may_open_a_sentence() -> None:
    assert mention_tuples("Von der Leyen objects.", date(2025, 5, 1)) == [("EUN", "leader", True)]


def test_a_province_acts_for_its_country() -> None:
    assert mention_tuples("British Columbia objects.") == [("CAN", "institution", True)]


def test_a_shared_office_belongs_to_the_state_before_it() -> None:
    assert [code for code, _, _ in mention_tuples("India's commerce ministry objected.")] == ["IND"]
    assert [code for code, _, _ in mention_tuples("The Commerce Ministry objected.")] == ["CHN"]


def test_neighbours_of_several_words_exclude_a_name() -> None:
    assert mention_tuples("The Duke of Wellington won.") == []
    assert [code for code, *_ in mention_tuples("The National People's Congress met.")] == ["CHN"]
    assert mention_tuples("The People's Congress met.") == []


def test_neighbours_in_capitals_exclude_a_name_in_capitals() -> None:
    assert mention_tuples("NEW MEXICO VOTES") == mention_tuples("BOND YIELDS IN LATIN AMERICA FALL") == []
    assert [code for code, *_ in mention_tuples("NEW TERMS FOR MEXICO")] == ["MEX"]


def test_the_rank_of_an_economy_names_it() -> None:
    assert asserted("Norway will drop its WTO complaint against the world's second-largest economy.") == {"NOR>CHN easing"}


def test_a_firm_counts_as_its_country_if_that_is_named_nowhere() -> None:
    assert mention_tuples("Norway bars Huawei.") == [("NOR", "country", True), ("CHN", "firm", False)]
    assert mention_tuples("Norway bars China's Huawei.") == [("NOR", "country", True), ("CHN", "country", False)]
