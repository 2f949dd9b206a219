"""Acts that a restriction causes.

Example: `chip curbs pushed Beijing to ban exports`. Does not belong here: answers without a word of cause (`cues.toml`, list `answers`).
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules import elsewhere
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence

# Reaches are numbers of words.
_CAUSE_REACH = 8
_TITLE_REACH = 3
_TITLES = frozenset({"the", "minister", "mr", "mr.", "premier", "president", "prime"})
# Between a state and its infinitive: `led Peru's government to`.
_GOVERNMENT = frozenset({"'s", "\u2019s", "government"})


class Caused(NamedTuple):
    """A state that an act of another causes to act.

    `cause` is the first word of the verb of cause, `verb` the first word of what the state (`code`) does.
    """

    cause: int
    verb: int
    code: str


def find_caused(sentence: MarkedSentence) -> Iterator[Caused]:
    """Yield the states that are caused to act: CHN in `US chip curbs pushed Beijing to ban exports`.

    A verb of the lists `causes` or `pressures` directly precedes the state, and an infinitive follows it. `pressures` are demands
    (`Washington pushed Tokyo to`) unless a restriction is before them.
    """
    if (cues("causes") | cues("pressures")).isdisjoint(sentence.words):
        return
    for mention, (first, last) in sentence.located_mentions:
        before, after = sentence.words_between(first - _TITLE_REACH, first), sentence.words_between(last + 1, last + 4)
        titles = len(list(takewhile(_TITLES.__contains__, reversed(before))))
        cause, to = first - titles - 1, after.index("to") if "to" in after and set(after[: after.index("to")]) <= _GOVERNMENT else None
        verb = sentence.tokens[cause].lower if cause >= 0 else ""
        if to is None or not mention.is_actor:
            continue
        things = [thing for thing in sentence.marks_of("object") if cause - _CAUSE_REACH <= thing.last < cause and _is_restriction(thing)]
        if verb in cues("causes") or (things and verb in cues("pressures")):
            yield Caused(cause, last + 2 + to, mention.code)


def is_forced(sentence: MarkedSentence, operator: Mark, at: int) -> bool:
    """Whether an operator only says why somebody has to act.

    Examples: `is forced to`, and `pushed` or `threat` in `a US threat pushed Beijing to ban exports`. `at`: the verb that it may govern.
    """
    is_word = sentence.tokens[operator.first].lower in {"compelled", "forced"}
    has_to = is_word and not cues("be").isdisjoint(sentence.words_between(operator.first - 2, operator.first))
    return has_to or any(caused.verb == at and operator.first <= caused.cause for caused in find_caused(sentence))


def find_caused_actor(sentence: MarkedSentence, verb: int) -> str | None:
    """Return the state that is caused to act by word `verb`."""
    return next((caused.code for caused in find_caused(sentence) if caused.verb == verb), None)


def find_spurred(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the states that an earlier restriction spurred to act.

    Who imposed it does nothing to them now. It is not earlier if a verb says that it is imposed: `raised its duty, prompting Ottawa to`.
    """
    acts = [mark.first for mark in sentence.marks_of("verb", "operator")]
    for caused in find_caused(sentence):
        is_named = any(thing.last < caused.cause and _is_restriction(thing) for thing in sentence.marks_of("object"))
        if is_named and not any(act < caused.cause for act in acts):
            yield caused.code


def is_effect(sentence: MarkedSentence) -> bool:
    """Whether a sentence says what its only restriction does to others.

    Not to a state that then acts.
    """
    return elsewhere.is_effect(sentence.text) and not any(find_caused(sentence))


def _is_restriction(thing: Mark) -> bool:
    """Whether an object restricts trade."""
    return bool(thing.readings[0].entry["class"] == "restriction")
