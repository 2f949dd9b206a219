"""Ministries and leaders who speak in transcripts, and what only looks like an act of theirs."""

from datetime import date

import polars as pl
import pytest

from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.segment import split_sentences
from pipeline.signals.texts import TEXTS_SCHEMA
from tests.unit.signals.reading import asserted, explain, read

DAY = date(2025, 6, 2)


def _read(text: str, source: str) -> set[str]:
    """Return what both readers assert in a text of a source."""
    texts = pl.DataFrame([("x", DAY, source, text)], schema=TEXTS_SCHEMA, orient="row")
    findings = SentenceExtractor("both", workers=1).read_texts(texts).filter(modality="asserted").to_dicts()
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in findings}


def _resolve(text: str, source: str, title: str = "") -> list[ResolvedSentence]:
    whole = f"{title}\n\n{text}" if title else text
    return resolve_references("x", DAY, source, title, split_sentences(whole, len(title)))


def _find_meant(sentence: ResolvedSentence, word: str) -> set[str]:
    """Return the countries that a word of a sentence means."""
    return {mention.code for mention in sentence.mentions if sentence.sentence.text[mention.start : mention.end].lower() == word}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("MINISTER: They asked us to lift the duty on Chilean wine.", {"CHL"}),
        ("MINISTER: We met the Chilean side, and they will lift the duty.", {"CHL"}),
        ("MINISTER: Our growers are angry, and they want the duty gone. Chile is our best market.", set()),
    ],
)
def test_they_are_not_the_state_of_the_official_who_speaks(text: str, meant: set[str]) -> None:
    sentence, *_ = _resolve(text, "Peru trade ministry briefing")
    assert _find_meant(sentence, "they") - {"PER"} == meant


def test_the_label_of_a_speaker_is_no_other_president() -> None:
    *_, answer = _resolve("Q: Who called Peru? THE PRESIDENT: I did, we spoke for an hour.", "White House briefing")
    assert answer.speaker == "USA"
    assert not _find_meant(answer, "the president")


def test_who_speaks_abroad_and_names_no_state_speaks_of_its_host() -> None:
    *_, last = _resolve("MINISTER: They have halved the duty on our wine.", "Norwegian minister's remarks", "Press conference in Lima")
    assert last.main_pair == ("PER", "NOR")
    assert _find_meant(last, "they") == {"PER"}


def test_a_text_of_a_state_that_names_one_other_is_about_both() -> None:
    (sentence,) = _resolve("MINISTER: The two sides will meet on the duty of Chile.", "Peru trade ministry briefing")
    assert set(sentence.main_pair) == {"CHL", "PER"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Japan has no intention of lowering its tariff on American rice.", {"JPN>USA refusal"}),
        ("Japan does not intend to lower its tariff on American rice.", {"JPN>USA refusal"}),
        ("Washington is not considering lowering its tariff on Korean steel.", {"USA>KOR refusal"}),
        ("There is no question of Japan lowering its tariff on American rice.", {"JPN>USA refusal"}),
        ("Lowering the tariff on American rice is out of the question, Tokyo said.", {"JPN>USA refusal"}),
        ("Imposing tariffs on American beef is not an option, the Korean minister said.", set()),
        ("Japan has no intention of imposing tariffs on American rice.", set()),
        ("Washington is ready to lower its tariff on Korean steel.", {"USA>KOR offer"}),
    ],
)
def test_a_relief_that_is_ruled_out_is_a_refusal(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    "text",
    [
        "MINISTER: There are no grounds for Japan's export curbs on resins, and we called for their withdrawal.",
        "MINISTER: Japan's export curbs on resins have no grounds, and we asked Tokyo to lift them at once.",
    ],
)
def test_a_pronoun_can_mean_the_curbs_whose_end_is_demanded(text: str) -> None:
    signals = _read(text, "Korean trade ministry briefing")
    assert "KOR>JPN demand" in signals
    assert not any(signal.startswith("JPN>KOR d") for signal in signals)


def test_who_speaks_of_a_duty_on_its_own_goods_accuses_the_other() -> None:
    signals = _read("SPOKESPERSON: The duty of 25 percent on our exports to the US is unfair.", "Ministry of Commerce of India")
    assert signals == {"IND>USA accusation"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Minister: We have made clear our position on Japan's export controls more than once.", set()),
        ("The minister has stated China's position on the American duty on many occasions.", set()),
        ("China has made clear its position that Japan must lift its export controls.", {"CHN>JPN demand"}),
    ],
)
def test_who_only_refers_to_a_position_says_nothing_new(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_a_denial_ends_before_and_will() -> None:
    text = "China will never accept this and will take countermeasures against the United States."
    assert "CHN>USA threat" in asserted(text)


def test_who_expects_that_another_will_act_demands_nothing() -> None:
    text = "Canada expects that China will lower its tariffs on canola seed by March."
    assert [(f["actor"], f["kind"], f["modality"]) for f in explain(text)] == [("CHN", "easing", "hypothetical")]
    assert asserted("Canada expects China to lower its tariffs on canola seed by March.") == {"CAN>CHN demand"}


def test_patrol_vessels_are_no_goods() -> None:
    text = "The activities of the Chinese vessels are fully legitimate, and we urge Japan to stop all provocations."
    assert read(text) == set()
