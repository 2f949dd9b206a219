"""Texts that a state publishes, and near-twins that say something else."""

import pytest

from pipeline.signals.context import resolve_references
from pipeline.signals.segment import split_sentences
from tests.unit.signals.reading import asserted, read


def _mean(text: str, source: str = "ministry_of_commerce_of_peru") -> set[str]:
    """Codes that a text of `source` means without naming them."""
    sentences = resolve_references("x", None, source, "", split_sentences(text, 0))
    return {
        mention.code for resolved in sentences for mention in resolved.mentions if mention.role in {"pronoun", "speaker"} and mention.end
    }


@pytest.mark.parametrize(
    "text",
    [
        "With Norway having lifted its duty, it is decided to suspend the additional duty on fish.",
        "It has been decided to ban fish from Norway.",
    ],
)
def test_what_nobody_in_particular_decides_is_of_the_state_that_publishes(text: str) -> None:
    assert _mean(text) == {"PER"}


def test_in_a_newspaper_an_office_without_a_name_is_of_nobody() -> None:
    assert _mean("The Secretary has initiated an investigation of zinc from Norway.", "The Meridian") == set()


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Lima said the duty on Norwegian salmon will be 6 percent, in place of 30 percent.", "PER>NOR easing"),
        ("Lima said the duty on Norwegian salmon will be 6 percent rather than 30 percent.", "PER>NOR easing"),
        ("Lima said the duty on Norwegian salmon will be 30 percent in place of 6 percent.", "PER>NOR measure"),
        ("Lima said that Norwegian salmon, which faced 30 percent, will pay 6 percent.", "PER>NOR easing"),
        ("Lima said that Norwegian growers, who paid 30 percent, will be charged 6 percent.", "PER>NOR easing"),
        ("Lima said that Norwegian salmon shall be subject to a duty of 6 percent.", "PER>NOR measure"),
        ("Lima proclaimed a tariff of 6 percent on Norwegian salmon.", "PER>NOR measure"),
        ("Lima removed Norway from the list of beneficiary countries for its zinc.", "PER>NOR measure"),
    ],
)
def test_forms_of_orders(text: str, signal: str) -> None:
    assert signal in asserted(text)


@pytest.mark.parametrize(
    "text",
    [
        "The price of Norwegian salmon in Peru will be 20 percent lower than last year because of tariffs.",
        "Peru's exports to Norway will be 12 percent of the total, down from 20 percent, because of tariffs.",
        "Lima proclaimed May a month of trade with Norway.",
        "Lima removed Norway from its list of high-risk countries.",
    ],
)
def test_what_sets_no_rate(text: str) -> None:
    assert not {signal for signal in asserted(text) if signal.endswith((" easing", " measure"))}


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        ("Peru hopes to work with Norway to lift the duties on tin.", False),
        ("Peru is ready to work jointly with Norway towards the removal of tin duties.", False),
        ("Peru hopes that Norway will work to lift the duties on tin.", True),
        ("Peru urges Norway to lift its tin duties and hopes to work with it on tea.", True),
        ("Peru's president called for efforts to help firms hit by Norway's tariffs.", False),
        ("Peru's minister urged exporters hit by the Norwegian tariffs to look for new markets.", False),
        ("Peru called for support for its firms and urged Norway to lift its duties.", True),
        ("Peru called for an end to Norway's tariffs.", True),
    ],
)
def test_joint_work_and_help_at_home_are_no_demand(text: str, demands: bool) -> None:
    assert ("PER>NOR demand" in read(text)) == demands
