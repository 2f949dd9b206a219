"""Acts that a restriction or another state causes.

Examples: `chip curbs pushed Beijing to ban exports`, `Tokyo persuaded Washington to cut its duty`. Does not belong here: answers without a
word of cause (`cues.toml`, list `answers`).
"""

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules import elsewhere
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence

#: Begins the id of the rule for a relief that another state persuaded its owner to grant.
PERSUADED = "persuade."

# Reaches are numbers of words.
_CAUSE_REACH = 8
_TITLE_REACH = 3
_DENIAL_REACH = 3
_DENIALS = frozenset({"n't", "never", "no", "not"})
_TITLES = frozenset({"the", "minister", "mr", "mr.", "premier", "president", "prime"})
# Between a state and its infinitive: `led Peru's government to`.
_GOVERNMENT = frozenset({"'s", "\u2019s", "government"})
# Before and after the country that urges the actor, in the opening: `Under pressure from Peru, Norway raises its duty on tin`.
_URGING = (
    (re.compile(r"^(?:Under|Bowing to|Facing|Yielding to) (?:\w+ )?pressure from (?:the )?$"), re.compile(r", (?:the )?")),
    (re.compile(r"^At the (?:behest|insistence|request|urging) of (?:the )?$"), re.compile(r", (?:the )?")),
    (re.compile(r"^At (?:the )?$"), re.compile(r"['\u2019]s? (?:behest|insistence|request|urging), (?:the )?")),
)


class Caused(NamedTuple):
    """A state that an act of another causes to act.

    `cause` is the first word of the verb of cause, `verb` the first word of what the state (`code`) does. `is_persuaded`: another state got
    it to act.
    """

    cause: int
    verb: int
    code: str
    is_persuaded: bool


def find_caused(sentence: MarkedSentence) -> Iterator[Caused]:
    """Yield the states that are caused to act: CHN in `US chip curbs pushed Beijing to ban exports`.

    A verb of the lists `causes`, `persuading` or `pressures` directly precedes the state, an infinitive follows it, and no denial is before
    it. `pressures` are demands (`Washington pushed Tokyo to`) unless a restriction is before them.
    """
    if (cues("causes") | cues("persuading") | cues("pressures")).isdisjoint(sentence.words):
        return
    for mention, (first, last) in sentence.located_mentions:
        before, after = sentence.words_between(first - _TITLE_REACH, first), sentence.words_between(last + 1, last + 4)
        titles = len(list(takewhile(_TITLES.__contains__, reversed(before))))
        cause, to = first - titles - 1, after.index("to") if "to" in after and set(after[: after.index("to")]) <= _GOVERNMENT else None
        verb = sentence.tokens[cause].lower if cause >= 0 else ""
        if to is None or not mention.is_actor or not _DENIALS.isdisjoint(sentence.words_between(cause - _DENIAL_REACH, cause)):
            continue
        things = [thing for thing in sentence.marks_of("object") if cause - _CAUSE_REACH <= thing.last < cause and _is_restriction(thing)]
        is_persuaded = verb in cues("persuading")
        if is_persuaded or verb in cues("causes") or (things and verb in cues("pressures")):
            yield Caused(cause, last + 2 + to, mention.code, is_persuaded)


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


def find_persuaded(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the persuaded states: nothing is demanded of them now."""
    yield from (caused.code for caused in find_caused(sentence) if caused.is_persuaded)


def find_pressing(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the country that only urged the actor: Peru in `Under pressure from Peru, Norway raised its duty on tin`."""
    text, starts = sentence.text, {mention.start for mention in sentence.mentions}
    for first in sentence.mentions[:1]:
        ends = (after.match(text, first.end) for before, after in _URGING if before.search(text[: first.start]))
        if any(end and end.end() in starts for end in ends):
            yield first.code


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
