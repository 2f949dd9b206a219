"""Acts told by a noun: `with new tariffs on Turkish steel`, `Japan's tariff threat to Chile`, `Delhi's halt to rice exports`.

Belongs here: when a noun is news by itself. Does not: verbs with objects (`compose.py`), operators by themselves and what is only named
(`bare.py`).
"""

from collections.abc import Iterable

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.grammar import TURNS, Act, Turning, class_of, governing, matched_words, status_of
from pipeline.signals.readers.rules.matching import Mark, Marked

OWNER_REACH = 5
FRESH_REACH = 4
AIM_REACH = 6
FRESH_SCORE = 0.5


def is_owned(sentence: Marked, noun: Mark) -> bool:
    """Whether the noun is a state's own: `Delhi's sudden halt`. What lies between may describe it, nothing else."""
    between = [sentence.words_between(last + 1, noun.first) for _, last in sentence.places if noun.first - OWNER_REACH <= last < noun.first]
    return any(words[:1] == ["'s"] and not set(words) & cues("governed") for words in between)


def fresh(sentence: Marked, taken: set[int]) -> Iterable[Act]:
    """A restriction that is called new and is aimed at someone: `new tariffs on Turkish steel`. Adds the words that it uses to `taken`."""
    for thing in sentence.of("object"):
        if class_of(thing) != "restriction" or thing.first in taken:
            continue
        before = sentence.words_between(max(thing.first - FRESH_REACH, sentence.clause(thing.first)[0]), thing.first)
        if not cues("fresh") & set(before) or not _is_aimed(sentence, thing):
            continue
        operators = governing(sentence, thing.first)
        turning = Turning("measure", "measure", thing.first, "fresh.restriction")
        for operator in operators:
            turning.apply(sentence, operator)
        if turning.kind is None or any(class_of(operator) in TURNS for operator in operators):
            continue
        taken.add(thing.first)
        yield Act(
            kind="measure",
            rule_id=turning.rule_id,
            anchor=thing.first,
            focus=thing.last,
            instrument=str(thing.readings[0].entry["instrument"]),
            status=status_of(sentence, "measure", "announced", thing.first),
            modality=turning.modality,
            score=FRESH_SCORE,
            mutual=False,
            words=matched_words(sentence, thing),
            thing=thing.first,
        )


def _is_aimed(sentence: Marked, thing: Mark) -> bool:
    after = sentence.words_between(thing.last + 1, thing.last + 2)
    return bool(set(after) & {"on", "against", "for"}) and any(thing.last < first <= thing.last + AIM_REACH for first, _ in sentence.places)
