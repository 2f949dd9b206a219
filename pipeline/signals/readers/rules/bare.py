"""Acts without a verb and object of their own: an accusation, a threat or a refusal by itself, talks and tariffs that are only named.

Belongs here: the weaker rules, each asking for less. Does not: verbs with objects (`compose.py`).
"""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from pipeline.contracts.vocabulary import STATUS_OF_WORDS
from pipeline.signals.context import PAIR_SIZE
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.grammar import Act, Turning, class_of, governing, matched_words, status_of
from pipeline.signals.readers.rules.matching import Mark, Marked

MATTER_REACH = 10
TIE_REACH = 8
OWNER_REACH = 4
# what a threat or an offer without a verb of its own must be about
ALONE_TAKES = MappingProxyType({"threaten": frozenset({"restriction"}), "offer": frozenset({"concession", "market"})})
ALONE_SCORE, NAMED_SCORE, STANDING_SCORE = 0.45, 0.35, 0.4


def alone(sentence: Marked, taken: set[int]) -> Iterable[Act]:
    """Operators that are a signal by themselves: accuse, retaliate, reject, meet, and threats or demands without a known act."""
    trade = [thing for thing in sentence.of("object") if class_of(thing) != "goods"]
    accusers = [
        o for o in sentence.of("operator", "operator_noun") if class_of(o) == "accuse" and not o.readings[0].entry.get("of_subject")
    ]
    for operator in sentence.of("operator", "operator_noun"):
        if operator.readings[0].entry.get("of_subject") and any(o.first < operator.first for o in accusers):
            continue  # what is someone accused of is told by the accusation
        if operator.first not in taken and _can_stand(operator) and _has_matter(sentence, operator, trade):
            act = _alone(sentence, operator, trade)
            if act is not None:
                yield act


def _can_stand(operator: Mark) -> bool:
    if "alone" not in operator.readings[0].entry:
        return False
    if operator.group == "operator_noun":
        return class_of(operator) in {"refuse", "threaten", "demand"}  # China's reluctance, a threat of tariffs
    return any(phrase.is_standalone for phrase in operator.readings)


def _has_matter(sentence: Marked, operator: Mark, trade: Sequence[Mark]) -> bool:
    """Whether what the operator needs is there: anywhere for an accusation, just after it for the others."""
    name = class_of(operator)
    if not operator.readings[0].entry["needs"]:
        return True
    if name == "accuse":
        return bool(trade) or bool(cues("deeds") & set(sentence.words_between(0, len(sentence.tokens))))
    if name == "meet":
        is_trade = bool(trade) or bool(cues("trade_words") & set(sentence.words_between(0, len(sentence.tokens))))
        return is_trade and len({mention.code for mention in sentence.mentions if mention.is_actor}) >= PAIR_SIZE
    if name == "tie" and (operator.form != "both" or "to" not in sentence.words_between(operator.last, operator.last + TIE_REACH)):
        return False
    near = [thing for thing in trade if operator.last < thing.first <= operator.last + MATTER_REACH]
    if operator.group == "operator_noun":  # a tariff threat
        near += [thing for thing in trade if thing.last == operator.first - 1]
    return any(class_of(thing) in ALONE_TAKES.get(name, {class_of(thing)}) for thing in near)


def _alone(sentence: Marked, operator: Mark, trade: Sequence[Mark]) -> Act | None:
    entry = operator.readings[0].entry
    base = str(entry["alone"])
    turning = Turning(base, base, operator.first, f"{entry['id']}.alone")
    for governor in governing(sentence, operator.first):
        # words about words ("threatened to reject") keep their first meaning; only deeds and talks are turned
        if base in {"measure", "dialogue"} or class_of(governor) in {"negate", "hypothetical"}:
            turning.apply(sentence, governor)
    if turning.kind is None:
        return None
    thing = min(trade, key=lambda mark: (abs(mark.first - operator.first), mark.first), default=None)
    return Act(
        kind=turning.kind,
        rule_id=turning.rule_id,
        anchor=turning.anchor,
        focus=operator.last,
        instrument=str(thing.readings[0].entry["instrument"]) if thing else "other",
        status=STATUS_OF_WORDS.get(turning.kind) or status_of(sentence, turning.kind, "announced", operator.first),
        modality=turning.modality,
        score=ALONE_SCORE,
        mutual=turning.kind in {"dialogue", "agreement"},
        words=matched_words(sentence, operator, thing),
        thing=operator.first if operator.group == "operator_noun" else None,
    )


def named_talks(sentence: Marked, taken: set[int]) -> Iterable[Act]:
    """Talks or a deal named without a verb of their own: `trade talks between A and B`. One side's words about them go one way."""
    if cues("markets") & set(sentence.words_between(0, len(sentence.tokens))):
        return  # the hope of markets
    things = sentence.of("object")
    is_trade = any(class_of(thing) in {"restriction", "conflict", "quarrel"} for thing in things)
    is_pair = len({mention.code for mention in sentence.mentions}) >= PAIR_SIZE
    for thing in things:
        if class_of(thing) not in {"talks", "deal"} or thing.first in taken:
            continue
        entry = thing.readings[0].entry
        is_known = class_of(thing) == "talks" and sentence.tokens[thing.first - 1].lower == "the" and bool(sentence.mentions)
        if is_known or (is_pair and (is_trade or entry.get("gate"))):
            is_spoken = bool(cues("speech") & set(sentence.words_between(0, len(sentence.tokens))))
            rule_id = f"{'spoken' if is_spoken else 'named'}.{class_of(thing)}"
            yield _named(sentence, thing, "dialogue", rule_id, modality="asserted", score=NAMED_SCORE, mutual=not is_spoken)
            return


def standing(sentence: Marked, taken: set[int]) -> Iterable[Act]:
    """A restriction that is only named as being there (`U.S. tariffs on Chinese goods`): background, kept as historical."""
    for thing in sentence.of("object"):
        entry = thing.readings[0].entry
        if class_of(thing) != "restriction" or thing.first in taken or entry["id"] == "restriction":
            continue
        if any(
            thing.first - OWNER_REACH <= last < thing.first and not cues("governed") & set(sentence.words_between(last + 1, thing.first))
            for _, last in sentence.places
        ):
            yield _named(sentence, thing, "measure", "standing.restriction", modality="historical", score=STANDING_SCORE, mutual=False)


def _named(sentence: Marked, thing: Mark, kind: str, rule_id: str, *, modality: str, score: float, mutual: bool) -> Act:
    return Act(
        kind=kind,
        rule_id=rule_id,
        anchor=thing.first,
        focus=thing.last,
        instrument=str(thing.readings[0].entry["instrument"]),
        status="effective",
        modality=modality,
        score=score,
        mutual=mutual,
        words=matched_words(sentence, thing),
        thing=thing.first,
    )
