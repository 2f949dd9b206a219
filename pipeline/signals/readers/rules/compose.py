"""What kind of signal the marked words make together: direction of the verb and sign of the object, turned by the operators before it.

Belongs here: acts that have a verb and an object, and whether an act is background. Does not: tables of kinds (`grammar.py`),
acts without an object (`bare.py`), who and to whom (`roles.py`), numbers (`slots.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.bare import alone, named_talks, standing
from pipeline.signals.readers.rules.grammar import (
    CLASSES,
    CONCEDING,
    ESCALATING,
    TURNS,
    Act,
    Turning,
    class_of,
    governing,
    matched_words,
    status_of,
)
from pipeline.signals.readers.rules.matching import Mark, Marked
from pipeline.signals.readers.rules.nominal import fresh, is_owned
from pipeline.signals.readers.rules.vocabulary import Phrase

REACH = 12
PARTNER_REACH = 7
SCORE, TURNED_SCORE, PROSPECT_SCORE = 0.6, 0.65, 0.5


class _Chosen(NamedTuple):
    """By which of its entries a verb has an object, the object (None where the verb carries it within), and the kind of the two."""

    phrase: Phrase
    thing: Mark | None
    kind: str


def acts(sentence: Marked) -> list[Act]:
    """Every act of a sentence, in the order of its words."""
    taken: set[int] = set()
    found = [*_verb_acts(sentence, taken), *alone(sentence, taken)]
    found += fresh(sentence, taken)
    if not any(act.modality == "asserted" for act in found):
        found += named_talks(sentence, taken)
    found += standing(sentence, taken)
    return sorted(
        (_in_time(sentence, _conditional(sentence, _tied(sentence, act))) for act in found),
        key=lambda act: (act.anchor, act.focus, act.kind),
    )


def _verb_acts(sentence: Marked, taken: set[int]) -> Iterable[Act]:
    """Acts of verbs with their objects; adds the words that they use up to `taken`."""
    objects = sentence.of("object")
    for verb in sentence.of("verb", "act"):
        chosen = _object_of(sentence, verb, objects)
        if chosen is None or _is_stopped(sentence, verb):
            continue
        operators = governing(sentence, verb.first)
        is_wish = (verb.group == "act" and not is_owned(sentence, verb)) or chosen.phrase.entry.get("wished")
        if is_wish and not any(class_of(operator) in TURNS for operator in operators):
            continue  # "the removal of tariffs" is an act only where someone demands, offers or refuses it
        act = _turned(sentence, verb, chosen, operators)
        if act is not None:
            taken.update(operator.first for operator in operators)
            if chosen.thing is not None:
                taken.add(chosen.thing.first)
            yield act


def _is_stopped(sentence: Marked, verb: Mark) -> bool:
    """`stop buying`: the act is the stopping."""
    return verb.form == "ing" and any(
        mark.last == verb.first - 1 and any(phrase.entry["direction"] == "down" for phrase in mark.readings) for mark in sentence.of("verb")
    )


def _object_of(sentence: Marked, verb: Mark, objects: list[Mark]) -> _Chosen | None:
    """The first object that suits the verb, nearest first."""
    carried = [phrase for phrase in verb.readings if "self" in phrase.entry]
    if carried and _names_someone(sentence, verb):
        entry = carried[0].entry
        is_probe = entry["self"] == "investigation"
        return _Chosen(carried[0], None, "investigation" if is_probe else CLASSES[entry["direction"], "restriction"])
    for thing in _within_reach(sentence, verb, objects):
        for phrase in verb.readings:
            kind = _kind_of(sentence, verb, phrase, thing)
            if kind is not None:
                return _Chosen(phrase, thing, kind)
    return None


def _kind_of(sentence: Marked, verb: Mark, phrase: Phrase, thing: Mark) -> str | None:
    object_class = class_of(thing)
    if object_class not in phrase.entry.get("takes", ()):
        return None
    if object_class in {"goods", "market", "quarrel"} and not _names_someone(sentence, verb):
        return None
    if phrase.entry["id"] == "bar" and "from" in sentence.words_between(verb.last, thing.first):
        return None  # to bar someone from evading tariffs eases nothing
    direction = "down" if _is_put_off(sentence, thing) else phrase.entry["direction"]
    return CLASSES.get((direction, phrase.entry.get("as", object_class)))


def _is_put_off(sentence: Marked, thing: Mark) -> bool:
    """`puts tariffs on Japan on hold`: the last words say that less is done."""
    after = sentence.words_between(thing.last + 1, sentence.clause(thing.first)[1])
    return any(pair in {("on", "hold"), ("on", "ice")} for pair in pairwise(after))


def _within_reach(sentence: Marked, verb: Mark, objects: list[Mark]) -> list[Mark]:
    """Objects that the verb may govern: those after it, nearest first; before it for passives and verbs whose subject is the act."""
    start, _ = sentence.clause(verb.first)
    before = [o for o in reversed(objects) if start <= o.first and o.last < verb.first and verb.first - o.last <= REACH]
    if all(phrase.entry.get("subject") for phrase in verb.readings):
        return before
    after = [o for o in objects if verb.last < o.first <= verb.last + REACH and not _is_cut_off(sentence, verb.last, o.first)]
    return [*before, *after] if _is_passive(sentence, verb) else after


def _is_passive(sentence: Marked, verb: Mark) -> bool:
    if verb.form not in {"pp", "both", "any"}:
        return False
    after = sentence.words_between(verb.last + 1, verb.last + 2)
    return bool(cues("be") & set(sentence.words_between(verb.first - 3, verb.first))) or bool({"by", "on", "against"} & set(after))


def _is_cut_off(sentence: Marked, first: int, last: int) -> bool:
    starts = [start for start in sentence.clause_starts if first < start <= last]
    return bool(cues("hard") & set(sentence.words_between(first + 1, last))) or any(
        sentence.tokens[start].lower not in {"and", "or"} for start in starts
    )


def _names_someone(sentence: Marked, verb: Mark) -> bool:
    return any(verb.last < first <= verb.last + PARTNER_REACH for first, _ in sentence.places) or (
        _is_passive(sentence, verb) and any(last < verb.first for _, last in sentence.places)
    )


def _turned(sentence: Marked, verb: Mark, chosen: _Chosen, operators: list[Mark]) -> Act | None:
    entry, thing, kind = chosen.phrase.entry, chosen.thing, chosen.kind
    rule_id, score = f"{entry['id']}.{class_of(thing) if thing else entry['self']}", SCORE
    if kind == "agreement" and _is_prospect(sentence, verb, operators):
        kind, rule_id, score = "dialogue", f"prospect.{rule_id}", PROSPECT_SCORE
    turning = Turning(kind, kind, verb.first, rule_id)
    for operator in operators:
        turning.apply(sentence, operator)
    if turning.kind is None:
        return None
    is_turned = turning.anchor != verb.first
    return Act(
        kind=turning.kind,
        rule_id=turning.rule_id,
        anchor=turning.anchor,
        focus=turning.anchor if turning.kind == "demand" and is_turned else verb.last,
        instrument=str(thing.readings[0].entry["instrument"] if thing else entry["self"]),
        status=status_of(sentence, turning.kind, str(entry["status"]), verb.first),
        modality="negated" if turning.modality == "asserted" and _has_no_object(sentence, verb, thing) else turning.modality,
        score=TURNED_SCORE if is_turned else score,
        mutual=_is_mutual(sentence, turning.kind, entry),
        words=matched_words(sentence, verb, thing, *operators),
        thing=thing.first if thing else None,
    )


def _has_no_object(sentence: Marked, verb: Mark, thing: Mark | None) -> bool:
    """`announced no change in any tariff`, `imposed no new duties`: the object is denied, not the verb."""
    return thing is not None and sentence.words_between(verb.last + 1, thing.first)[:1] == ["no"]


def _is_mutual(sentence: Marked, kind: str, entry: Mapping[str, Any]) -> bool:
    """Agreements go both ways, and so do talks, unless they are one side's words or wish."""
    if kind == "dialogue" and entry["id"] == "sign":
        return not cues("speech") & set(sentence.words_between(0, len(sentence.tokens)))
    return kind in {"agreement", "dialogue"} and not entry.get("one_way")


def _is_prospect(sentence: Marked, verb: Mark, operators: list[Mark]) -> bool:
    """A deal that is hoped for or near is talk, not yet an agreement."""
    before = set(sentence.words_between(verb.first - 5, verb.first))
    return verb.form == "ing" or bool(cues("prospect") & before) or any(class_of(o) == "threaten" for o in operators)


def _conditional(sentence: Marked, act: Act) -> Act:
    """What a state will do if another does something is a threat, however sure it sounds."""
    if act.kind != "measure" or act.modality not in {"asserted", "hypothetical"}:
        return act
    start, end = sentence.clause(act.anchor)
    before = sentence.words_between(max(start, act.anchor - 6), act.anchor + 1)
    is_future = bool(cues("resolve") & set(before)) or _is_bound_to(before[:-1])
    openers = [at for at in sentence.clause_starts if sentence.tokens[at].lower in cues("provisos") and not start <= at < end]
    if not is_future or not openers or cues("forecasters") & set(sentence.words_between(0, len(sentence.tokens))):
        return act
    return replace(act, kind="threat", status="proposed", modality="asserted", rule_id=f"if.{act.rule_id}")


def _is_bound_to(words: Sequence[str]) -> bool:
    """Words before a verb that end in `have to` or `need to`."""
    return len(words) > 1 and words[-1] == "to" and words[-2] in cues("obligations")


def _tied(sentence: Marked, act: Act) -> Act:
    """`will not move unless the other side lifts its duties`: the other's concession is what a refusal waits for."""
    start, _ = sentence.clause(act.anchor)
    if act.kind not in CONCEDING or sentence.tokens[start].lower not in cues("until"):
        return act
    denials = [mark for mark in sentence.of("operator") if class_of(mark) in {"negate", "refuse"} and mark.last < start]
    if not denials or denials[-1].last + 1 >= start:
        return act
    at = denials[-1].last + 1
    return replace(
        act,
        kind="refusal",
        status="proposed",
        modality="asserted",
        rule_id=f"unless.{act.rule_id}",
        anchor=at,
        focus=at,
        mutual=False,
        thing=None,
    )


def _in_time(sentence: Marked, act: Act) -> Act:
    """Background where the clause says so: an adverb of the past, a past perfect, a clause of "after" or "since"."""
    if act.modality != "asserted":
        return act
    if sentence.text.rstrip().endswith("?"):
        return replace(act, modality="hypothetical")
    start, end = sentence.clause(act.anchor)
    opener = sentence.tokens[start].lower
    is_answered = opener in {"since", "following", "after"} and act.kind in ESCALATING | CONCEDING and not sentence.is_market_report(start)
    is_dated = any(class_of(mark) == "historical" and start <= mark.first < end for mark in sentence.of("operator"))
    near = sentence.words_between(act.anchor - 9, act.anchor)
    is_past_perfect = "had" in near[-3:] and not cues("reporting") & set(near)
    if is_answered or is_dated or is_past_perfect:
        return replace(act, modality="historical")
    dreads = {at for thing in sentence.of("object") for at in range(thing.first, thing.last + 1)}  # trade war fears are no forecast
    said = {word.lower for at, word in enumerate(sentence.tokens[start:end], start) if at not in dreads}
    if opener in cues("conditions") or cues("forecasters") & said:
        return replace(act, modality="hypothetical")
    return act
