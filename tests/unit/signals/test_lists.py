"""Countries in a list share an act; a country that begins a clause of its own is not in the list."""

import pytest

from pipeline.signals.candidates import build_candidates
from pipeline.signals.context import resolve_references
from pipeline.signals.readers.encoder.lists import find_lists, split_long_list
from pipeline.signals.segment import split_sentences
from tests.unit.signals.reading import ESCALATIONS, RELIEFS, find, read_pairs

NINE = "Peru, Kenya, Chile, Ghana, Norway, Japan, Sweden, France and Finland"


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("Norway taxes tea from Peru and Kenya.", [("PER", "KEN")]),
        ("Norway taxes tea from Peru, Kenya and Chile.", [("PER", "KEN", "CHL")]),
        ("Norway taxes Peruvian and Kenyan goods.", [("PER", "KEN")]),
        ("Duties began as Peru and Kenya taxed Norwegian fish.", [("PER", "KEN")]),
        ("Norway taxes Peru and Kenya retaliates.", []),
        ("Norway must ask Peru, Kenya says.", []),
        ("Norway taxes tea from Peru and talks to Kenya.", []),
        ("Imports from Peru and Kenya will face duties of Norway.", [("PER", "KEN")]),
        ("Norway taxes Peru and Kenya, but Peru has a way out.", []),
        ("Norway taxes tea from Peru, Kenya, Chile and Ghana.", []),
    ],
)
def test_only_a_comma_or_and_joins_the_countries_of_a_list(text: str, lists: list[tuple[str, ...]]) -> None:
    (group,) = build_candidates(resolve_references("a", None, "x", "", split_sentences(text)))
    assert [listed.codes for listed in find_lists(group)] == lists


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway signs a trade deal with Peru and Papua New Guinea", {"NOR>PER", "PER>NOR", "NOR>PNG", "PNG>NOR"}),
        ("Norway reached a tariff deal with Peru, Kenya and Chile", {"NOR>PER", "PER>NOR", "NOR>KEN", "KEN>NOR", "NOR>CHL", "CHL>NOR"}),
        ("Norway reached a tariff deal with Peru, but not with Kenya", {"NOR>PER", "PER>NOR"}),
    ],
)
def test_a_deal_with_several_partners_is_one_with_each(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Algeria and Iraq face US tariffs of 30 percent from August.", {"USA>DZA", "USA>IRQ"}),
        ("Chile and Kenya face Norwegian tariffs of 30 percent from August.", {"NOR>CHL", "NOR>KEN"}),
        ("Kenya and Chile signed a trade pact.", {"KEN>CHL", "CHL>KEN"}),
        ("Norway and Peru signed a free trade agreement in Kenya.", {"NOR>PER", "PER>NOR"}),
        ("Norway and Peru signed a trade pact with Kenya in mind.", {"NOR>PER", "PER>NOR"}),
        ("Norway and Peru signed a trade pact after talks with Kenya.", {"NOR>PER", "PER>NOR"}),
    ],
)
def test_the_encoder_reads_a_list_that_is_the_subject(text: str, pairs: set[str]) -> None:
    findings = find("encoder", text).filter(modality="asserted").to_dicts()
    assert {f"{finding['actor']}>{finding['target']}" for finding in findings} == pairs


@pytest.mark.parametrize(
    "text",
    [
        "Malaysia and Cambodia signed trade agreements with the United States.",
        "Malaysia and Cambodia reached a truce in their dispute with the United States.",
    ],
)
def test_who_together_deals_with_a_partner_does_not_deal_with_each_other(text: str) -> None:
    assert read_pairs(text, RELIEFS) == {"MYS>USA", "USA>MYS", "KHM>USA", "USA>KHM"}


@pytest.mark.parametrize(
    ("heading", "actor"),
    [
        ("Peru will:", "PER"), ("Chile agrees to:", "CHL"), ("By Peru:", "PER"), ("Commitments by Chile:", "CHL"), ("Peru's side:", "PER"),
        ("From Peru and Chile:", None), ("By the end of May:", None), ("The following was discussed:", None),
    ],
)  # fmt: skip
def test_a_heading_says_who_does_the_items_of_its_list(heading: str, actor: str | None) -> None:
    text = f"Peru and Chile published a fact sheet on trade.\n{heading}\n- Cut the duty on copper.\n- Suspend the export controls on tin."
    doers = [
        (mention.start, mention.code)
        for sentence in resolve_references("a", None, "Wire", "", split_sentences(text))
        if sentence.sentence.text.startswith("-")
        for mention in sentence.mentions
        if mention.start == 0
    ]
    assert doers == ([(0, actor)] * 2 if actor else [])


def test_a_list_of_more_countries_than_the_model_takes_is_read_in_parts() -> None:
    text = f"Brazil will charge a 10 percent tariff on goods from {NINE}."
    (group,) = build_candidates(resolve_references("a", None, "x", "", split_sentences(text)))
    parts = split_long_list(group)
    codes = [{code for row in part for code in (row["actor"], row["target"])} for part in parts]
    assert [len(countries - {"*"}) for countries in codes] == [8, 3]
    numbers = [row["candidate"] for part in parts for row in part]
    assert len(numbers) == len(set(numbers))
    named = {"PER", "KEN", "CHL", "GHA", "NOR", "JPN", "SWE", "FRA", "FIN"}
    assert {f"BRA>{code}" for code in named} <= read_pairs(text, ESCALATIONS)


def test_a_list_that_the_model_takes_is_one_part() -> None:
    (group,) = build_candidates(resolve_references("a", None, "x", "", split_sentences("Brazil taxes goods from Peru and Kenya.")))
    assert split_long_list(group) == [group]


def test_countries_beyond_those_that_the_model_takes_share_nothing() -> None:
    named = "Peru met Kenya, Chile met Ghana, Norway met Japan, Sweden met France and Finland met Brazil"
    assert read_pairs(f"{named} after Turkey taxed India and Mexico.", ESCALATIONS) <= {"TUR>IND", "TUR>MEX"}
