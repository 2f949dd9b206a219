"""Acts expressed by a noun, such as `new tariffs on Turkish steel`.

Acts of verbs with objects are in `compose.py`, all other acts in `bare.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.signals.lexicon import cues
from pipeline.signals.reader import SURE_SIGN
from pipeline.signals.readers.rules.grammar import (
    OPERATOR_EFFECTS,
    Act,
    DraftAct,
    build_object_act,
    class_of,
    governing_operators,
    is_on_hold,
    matched_words,
    status_of,
)
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.pairs import find_owned_pair
from pipeline.signals.readers.rules.talks import HOPE_FOR_CALM

# Reaches are numbers of words.
NEW_REACH = 4
TARGET_REACH = 6
APPROVED_REACH = 6
PUT_REACH, DECIDER_REACH = 4, 3
NEW_RESTRICTION_SCORE, PAUSED_SCORE = 0.5, 0.6
# What directly follows an inquiry, before whom it is about.
_ABOUT = frozenset({"against", "into", "of", "on", "over"})


def find_new_restrictions(sentence: MarkedSentence, used: set[int]) -> Iterable[Act]:
    """Find restrictions that are called new and have a target, as measures.

    Examples: `new tariffs on Turkish steel`, `Canada's new Turkey tariffs`. The word for new is in the clause, up to `NEW_REACH` words
    before. So are those that are approved (`find_approved`). Objects whose position is in `used` are acts already; those found here are
    added. Restrictions after an operator such as `threatens`, which would make another kind, are left out.
    """
    approved = [restriction for thing in sentence.marks_of("object") if (restriction := find_approved(sentence, thing))]
    for thing in sentence.marks_of("object"):
        if class_of(thing) != "restriction" or thing.first in used:
            continue
        before = sentence.words_between(max(thing.first - NEW_REACH, sentence.clause_bounds(thing.first)[0]), thing.first)
        is_new = cues("fresh") & set(before) and (_has_target(sentence, thing) or find_owned_pair(sentence, thing.first))
        if not is_new and thing not in approved:
            continue
        operators = governing_operators(sentence, thing.first)
        draft = DraftAct(
            "measure", "measure", thing.first, f"approved.restriction{SURE_SIGN}" if thing in approved else "fresh.restriction"
        )
        for operator in operators:
            draft.apply(sentence, operator)
        if draft.kind is None or any(class_of(operator) in OPERATOR_EFFECTS for operator in operators):
            continue
        used.add(thing.first)
        status = status_of(sentence, "measure", "announced", thing.first)
        yield build_object_act(
            sentence, thing, "measure", draft.rule_id, status=status, modality=draft.modality, score=NEW_RESTRICTION_SCORE
        )


def find_approved(sentence: MarkedSentence, approval: Mark) -> Mark | None:
    """Return the restriction that an approval is for: `approval for a duty on tea`.

    It is at most `APPROVED_REACH` words after the approval, and `for`, `of` or `to` but no verb of the lexicon is between them.
    """
    if approval.readings[0].entry["id"] != "approval":
        return None
    things = (mark for mark in sentence.marks_of("object") if approval.last < mark.first <= approval.last + APPROVED_REACH)
    thing = next(things, None)
    if thing is None or class_of(thing) != "restriction":
        return None
    is_joined = {"for", "of", "to"} & set(sentence.words_between(approval.last + 1, thing.first))
    has_verb = any(approval.last < verb.first < thing.first for verb in sentence.marks_of("verb", "act"))
    return thing if is_joined and not has_verb else None


def find_joined_probes(sentence: MarkedSentence, acts: Sequence[Act], used: set[int]) -> Iterable[Act]:
    """Find inquiries that a verb announces next to its restriction.

    Example: `announced duties on tin, a probe of a Canadian bank and ...`. Between the restriction of a measure (`acts`) and the inquiry is
    a comma or `and`, and no verb of the lexicon. A word such as `into` directly follows the inquiry, or a name precedes it (`Minera
    probe`). Objects whose position is in `used` are acts already.
    """
    done = [act for act in acts if act.kind == "measure" and act.modality == "asserted" and act.thing is not None]
    for thing in sentence.marks_of("object"):
        act = next((act for act in done if thing.first not in used and _is_joined(sentence, act, thing)), None)
        if class_of(thing) == "probe" and act is not None:
            used.add(thing.first)
            yield replace(
                act,
                kind="investigation",
                rule_id="joined.probe.firm" if thing.readings[0].entry.get("of_firm") else "joined.probe",
                focus=thing.last,
                instrument=str(thing.readings[0].entry["instrument"]),
                status="announced",
                words=matched_words(sentence, thing),
                thing=thing.first,
            )


def find_paused_quarrels(sentence: MarkedSentence) -> Iterable[Act]:
    """Find quarrels that somebody puts on hold: `puts its trade war with Peru on hold`.

    A form of `put` is up to `PUT_REACH` words before the quarrel. Fears of one (`trade war fears`) do not count.
    """
    for thing in sentence.marks_of("object"):
        before = range(max(thing.first - PUT_REACH, 0), thing.first)
        verb = next((at for at in before if sentence.tokens[at].lower in {"put", "puts", "putting"}), None)
        if thing.readings[0].entry["id"] == "quarrel" and verb is not None and is_on_hold(sentence, thing):
            act = build_object_act(sentence, thing, "easing", f"hold.quarrel{SURE_SIGN}", status="suspended", score=PAUSED_SCORE)
            yield replace(act, anchor=verb)


def find_hoped_calm(sentence: MarkedSentence) -> Iterable[Act]:
    """Find the hope that a quarrel ends, as talk of one side.

    Example: `expects the trade war with Peru to ease`.
    """
    hope = HOPE_FOR_CALM.search(sentence.text)
    thing = next((mark for mark in sentence.marks_of("object") if mark.readings[0].entry["id"] == "quarrel"), None)
    if hope and thing:
        yield build_object_act(sentence, thing, "dialogue", f"hope.quarrel{SURE_SIGN}", score=PAUSED_SCORE)


def _is_joined(sentence: MarkedSentence, act: Act, probe: Mark) -> bool:
    """Whether an inquiry (`probe`) is announced next to an act."""
    start = max(act.anchor, act.thing or 0) + 1
    between = sentence.words_between(start, probe.first)
    joints = [at for at, word in enumerate(between) if word in {",", "and"}]
    if not joints or any(start <= verb.first < probe.first for verb in sentence.marks_of("verb", "operator")):
        return False
    is_named = sentence.tokens[probe.first - 1].text[0].isupper() and not sentence.title_words
    is_about = is_named or not _ABOUT.isdisjoint(sentence.words_between(probe.last + 1, probe.last + 2))
    return is_about and cues("governed").isdisjoint(between[joints[-1] :])


def _has_target(sentence: MarkedSentence, thing: Mark) -> bool:
    """Whether `on`, `against` or `for` and soon a country follow the object.

    The preposition follows directly, and a country begins at most `TARGET_REACH` words after the object.
    """
    after = sentence.words_between(thing.last + 1, thing.last + 2)
    return bool(set(after) & {"on", "against", "for"}) and any(
        thing.last < first <= thing.last + TARGET_REACH for first, _ in sentence.mention_spans
    )


def is_decided(sentence: MarkedSentence, noun: Mark) -> bool:
    """Whether a noun is the object of a verb of deciding: `ordered a sharp increase`.

    Verbs of deciding are those that can also impose restrictions. The verb is at most `DECIDER_REACH` words before the noun.
    """
    near = [mark for mark in sentence.marks_of("verb") if noun.first - DECIDER_REACH <= mark.last < noun.first]
    return any(p.entry["direction"] == "up" and "restriction" in p.entry["takes"] for mark in near for p in mark.readings)


def is_topic_of_talks(sentence: MarkedSentence, thing: Mark) -> bool:
    """Whether an object is what talks before it are about.

    Example: `talks with Peru on tariffs begin`. Both are in one clause.
    """
    start, _ = sentence.clause_bounds(thing.first)
    return not {"consultations", "discussions", "negotiations", "talks"}.isdisjoint(sentence.words_between(start, thing.first))


def is_object_negated(sentence: MarkedSentence, verb: Mark, thing: Mark | None) -> bool:
    """Whether the object is denied instead of the verb.

    Examples: `announced no change in any tariff`, `imposed no new duties`, `no new talks are planned`. The word `no` directly follows the
    verb, or opens the noun phrase of an object that precedes the verb. False without an object.
    """
    if thing is None:
        return False
    if thing.first < verb.first:
        return sentence.has_no(thing.first)
    return sentence.words_between(verb.last + 1, thing.first)[:1] == ["no"]
