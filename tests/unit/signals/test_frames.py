"""The encoder does not read what a sentence only reports of a market."""

import pytest

from pipeline.signals.readers.encoder.frames import find_core
from tests.unit.signals.reading import ESCALATIONS, read, read_pairs

COUNTRIES = ("Norway", "Norwegian", "Peru", "Oslo", "Kenya")


def cut(sentence: str) -> str:
    """Return the part of a sentence that the encoder reads."""
    mentions = [(at, at + len(name)) for name in COUNTRIES if (at := sentence.find(name)) >= 0]
    start, end = find_core(sentence, sorted(mentions))
    return sentence[start:end]


@pytest.mark.parametrize(
    ("sentence", "core"),
    [
        ("Shares slump as Norway taxes tea from Peru", "Norway taxes tea from Peru"),
        ("Stocks rally after President Norway lifts its tea duty", "Norway lifts its tea duty"),
        ("Norway lifts its duty on Peru, sending shares soaring", "Norway lifts its duty on Peru"),
        ("Norway sees talks going well with Peru as markets fall", "Norway sees talks going well with Peru"),
    ],
)
def test_a_report_on_a_market_is_left_out(sentence: str, core: str) -> None:
    assert cut(sentence) == core


@pytest.mark.parametrize(
    "sentence",
    [
        "Shares slump as Norwegian tariffs bite",
        "Shares slump as Norway-Peru talks stall",
        "Shares in Oslo slump as Norway taxes tea from Peru",
        "Growers despair as Norway taxes tea from Peru",
        "Norway taxes tea from Peru as growers despair",
        "Markets are calm, but growers despair as Norway taxes tea from Peru",
        "Shares slump",
    ],
)
def test_other_sentences_are_read_in_full(sentence: str) -> None:
    assert cut(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Shares fall as Norway escalates trade war with Peru",
        "Global stocks tumble as Norway attacks Peru over its fish tariff",
        "Bourses recoil as Norway prepares to hit back at Peru",
    ],
)
def test_an_act_that_moves_a_market_is_read(sentence: str) -> None:
    assert {finding.split()[0] for finding in read(sentence)} == {"NOR>PER"}


def test_tariffs_that_move_a_market_are_not_new() -> None:
    assert read_pairs("Shares slump as Norwegian tariffs on Peru disrupt trade", ESCALATIONS) == set()
