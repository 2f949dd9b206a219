"""Acts whose doer only the title, an earlier sentence or the dateline names."""

import pytest

from pipeline.signals.context import resolve_references
from pipeline.signals.segment import document, split_sentences
from tests.unit.signals.reading import find


def asserted_in_last_sentence(text: str, title: str = "") -> set[str]:
    findings = find("rules", text, title=title)
    whole = document(title, text) if title else text
    last = split_sentences(whole, len(title))[-1].start
    rows = findings.filter(modality="asserted", span_start=last).to_dicts()
    return {f"{row['actor']}>{row['target']} {row['kind']}" for row in rows}


def find_unnamed(*sentences: str, source: str = "x") -> set[str]:
    """Return the states that act in the last sentence without words."""
    resolved = resolve_references("a", None, source, "", split_sentences(" ".join(sentences)))
    return {mention.code for mention in resolved[-1].mentions if not mention.end}


@pytest.mark.parametrize(
    ("sentence", "signals"),
    [
        ("Duties on Brazilian goods will rise to 84 percent from Thursday.", {"JPN>BRA measure"}),
        ("Twelve Brazilian companies were added to the unreliable entity list.", {"JPN>BRA measure"}),
        ("Gallium and graphite were placed under export licence.", {"JPN>* measure"}),
        ("Exports of seven rare earths now need a licence.", {"JPN>* measure"}),
        ("The levies take effect at noon.", {"JPN>* measure"}),
        ("Imports of Brazilian cars will be taxed at 50 percent.", {"JPN>BRA measure"}),
        ("Brazilian beef was barred from Tuesday.", {"JPN>BRA measure"}),
        ("Imports of Brazilian sugar will be cut.", {"JPN>BRA measure"}),
        ("The quotas on Brazilian sugar were lifted.", {"JPN>BRA easing"}),
        ("Duties on Brazilian sugar were raised by 10 percent.", {"JPN>BRA measure"}),
    ],
)
def test_the_state_that_acted_before_does_what_nobody_is_named_for(sentence: str, signals: set[str]) -> None:
    assert asserted_in_last_sentence(f"Japan announced its answer on Friday. {sentence}") == signals


def test_the_title_names_who_acts() -> None:
    text = "The new rate was set out on Friday. The duties take effect at noon."
    assert asserted_in_last_sentence(text, title="India raises duty on Chilean copper") == {"IND>CHL measure"}


def test_the_dateline_names_who_acts() -> None:
    assert asserted_in_last_sentence("NEW DELHI \u2014 Duties were imposed on Chilean copper on Friday.") == {"IND>CHL measure"}


def test_who_publishes_acts() -> None:
    assert find_unnamed("Duties were imposed on Chilean copper on Friday.", source="statement by IND") == {"IND"}


def test_who_only_reproaches_does_not_act_next() -> None:
    assert find_unnamed("India announced its list.", "Chile condemned the step.", "The duties take effect on Friday.") == {"IND"}
    assert find_unnamed("Chile condemned the step.", "The duties take effect on Friday.") == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "Chile raised its duties on copper, which are charged at the border.",
        "The duties would be raised to 10 percent.",
        "Under the deal, duties on copper were cut.",
        "Shipments of copper were delayed by a storm.",
        "A lawyer said that the duties were raised too fast.",
        "The music was cut.",
    ],
)
def test_no_unnamed_actor_without_an_act_or_with_a_named_one(sentence: str) -> None:
    assert find_unnamed("India announced its list.", sentence) == set()


def test_what_the_act_is_aimed_at_does_not_do_it() -> None:
    assert find_unnamed("India met Chile.", "Chile waited.", "Duties on Chilean copper were raised.") == {"IND"}
