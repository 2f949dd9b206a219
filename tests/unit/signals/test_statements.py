"""What governments say in statements and briefings, and near-twins that read otherwise."""

from datetime import date

import pytest

from pipeline.signals.actors import find_mentions
from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.dates import is_past_event
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.segment import split_sentences
from tests.unit.signals.reading import read


def _resolve(text: str) -> list[ResolvedSentence]:
    return resolve_references("a", None, "Meridian Wire", "", split_sentences(text))


def _pairs(text: str) -> set[str]:
    return {finding.split()[0] for finding in read(text)}


def test_a_place_of_talks_of_two_others_is_no_party() -> None:
    text = "Peru and Norway quarrel over fish. Their ministers told reporters in Ottawa that the two sides had held talks on tariffs."
    assert _pairs(text) == {"NOR>PER", "PER>NOR"}


def test_a_place_of_talks_is_a_party_if_only_one_other_is_named() -> None:
    text = "The trade minister of Peru flew home after talks on tariffs in Ottawa."
    assert {mention.code for mention in _resolve(text)[0].mentions} == {"PER", "CAN"}


@pytest.mark.parametrize(
    "text",
    [
        "The ministry in Ottawa will tax Peruvian fish and Norwegian timber.",
        "In Ottawa's view Peru and Norway sell fish too cheaply.",
    ],
)
def test_a_capital_of_those_who_act_is_a_party(text: str) -> None:
    assert "CAN" in {mention.code for mention in _resolve(text)[0].mentions}


def test_a_place_of_talks_is_a_party_if_its_state_is_named_too() -> None:
    text = "Peru and Norway quarrel over fish. Their ministers met in Ottawa. Canada offered to mediate."
    assert "CAN" in {mention.code for mention in _resolve(text)[1].mentions}


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
    assert {pair for pair in _pairs(text) if pair.startswith("AUS")} == pairs


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


@pytest.mark.parametrize(
    "text",
    [
        "Peru's minister discussed the tariff talks with Norway in a television interview.",
        "The spokesman of Peru discussed tariff negotiations with Norway at a regular press briefing.",
        "The president of Peru held a cabinet meeting, where he discussed fish and trade talks with Norway.",
        "Norway's minister spoke to reporters about tariffs and Peru on his arrival.",
    ],
)
def test_what_is_discussed_before_the_public_is_no_talk(text: str) -> None:
    assert {finding for finding in read(text) if "dialogue" in finding} == set()


@pytest.mark.parametrize(
    "text",
    [
        "Peru's minister said in an interview that tariff talks with Norway would go on.",
        "Peru's minister discussed tariffs with his counterpart of Norway, and gave a television interview.",
        "Peru and Norway will hold talks on fish tariffs, the minister in Lima confirmed in an interview.",
        "Before a cabinet meeting in Lima the ministers of Peru and Norway discussed tariffs.",
    ],
)
def test_talks_near_the_public_are_talks(text: str) -> None:
    assert "PER>NOR dialogue" in read(text)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Spokesman of Peru: We told Norway so.\nOur teams will work on a trade agreement very soon.", {"PER>NOR"}),
        ("Spokesman of Peru: We met Norway's minister.\nWe and Norway will hold trade talks in May.", {"PER>NOR", "NOR>PER"}),
        ("Spokesman of Peru: We met Norway's minister.\nThe two sides will hold trade talks in May.", {"PER>NOR", "NOR>PER"}),
    ],
)
def test_who_speaks_of_talks_reports_its_own_part(text: str, pairs: set[str]) -> None:
    last = text.rsplit("\n", maxsplit=1)[-1]
    findings = SentenceExtractor("both").explain(text).filter(modality="asserted", kind="dialogue", quote=last)
    assert {f"{finding['actor']}>{finding['target']}" for finding in findings.to_dicts()} == pairs


@pytest.mark.parametrize(
    ("text", "is_past"),
    [
        ("And I said, we're going to put a tax of 40 percent on Norway.", True),
        ('I said, "If you don\'t open up, Norway, we will double the duty."', True),
        ("We said that Norway would have to pay a duty.", True),
        ("As I said, we will double the duty on Norway.", False),
        ("I said today that we will double the duty on Norway.", False),
        ('"We will tax Norway," I said.', False),
    ],
)
def test_who_recalls_its_own_words_reports_no_news(text: str, *, is_past: bool) -> None:
    assert is_past_event(text, None) is is_past


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway's minister called it regrettable that Peru had decided to raise its duty on salmon.", {"NOR>PER accusation"}),
        ("Norway's minister said it was unacceptable that Peru imposed a duty on salmon.", {"NOR>PER accusation"}),
        ("Norway's minister said that Peru had decided to raise its duty on salmon.", {"PER>NOR measure"}),
        ("Norway's minister called it right that Peru had decided to lower its duty on salmon.", {"PER>NOR easing"}),
        (
            "Kenya announced an extra duty on Ugandan milk in response to Uganda's decision to impose a levy on Kenyan tea.",
            {"KEN>UGA measure"},
        ),
        ("Uganda announced its decision to impose a levy on Kenyan tea.", {"UGA>KEN measure"}),
    ],
)
def test_an_act_that_is_deplored_or_answered_is_known(text: str, signals: set[str]) -> None:
    assert read(text) == signals


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


@pytest.mark.parametrize(
    ("text", "is_talk"),
    [
        ("Peru and Norway are not having any negotiations on fish duties, still less reaching an agreement.", False),
        ("Peru and Norway have held no talks on fish duties, let alone reached a deal.", False),
        ("Peru and Norway are having negotiations on fish duties.", True),
        ("Peru is not in talks with Norway on fish duties now, but the ministers of Peru and Norway will hold trade talks in May.", True),
    ],
)
def test_talks_that_are_not_held_are_none(text: str, *, is_talk: bool) -> None:
    assert any("PER" in finding and "NOR" in finding for finding in read(text)) is is_talk


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
    assert _pairs(f"The United States will suspend its additional tariffs on {goods} for 60 days.") == pairs
