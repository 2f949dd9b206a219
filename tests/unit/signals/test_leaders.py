from datetime import date

import pytest

from pipeline.signals import names
from pipeline.signals.actors import find_mentions, find_mentions_in_article
from pipeline.signals.lexicon import LexiconError, load_lexicon
from pipeline.signals.lexicon.leaders import list_spellings, list_surnames
from tests.unit.signals.reading import read_pairs

LEADERS = [leader for country in load_lexicon("actors")["country"] for leader in country["leaders"]]


def codes(sentence: str, day: str) -> list[str]:
    return [mention.code for mention in find_mentions(sentence, date.fromisoformat(day))]


@pytest.mark.parametrize(
    ("day", "headline", "states"),
    [
        ("1986-04-10", "Craxi asks Nakasone to buy more ski boots", ["ITA", "JPN"]),
        ("1987-05-06", "Lubbers and Mulroney talk tulips", ["NLD", "CAN"]),
        ("1990-02-20", "Kaifu offers Hawke a larger quota for mandarins", ["JPN", "AUS"]),
        ("1991-10-02", "HILLS AND KAIFU TALK OF PAPER", ["USA", "JPN"]),
        ("1991-11-05", "James A. Baker and Kiichi Miyazawa dine", ["USA", "JPN"]),
        ("1994-03-09", "Kantor gives Hosokawa a month on pagers", ["USA", "JPN"]),
        ("1996-11-19", "Brittan to Barshefsky: leave our lorries alone", ["EUN", "USA"]),
        ("1999-06-16", "Cardoso and Menem patch up a quarrel over shoes", ["BRA", "ARG"]),
        ("2003-09-02", "Zoellick writes to Lamy about bananas", ["USA", "EUN"]),
        ("2004-03-18", "BUSH AND KOIZUMI AGREE ON PEARS", ["USA", "JPN"]),
        ("2004-03-18", "Koizumi And George W. Bush Agree on Pears", ["JPN", "USA"]),
        ("2006-11-15", "President Roh tells Prime Minister Howard that kiwis can wait", ["KOR", "AUS"]),
        ("2008-11-11", "Paulson, Mandelson and Lula urge calm", ["USA", "GBR", "BRA"]),
        ("2009-05-08", "Gordon Brown and Manmohan Singh dine on tea tariffs", ["GBR", "IND"]),
        ("2014-10-21", "Rousseff and Santos argue about lorries", ["BRA", "COL"]),
        ("2016-05-24", "Obama and Park sign nothing", ["USA", "KOR"]),
        ("2017-10-03", "Prime Minister May rings Widodo about gin", ["GBR", "IDN"]),
        ("2018-12-04", "Mrs May pleads with Juncker; Raab has left", ["GBR", "EUN"]),
        ("2020-06-18", "Barnier and Frost part in silence over eels", ["EUN", "GBR"]),
        ("2021-02-23", "Ardern asks Prime Minister Lee for more orchids", ["NZL", "SGP"]),
        ("2025-11-04", "Lee-Carney pact opens the ports to lamb", ["KOR", "CAN"]),
        ("2026-03-17", "President Lee tells Kast that copper may flow", ["KOR", "CHL"]),
        ("2026-09-01", "Anutin halves the duty on Frederiksen's herring", ["THA", "DNK"]),
    ],
)
def test_headlines_of_four_decades_name_their_states(day: str, headline: str, states: list[str]) -> None:
    assert codes(headline, day) == states


@pytest.mark.parametrize(
    ("name", "last_day", "state", "next_day"),
    [
        ("Mulroney", "1993-06-24", "CAN", "1993-06-25"),
        ("Kim Dae-jung", "2003-02-24", "KOR", "2003-02-25"),
        ("Prime Minister Singh", "2014-05-25", "IND", "2014-05-26"),
        ("Duterte", "2022-06-29", "PHL", "2022-06-30"),
        ("Boric", "2026-03-10", "CHL", "2026-03-11"),
    ],
)
def test_leaders_are_private_persons_after_their_term(name: str, last_day: str, state: str, next_day: str) -> None:
    assert codes(f"{name} spoke of figs.", last_day) == [state]
    assert codes(f"{name} spoke of figs.", next_day) == []


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("Barroso", {"2003-01-15": "PRT", "2010-01-15": "EUN"}),
        ("Prodi", {"1997-01-15": "ITA", "2001-01-15": "EUN", "2007-01-15": "ITA"}),
        ("Stoltenberg", {"1987-01-15": "DEU", "2012-01-15": "NOR"}),
        ("President Lee", {"1995-01-15": "TWN", "2011-01-15": "KOR", "2026-01-15": "KOR"}),
    ],
)
def test_one_name_may_mean_two_states_in_turn(name: str, states: dict[str, str]) -> None:
    assert {day: codes(f"{name} spoke of figs.", day) for day in states} == {day: [state] for day, state in states.items()}


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2009-03-03", "Brown rice is dear in the north."),
        ("2009-03-03", "Sherrod Brown and six bakers signed the letter."),
        ("2009-03-03", "Anna B. Brown and six bakers signed the letter."),
        ("2009-03-03", "Mr Brown, an analyst, sees no end to it."),
        ("2017-05-09", "Talks are set for May and June."),
        ("2017-05-09", "In May government figures were bleak."),
        ("2018-07-03", "Park and Moon are lawyers in a firm of that name."),
        ("2018-07-03", "Fox News aired the speech."),
        ("2018-07-03", "Jack Ma and Robin Li opened a plant."),
        ("2026-05-12", "Lee Iacocca sold cars."),
        ("2026-05-12", "Bruce Lee and Jackie Chan are on the posters."),
        ("2006-02-07", "Snow fell on the rice terraces."),
        ("1992-02-07", "Major retailers and Baker Hughes fell."),
        ("2012-02-07", "The Key to the quarrel is wool."),
        ("2004-02-07", "Bush tomatoes ripen late."),
        ("1995-06-07", "Apples from Hawke's Bay arrived."),
        ("2014-06-07", "James Cameron shot the film."),
    ],
)
def test_words_and_private_persons_are_no_leaders(day: str, sentence: str) -> None:
    assert codes(sentence, day) == []


def test_a_surname_next_to_a_leader_or_government_is_the_leaders() -> None:
    assert codes("Takaichi and Lee drink tea.", "2026-05-12") == ["JPN", "KOR"]
    assert codes("Lee and Takaichi drink tea.", "2026-05-12") == ["KOR", "JPN"]
    assert codes("Lee and Takaichi Foods drink tea.", "2023-05-12") == []
    assert codes("The Brown government sells tea.", "2009-05-12") == ["GBR"]
    assert codes("Jerry Brown's government sells tea.", "2009-05-12") == []


def test_a_surname_of_two_leaders_in_office_needs_more_than_a_neighbour() -> None:
    assert codes("Obama and Lee drink tea.", "2010-05-12") == ["USA"]
    assert codes("Obama and President Lee drink tea.", "2010-05-12") == ["USA", "KOR"]


def test_an_article_that_names_a_leader_in_full_may_use_the_surname() -> None:
    named = [
        "Brown scolds Delhi",
        "Gordon Brown, the prime minister, was cross.",
        "Mr Brown left.",
        "But Brown came back.",
        "Clive Brown wept.",
    ]
    states = [[mention.code for mention in mentions] for mentions in find_mentions_in_article(named, date(2009, 5, 12))]
    assert states == [["GBR", "IND"], ["GBR"], ["GBR"], ["GBR"], []]
    assert find_mentions_in_article(["Brown scolds the bakers", "Mr Brown left."], date(2009, 5, 12)) == [[], []]
    without_accents = ["Chancellor Gerhard Schroder sang.", "But Schroder came back.", "SCHRODER IS BACK"]
    assert all(find_mentions_in_article(without_accents, date(2002, 5, 12)))


def test_names_are_spelled_as_newspapers_spell_them() -> None:
    assert list_spellings({"name": "Šefčovič"}) == ["Šefčovič", "Sefcovic"]
    assert list_spellings({"name": "Lee Jae-myung"}) == ["Lee Jae-myung", "Lee Jae Myung"]
    assert "Secretary O\u2019Neill" in list_spellings({"name": "Paul O'Neill", "surname": "O'Neill", "office": "minister"})
    assert list_surnames({"name": "José Sócrates", "surname": "Sócrates", "office": "premier"}) == ["Sócrates", "Socrates"]


def test_seats_of_government_are_names_of_their_states() -> None:
    assert codes("The Planalto asks the Blue House and the Casa Rosada for time.", "2019-05-12") == ["BRA", "KOR", "ARG"]


def test_entries_of_leaders_are_consistent() -> None:
    for leader in LEADERS:
        days = [day for term in leader["terms"] for day in term]
        assert days == sorted(days), leader
        assert ("surname" in leader) == ("office" in leader), leader
        assert leader.get("surname", "") in leader["name"], leader


def test_a_name_of_two_leaders_in_office_is_an_error() -> None:
    def country(code: str, first: str, last: str) -> dict[str, object]:
        leader = {"name": "Fig", "terms": [[first, last]]}
        return {"code": code, "names": [code], "capitals": [], "demonyms": [], "institutions": [], "leaders": [leader]}

    in_turn = [country("NOR", "2001-01-01", "2002-01-01"), country("PER", "2002-01-01", "2003-01-01")]
    assert len(names.read_names(in_turn)) == 4
    with pytest.raises(LexiconError, match="'Fig' is a name of both NOR and PER"):
        names.read_names([in_turn[0], country("PER", "2001-12-31", "2003-01-01")])


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Farrell: We urge Norway to lift its ban on our salmon.", {"AUS>NOR"}),
        ("Mr. Farrell: We urge Norway to lift its ban on our salmon.", {"AUS>NOR"}),
        ("Mr. Ernest Farrell: We urge Norway to lift its ban on our salmon.", set()),
        ("Professor Farrell: We urge Norway to lift its ban on our salmon.", set()),
    ],
)
def test_a_surname_before_a_colon_is_the_ministers(text: str, pairs: set[str]) -> None:
    assert {pair for pair in read_pairs(text) if pair.startswith("AUS")} == pairs


@pytest.mark.parametrize(
    ("name", "code", "day"),
    [
        ("Shu Jueting", "CHN", date(2022, 5, 5)),
        ("Randhir Jaiswal", "IND", date(2025, 8, 6)),
        ("Olof Gill", "EUN", date(2025, 4, 9)),
        ("Psaki", "USA", date(2021, 9, 1)),
        ("Psaki", None, date(2025, 9, 1)),
    ],
)
def test_spokespersons_speak_for_their_state_while_in_office(name: str, code: str | None, day: date) -> None:
    mentions = find_mentions(f"{name} said that the duty would stay.", day)
    assert [mention.code for mention in mentions] == ([code] if code else [])
