"""Acts expressed by a noun, such as `new tariffs on Turkish steel`.

Acts of verbs with objects are in `compose.py`, all other acts in `bare.py`.
"""

from collections.abc import Iterable

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.grammar import (
    OPERATOR_EFFECTS,
    Act,
    DraftAct,
    class_of,
    governing_operators,
    matched_words,
    status_of,
)
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.pairs import find_owned_pair

# Reaches are numbers of words.
NEW_REACH = 4
TARGET_REACH = 6
NEW_RESTRICTION_SCORE = 0.5


def find_new_restrictions(sentence: MarkedSentence, used: set[int]) -> Iterable[Act]:
    """Find restrictions that are called new and have a target, as measures.

    Examples: `new tariffs on Turkish steel`, `Canada's new Turkey tariffs`. The word for new is in the clause, up to `NEW_REACH` words
    before. Objects whose position is in `used` are acts already; those found here are added. Restrictions after an operator such as
    `threatens`, which would make another kind, are left out.
    """
    for thing in sentence.marks_of("object"):
        if class_of(thing) != "restriction" or thing.first in used:
            continue
        before = sentence.words_between(max(thing.first - NEW_REACH, sentence.clause_bounds(thing.first)[0]), thing.first)
        if not cues("fresh") & set(before) or not (_has_target(sentence, thing) or find_owned_pair(sentence, thing.first)):
            continue
        operators = governing_operators(sentence, thing.first)
        draft = DraftAct("measure", "measure", thing.first, "fresh.restriction")
        for operator in operators:
            draft.apply(sentence, operator)
        if draft.kind is None or any(class_of(operator) in OPERATOR_EFFECTS for operator in operators):
            continue
        used.add(thing.first)
        yield Act(
            kind="measure",
            rule_id=draft.rule_id,
            anchor=thing.first,
            focus=thing.last,
            instrument=str(thing.readings[0].entry["instrument"]),
            status=status_of(sentence, "measure", "announced", thing.first),
            modality=draft.modality,
            score=NEW_RESTRICTION_SCORE,
            mutual=False,
            words=matched_words(sentence, thing),
            thing=thing.first,
        )


def _has_target(sentence: MarkedSentence, thing: Mark) -> bool:
    """Whether `on`, `against` or `for` and soon a country follow the object.

    The preposition follows directly, and a country begins at most `TARGET_REACH` words after the object.
    """
    after = sentence.words_between(thing.last + 1, thing.last + 2)
    return bool(set(after) & {"on", "against", "for"}) and any(
        thing.last < first <= thing.last + TARGET_REACH for first, _ in sentence.mention_spans
    )
