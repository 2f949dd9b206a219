"""Acts of a verb and its object.

The verb's direction and the object's class give a kind, which operators change. Other acts are in `bare.py` and `nominal.py`, tables of
kinds in `grammar.py`, actors and targets in `roles.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from pipeline.signals.lexicon import cues
from pipeline.signals.reader import SURE_SIGN
from pipeline.signals.readers.rules import rates, talks
from pipeline.signals.readers.rules.adjust import adjust
from pipeline.signals.readers.rules.bare import find_effects, find_existing_restrictions, find_named_talks, find_operator_acts
from pipeline.signals.readers.rules.grammar import (
    ESCALATING,
    KINDS,
    OPERATOR_EFFECTS,
    UNDOING,
    Act,
    DraftAct,
    class_of,
    governing_operators,
    is_clause_subject,
    is_cut_off,
    is_on_hold,
    is_only_named,
    is_stopped,
    matched_words,
    status_of,
)
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.nominal import (
    find_approved,
    find_hoped_calm,
    find_joined_probes,
    find_new_restrictions,
    find_paused_quarrels,
    is_decided,
    is_object_negated,
    is_topic_of_talks,
)
from pipeline.signals.readers.rules.pairs import find_meant_objects, find_possessor
from pipeline.signals.readers.rules.phrases import Phrase
from pipeline.signals.readers.rules.rulings import find_rulings
from pipeline.signals.readers.rules.shipments import find_shipments

# Reaches are numbers of words.
OBJECT_REACH, SUBJECT_REACH = 12, 18
COUNTRY_REACH, SUSPENSION_REACH = 7, 5
WILL_REACH, PLAN_REACH = 3, 2
SCORE, CHANGED_SCORE, PROSPECT_SCORE = 0.6, 0.65, 0.5


class _Predicate(NamedTuple):
    """A verb and its object, with their kind of act.

    `phrase`: the lexicon entry that gives the verb its meaning here; `thing`: the object, None if the verb contains it (`sanctions Iran`).
    `undone`: if this verb only puts off or gives up another act (`delays the cut in tariffs`), the verb of that act (`_find_inner`).
    """

    phrase: Phrase
    thing: Mark | None
    kind: str
    undone: Mark | None = None


def find_acts(sentence: MarkedSentence) -> list[Act]:
    """Find every act of a sentence, in the order of its words.

    The rules are tried in this order: verbs with objects, operators alone (`accuses`), new restrictions (`new tariffs on steel`), talks
    without a verb (only if no act so far is asserted or a dialogue), existing restrictions, effects of restrictions (`tariffs threaten
    carmakers`), rulings. What verbs and new restrictions use, only the last two use again. `adjust` then changes kinds and modalities.
    """
    used: set[int] = set()
    acts = [*_find_verb_acts(sentence, used), *find_operator_acts(sentence, used)]
    acts += [*find_new_restrictions(sentence, used), *find_paused_quarrels(sentence), *find_joined_probes(sentence, acts, used)]
    if not any(act.modality == "asserted" or act.kind == "dialogue" for act in acts):
        acts += find_named_talks(sentence, used)
    acts += [*find_existing_restrictions(sentence, used), *find_effects(sentence), *find_shipments(sentence)]
    acts += [*find_rulings(sentence), *find_hoped_calm(sentence)]
    return sorted(adjust(sentence, acts), key=lambda act: (act.anchor, act.focus, act.kind))


def _find_verb_acts(sentence: MarkedSentence, used: set[int]) -> Iterable[Act]:
    """Find acts of verbs with their objects, such as `raises tariffs`.

    A noun such as `removal` counts only if a country owns it (`China's removal of tariffs`), an operator changes it (`demands the removal`)
    or, if it is a purchase, a verb decides it (`orders an increase in imports`); a verb with `wished` in the lexicon only if an operator
    changes it. What just stays in place, unwilled (`_is_willed`), is a historical measure. What another verb undoes is no act. Positions
    of words in acts, such as the first of each operator and object, are added to `used` in place.
    """
    objects = sentence.marks_of("object")
    chosen = [(verb, _choose_object(sentence, verb, objects)) for verb in sentence.marks_of("verb", "act")]
    undone = [predicate.undone for _, predicate in chosen if predicate and predicate.undone]
    for verb, predicate in chosen:
        if predicate is None or verb in undone or is_stopped(sentence, verb) or _is_of_nearer_verb(sentence, verb, predicate):
            continue
        inner = _inner_words(verb, predicate)
        operators = [operator for operator in governing_operators(sentence, verb.first) if operator.first not in inner]
        is_background = predicate.phrase.entry.get("willed") and not _is_willed(sentence, verb)  # duties remain in place
        is_done = find_possessor(sentence, verb.first) is not None or (predicate.kind == "purchase" and is_decided(sentence, verb))
        needs_operator = (verb.category == "act" and not is_done) or predicate.phrase.entry.get("wished")
        if needs_operator and not any(class_of(one) in OPERATOR_EFFECTS or sentence.is_declined(one) for one in operators):
            continue  # `the removal of tariffs` is an act only if demanded, offered or refused
        act = _build_act(sentence, verb, predicate, operators)
        if is_background and act is not None:
            act = replace(act, kind="measure", rule_id="remain.restriction", status="effective", modality="historical")
        if act is not None:
            used.update(inner, (operator.first for operator in operators))
            if act.rule_id.startswith("proposed.") and predicate.thing is not None:
                used.update(range(verb.last + 1, predicate.thing.first))
            if predicate.thing is not None:
                used.add(predicate.thing.first)
            yield act


def _inner_words(verb: Mark, predicate: _Predicate) -> range:
    """Return the positions of words that belong to what a verb undoes.

    They are those between verb and object or, in a passive (`a plan to cut duties was dropped`), those from `plan` to before the object.
    """
    if predicate.undone is None or predicate.thing is None:
        return range(0)
    start = verb.last + 1 if verb.last < predicate.thing.first else predicate.undone.first - PLAN_REACH
    return range(start, predicate.thing.first)


def _is_willed(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether the verb is intended: `will stay`, `insists the duties stay`.

    In its clause, a word such as `will` is at most `WILL_REACH` words before it, or a form of `insist` anywhere before it.
    """
    start, _ = sentence.clause_bounds(verb.first)
    near = set(sentence.words_between(max(start, verb.first - WILL_REACH), verb.first))
    return bool(cues("resolve") & near) or any(
        start <= mark.first < verb.first and mark.readings[0].words[0].startswith("insist") for mark in sentence.marks_of("operator")
    )


def _is_of_nearer_verb(sentence: MarkedSentence, verb: Mark, predicate: _Predicate) -> bool:
    """Whether another verb governs the object of a measure or investigation.

    Examples: `announced that it would suspend the duties`, `approved the removal of duties`. The other verb, or noun of a verb, is between
    the verb and its object, and can take the object too. In addition, an operator such as `threatens to` is between the verbs, or the other
    verb makes another kind of act and no word of the list `coordinators` (`,`, `and`), except `the` before a noun or -ing, is between them.
    """
    thing = predicate.thing
    if thing is None or thing.first < verb.first or predicate.kind not in ESCALATING:
        return False
    if is_clause_subject(sentence, verb, thing):
        return True
    operators = sentence.marks_of("operator")
    for other in sentence.marks_of("verb", *(() if _is_suspended(sentence, verb, thing) else ("act",))):
        if not verb.last < other.first <= other.last < thing.first:
            continue
        kinds = {_kind_of(sentence, other, phrase, thing) for phrase in other.readings} - {None}
        if kinds and any(verb.last < operator.first < other.first and class_of(operator) in OPERATOR_EFFECTS for operator in operators):
            return True  # attacks Japan and threatens to impose tariffs
        joined = cues("coordinators") - ({"the"} if other.category == "act" or other.form == "ing" else set())
        if kinds - {predicate.kind} and not joined & set(sentence.words_between(verb.last + 1, other.first)):
            return True
    return False


def _choose_object(sentence: MarkedSentence, verb: Mark, objects: list[Mark]) -> _Predicate | None:
    """Choose the nearest object that the lexicon lets a verb take.

    A verb with several entries (`lift`) takes the objects of each. A verb that contains its object (`sanction`) needs only a country
    nearby; `take` also needs a level (`takes China to 125 percent`), `raise` one of the country itself (`raises China's rate to 125
    percent`), and `face` only a rate (`faces 24 percent`). Other objects are then ignored. None if no object fits, or one of another policy
    (`migration controls`) comes first.
    """
    own = [phrase for phrase in verb.readings if "self" in phrase.entry and _contains_object(sentence, verb, phrase)]
    is_borne = any(phrase.entry.get("borne") for phrase in own)
    if own and (rates.bears_rate(sentence, verb) if is_borne else _has_country_nearby(sentence, verb)):
        is_probe = own[0].entry["self"] == "investigation"
        return _Predicate(own[0], None, "investigation" if is_probe else KINDS[own[0].entry["direction"], "restriction"])
    is_mixed = len({bool(phrase.entry.get("subject")) for phrase in verb.readings}) > 1
    for thing in _objects_in_reach(sentence, verb, objects):
        if cues("other_policy") & set(sentence.words_between(thing.first - 1, thing.first)):
            return None  # tighten migration controls
        is_subject = thing.last < verb.first and not _is_passive(sentence, verb)
        for phrase in sorted(verb.readings, key=lambda phrase: bool(phrase.entry.get("subject"))):
            if is_subject and is_mixed and not phrase.entry.get("subject"):
                continue  # nobody starts the duty in `the duty starts on Monday`
            kind = _kind_of(sentence, verb, phrase, thing)
            if kind is None or (phrase.entry.get("subject") and is_topic_of_talks(sentence, thing)):
                continue
            inner = _find_inner(sentence, verb, thing)
            if phrase.entry.get("gains") and class_of(thing) == "restriction":
                is_relief = (inner and inner[1] == "easing") or _is_suspended(sentence, verb, thing)
                return _Predicate(phrase, thing, "easing") if is_relief else None
            if inner and phrase.entry.get("undoes"):
                return _Predicate(phrase, thing, UNDOING.get(inner[1], kind), inner[0])
            if inner and phrase.entry.get("begins") and inner[1] != kind:
                continue  # what begins is the inner act
            return _Predicate(phrase, thing, kind)
    return None


def _contains_object(sentence: MarkedSentence, verb: Mark, phrase: Phrase) -> bool:
    """Whether a verb that may contain its object does so here."""
    if phrase.entry.get("of_country"):
        return rates.raises_country(sentence, verb)
    return not phrase.entry.get("level") or rates.names_level(sentence, verb)


def _find_inner(sentence: MarkedSentence, verb: Mark, thing: Mark) -> tuple[Mark, str] | None:
    """Return the nearer verb of an object, and its kind of act.

    Examples: `delays the removal of tariffs`, `wins a cut in tariffs`, `a plan to cut tariffs was dropped`. It is a noun of a verb, an
    infinitive or a form in `-ing`, precedes the object, and takes the object too. There is no comma, `and`, `or`, `but`, demand, refusal or
    accusation between it and the verb or object (`drops its demand to cut tariffs` gives up no cut). None if there is no such verb, or the
    object is suspended (`_is_suspended`).
    """
    if _is_suspended(sentence, verb, thing):
        return None
    start = verb.last + 1 if verb.last < thing.first else sentence.clause_bounds(thing.first)[0]
    for other in sentence.marks_of("verb", "act"):
        # In `pulls out of the suspension agreement` nothing is suspended.
        is_named = other.last + 1 < thing.first if other.category == "act" else other.form in {"base", "any", "ing"}
        if not (is_named and start <= other.first <= other.last < thing.first):
            continue
        first = min(verb.last, other.last) + 1
        kinds = [kind for phrase in other.readings if (kind := _kind_of(sentence, other, phrase, thing))]
        is_opposed = any(
            first <= operator.first < thing.first and class_of(operator) in {"demand", "refuse", "accuse"}
            for operator in sentence.marks_of("operator", "operator_noun")
        )
        if kinds and not is_opposed and not {",", "and", "or", "but"} & set(sentence.words_between(first, thing.first)):
            return other, kinds[0]
    return None


def _kind_of(sentence: MarkedSentence, verb: Mark, phrase: Phrase, thing: Mark) -> str | None:
    """Return the kind of act that a verb and an object make.

    `phrase`: one of the verb's lexicon entries. None if it takes no such object, or the words mean something else here.
    """
    object_class = "approval" if _is_suspended(sentence, verb, thing) else class_of(thing)
    if object_class not in phrase.entry.get("takes", ()):
        return None
    if object_class in {"goods", "market", "quarrel", "shelf"} and not _has_country_nearby(sentence, verb):
        return None
    directions = {reading.entry["direction"] for reading in verb.readings if object_class in reading.entry.get("takes", ())}
    if len(directions) > 1 and (phrase.entry["direction"] == "up") != rates.names_level(sentence, thing):
        return None  # to lift a duty ends it; to lift it to 84 percent raises it
    if _has_other_meaning(sentence, verb, phrase, thing):
        return None
    if _is_resized_quota(verb, thing):
        object_class = "approval"
    direction = "down" if is_on_hold(sentence, thing) else phrase.entry["direction"]
    return KINDS.get((direction, phrase.entry.get("as", object_class)))


def _has_other_meaning(sentence: MarkedSentence, verb: Mark, phrase: Phrase, thing: Mark) -> bool:
    """Whether other words give a verb with its object another meaning.

    `phrase`: one of the verb's lexicon entries; `thing`: the object. True for `quit the EU for a deal`, `raise concerns over a duty`, `bar
    someone from evading tariffs`, `announce measures to expand imports`, `increase to 25 percent`, `goods made in`, `approval for a duty`.
    """
    if sentence.tokens[thing.first].lower == "measures" and sentence.words_between(thing.last + 1, thing.last + 2) == ["to"]:
        after = [mark for mark in sentence.marks_of("object") if mark.first > thing.last]  # not itself: `measures to take effect`
        aim = next((_choose_object(sentence, mark, after) for mark in sentence.marks_of("verb") if mark.first == thing.last + 2), None)
        return aim is not None and aim.kind not in ESCALATING
    if find_approved(sentence, thing) or (phrase.entry["id"] == "over" and not talks.are_over(sentence.text)):
        return True
    between = set(sentence.words_between(verb.last + 1, thing.first))
    prepositions = {("deal", "down"): "for", ("trade", "up"): "on", ("approval", "up"): "at"}
    if prepositions.get((class_of(thing), phrase.entry["direction"])) in between:
        return True
    if class_of(thing) == "goods":
        is_origin = sentence.words_between(verb.first, verb.last + 2) == ["made", "in"]
        restrictions = (mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction")
        return is_origin or any(verb.last < mark.first < thing.first for mark in restrictions)
    return (phrase.entry["direction"] == "up" and bool(cues("complaints") & between)) or (phrase.entry["id"] == "bar" and "from" in between)


def _is_suspended(sentence: MarkedSentence, verb: Mark, thing: Mark) -> bool:
    """Whether the object is already suspended: `the suspension of earlier tariffs`.

    To end the suspension is no relief, so `_kind_of` gives the suspended restriction the class `approval`, whose end is a measure.
    """
    start, _ = sentence.clause_bounds(thing.first)
    own_word = verb.last + 1 if verb.last < thing.first else 0  # `a pause on duties` may be the act
    before = sentence.words_between(max(start, own_word, thing.first - SUSPENSION_REACH), thing.first)
    return class_of(thing) == "restriction" and any(
        noun.removesuffix("s") in cues("suspensions") and preposition in {"of", "on", "in", "from", "for"}
        for noun, preposition in pairwise(before)
    )


def _is_resized_quota(verb: Mark, thing: Mark) -> bool:
    """Whether a verb changes how much a quota lets pass.

    Example: `halved its quota`. To cut a quota restricts trade.
    """
    return bool(thing.readings[0].entry.get("is_amount")) and verb.readings[0].words[0] in cues("resizing")


def _objects_in_reach(sentence: MarkedSentence, verb: Mark, objects: list[Mark]) -> list[Mark]:
    """Return the objects that a verb may govern, in order of preference.

    They follow the verb, the nearest first. For passives those before it, the nearest first, come ahead of these; after `be`, those of a
    later verb do not count. For verbs with the object as subject (`tariffs take effect`) only those before it count, for verbs that may
    have it as one (`tariffs start`) these come last. All are at most `OBJECT_REACH` words away (`SUBJECT_REACH` for the former verbs),
    and in the verb's clause or, after it, in those joined to it by `and` or `or`, and not `is_only_named`.
    """
    start, _ = sentence.clause_bounds(verb.first)
    objects = [thing for thing in objects if not is_only_named(sentence, thing)]
    subjects = [phrase.entry.get("subject") for phrase in verb.readings]
    reach = SUBJECT_REACH if all(subjects) else OBJECT_REACH
    before = [o for o in reversed(objects) if start <= o.first and o.last < verb.first and verb.first - o.last <= reach]
    if all(subjects):
        return before
    after = [o for o in objects if verb.last < o.first <= verb.last + OBJECT_REACH and not is_cut_off(sentence, verb.last, o.first)]
    is_after_be = bool(cues("be") & set(sentence.words_between(verb.first - 2, verb.first)))
    others = [other.first for other in sentence.marks_of("verb") if is_after_be and other.first > verb.last]
    free = [thing for thing in after if not any(other < thing.first for other in others)]
    if _is_passive(sentence, verb):
        return [*before, *free]
    if any(subjects) and sentence.has_no_object(verb):
        return [*after, *before]
    return after or find_meant_objects(sentence, verb, objects)


def _is_passive(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether the verb is a passive.

    Its form may be a participle, and a form of `be` is up to three words before it or `by`, `on`, `against` or a rate follows it (`duties
    cut to 15%`).
    """
    if verb.form not in {"pp", "both", "any"}:
        return False
    after, level = [*sentence.words_between(verb.last + 1, verb.last + 3), "", ""][:2]
    is_open = after in {"by", "on", "against"} or (after in {"from", "to"} and level[:1].isdigit())
    return is_open or bool(cues("be") & set(sentence.words_between(verb.first - 3, verb.first)))


def _is_hit_with(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether the subject is the target, not the actor: `India hit with US tariffs`.

    Verbs of the lexicon entries `impose` and `hit` count (`slapped with`); before `by` only those of `hit`. Headlines omit the `is` of a
    passive. In `goods it may hit with tariffs` the subject acts.
    """
    is_active = not cues("modals").isdisjoint(sentence.words_between(verb.first - 1, verb.first))
    if is_active or verb.first != verb.last or verb.form not in {"pp", "both", "any"}:
        return False
    names = {phrase.entry["id"] for phrase in verb.readings}
    after = sentence.words_between(verb.last + 1, verb.last + 2)
    return (after == ["with"] and not names.isdisjoint({"impose", "hit"})) or (after == ["by"] and "hit" in names)


def _has_country_nearby(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether a country may be what the verb acts on.

    It is named up to `COUNTRY_REACH` words after the verb (`hits China`), or anywhere before it in a passive (`China is hit`).
    """
    return any(verb.last < first <= verb.last + COUNTRY_REACH for first, _ in sentence.mention_spans) or (
        _is_passive(sentence, verb) and any(last < verb.first for _, last in sentence.mention_spans)
    )


def _build_act(sentence: MarkedSentence, verb: Mark, predicate: _Predicate, operators: list[Mark]) -> Act | None:
    """Build the act of a verb and object, and apply its operators.

    `operators`: words such as `threatens` or `not` before the verb, the nearest first; each may change kind or modality. None if they leave
    no signal (`urged raising tariffs`).
    """
    entry, thing, kind = predicate.phrase.entry, predicate.thing, predicate.kind
    rule_id, score = f"{entry['id']}.{class_of(thing) if thing else entry['self']}", SCORE
    is_lower = kind == "measure" and bool(entry.get("sets")) and rates.sets_lower_rate(sentence, verb)
    if is_lower:
        kind = "easing"
    is_ambiguous = entry.get("level") or len({reading.entry["direction"] for reading in verb.readings}) > 1
    # What ends a relief is a measure that begins: `ends the exemption of small parcels`.
    ends_relief = kind == "measure" and thing is not None and class_of(thing) in {"approval", "concession", "gap"}
    is_inverted = thing is not None and (
        class_of(thing) in {"concession", "deadline"}
        or (ends_relief and thing.readings[0].entry["id"] in {"waiver", "gap"})
        or _is_suspended(sentence, verb, thing)
        or _is_resized_quota(verb, thing)
        or is_on_hold(sentence, thing)
        or predicate.undone is not None
    )
    # The end of the rule's id shows later steps that the grammar leaves no doubt about the sign.
    is_growth = entry["id"] == "raise" and thing is not None and thing.readings[0].entry["id"] in {"imports", "purchases"}
    is_sure = entry.get("is_sure") or (kind == "measure" and thing is not None and rates.is_played_down(sentence, thing))
    if is_inverted or is_lower or is_growth or is_sure or (is_ambiguous and rates.names_level(sentence, thing or verb)):
        rule_id += SURE_SIGN
    if thing is not None and thing.readings[0].entry.get("of_firm"):
        rule_id += ".firm"
    if _is_hit_with(sentence, verb):
        rule_id = f"suffer.{rule_id}"
    if entry["id"] == "suffer" and rates.is_announced(sentence, verb):
        rule_id = f"{rates.ANNOUNCED}{rule_id.removeprefix('suffer.').removesuffix(SURE_SIGN)}{SURE_SIGN}"
    if kind == "agreement" and _is_prospect(sentence, verb, operators):
        kind, rule_id, score = "dialogue", f"prospect.{rule_id}", PROSPECT_SCORE
    draft = DraftAct(kind, kind, verb.first, rule_id)
    for operator in operators:
        draft.apply(sentence, operator)
    if draft.kind is None:
        return None
    if draft.kind == "measure" and thing is not None and _is_proposed(sentence, verb, thing):
        draft.kind, draft.rule_id = "threat", f"proposed.{draft.rule_id}"
    is_changed = draft.anchor != verb.first
    is_denied = draft.modality == "asserted" and is_object_negated(sentence, verb, thing)
    return Act(
        kind=draft.kind,
        rule_id=f"{draft.rule_id}.no{SURE_SIGN}" if is_denied else draft.rule_id,
        anchor=draft.anchor,
        focus=draft.anchor if draft.kind == "demand" and is_changed else verb.last,
        instrument=str(thing.readings[0].entry["instrument"] if thing else entry["self"]),
        status=status_of(sentence, draft.kind, "announced" if ends_relief else str(entry["status"]), verb.first),
        modality="negated" if is_denied else draft.modality,
        score=CHANGED_SCORE if is_changed else score,
        mutual=_is_mutual(sentence, draft.kind, entry, thing),
        words=matched_words(sentence, verb, thing, *operators),
        thing=thing.first if thing else None,
    )


def _is_proposed(sentence: MarkedSentence, verb: Mark, thing: Mark) -> bool:
    """Whether only a plan of the object was made known: `released a proposed list`."""
    return verb.last < thing.first and bool(cues("drafts") & set(sentence.words_between(verb.last + 1, thing.first)))


def _is_mutual(sentence: MarkedSentence, kind: str, entry: Mapping[str, Any], thing: Mark | None) -> bool:
    """Whether both sides act, which makes a signal in each direction.

    True for agreements and dialogues, unless verb or object is `one_way` in the lexicon. A dialogue whose verb has the entry `sign` is
    mutual only if the sentence has no word of saying. `entry`: that of the verb; `thing`: the object, if any.
    """
    if kind == "dialogue" and entry["id"] == "sign" and cues("speech") & sentence.words:
        return False
    is_one_way = entry.get("one_way") or (thing is not None and thing.readings[0].entry.get("one_way"))
    return kind in {"agreement", "dialogue"} and not is_one_way


def _is_prospect(sentence: MarkedSentence, verb: Mark, operators: list[Mark]) -> bool:
    """Whether a deal is only hoped for or near, not made.

    It then counts as talk, not as an agreement. The verb ends in `-ing`, a word such as `hopes` is up to five words before it, or an
    operator threatens or plans it.
    """
    before = set(sentence.words_between(verb.first - 5, verb.first))
    return verb.form == "ing" or bool(cues("prospect") & before) or any(class_of(o) == "threaten" for o in operators)
