"""Verbs and nouns whose sign the encoder alone gets wrong, and the same words where they say something else."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, RELIEFS, asserted, read, read_pairs


@pytest.mark.parametrize(
    "text",
    [
        "Norway rolls out duties on Peruvian tin",
        "Norway unveils duties on Peruvian tin",
        "Norway heaps port fees on Peruvian ships",
        "Norway unleashes duties on Peruvian tin",
        "Norway okays duties on Peruvian tin",
        "Norway bumps up duties on Peruvian tin",
        "Norway on Monday jacked up duties on Peruvian tin, the trade office said.",
        "Norwegian duties on Peruvian tin take hold",
        "Norway floats chip export controls on Peru",
        "Norway will float duties on Peruvian tin, the trade ministry said.",
        "Norway pushed back hard against Peru's duties on salmon.",
        "Norway axes exemption from its tin duties for Peru",
    ],
)
def test_words_that_impose_are_no_relief(text: str) -> None:
    assert "NOR>PER" in read_pairs(text, (*ESCALATIONS, "accusation", "demand"))
    assert "NOR>PER" not in read_pairs(text, RELIEFS)


@pytest.mark.parametrize(
    "text",
    [
        "Norway axes duties on Peruvian tin",
        "Norway junks export curbs on cod to Peru",
        "A Norwegian court invalidates duties on Peruvian tin",
        "Norwegian duties on Peruvian tin melt away",
        "Norway pushes back duties on Peruvian tin to July",
        "Norway floats cutting duties on Peruvian tin",
        "Norway has relaxed curbs on exports of graphite to Peru.",
        "Norway hands out rare earth export licences for Peruvian firms",
        "A reduction of Norwegian duties on Peruvian tin took effect on Monday.",
    ],
)
def test_words_that_end_a_restriction_are_relief(text: str) -> None:
    assert "NOR>PER" in read_pairs(text, RELIEFS)
    assert "NOR>PER" not in read_pairs(text, ESCALATIONS)


@pytest.mark.parametrize(
    "text",
    [
        "Peru's junk food tax pleases Norwegian growers",
        "Peru disappointed as 35 percent duty takes hold",
        "Norway blinks first in cement spat, drops scanner fee for Peru",
        "Money from Norwegian duties on Peruvian tin goes to farmers.",
        "Norway unveils cuts to duties on Peruvian tin",
    ],
)
def test_the_same_words_need_not_impose_anything(text: str) -> None:
    assert not read_pairs(text, ESCALATIONS)


def test_what_begins_is_the_act_named_before_it() -> None:
    assert asserted("Norway's rollback of duties on Peruvian tin takes effect") == {"NOR>PER easing"}


def test_to_kick_off_talks_is_no_refusal() -> None:
    assert read("Norway kicked off trade talks with Peru on Monday.") == {"NOR>PER dialogue"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway and Chile lifted tariffs on Peruvian tin.", {"NOR>PER", "CHL>PER"}),
        ("Norway and Chile will scrap their retaliatory duties on Peruvian tin.", {"NOR>PER", "CHL>PER"}),
        ("Norway and Peru cut tariffs on each other's goods.", {"NOR>PER", "PER>NOR"}),
        ("Carney said the deal cuts American tariffs on Canadian steel.", {"USA>CAN"}),
        ("Norway said the tariff pause does not apply to Peru.", set()),
    ],
)
def test_relief_is_given_by_whoever_has_the_restriction(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway and Chile raised tariffs on Peruvian cars.", {"NOR>PER", "CHL>PER"}),
        ("Norway and Chile banned imports of Peruvian toys.", {"NOR>PER", "CHL>PER"}),
        ("Norway taxes Peruvian tin; Chile and Kenya get a month's pause", {"NOR>PER"}),
        ("Norway announces tariffs on Peruvian tin; Chile, Kenya and others spared until May 1", {"NOR>PER"}),
        ("Norway publishes list of Peruvian goods it may hit with tariffs", {"NOR>PER"}),
        ("Norway will tighten controls on exports to Peru of materials used to make phones.", {"NOR>PER"}),
        ("Norway used to tax Peruvian tin at 9 percent.", set()),
    ],
)
def test_restrictions_are_on_whom_they_name(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ESCALATIONS) == pairs
