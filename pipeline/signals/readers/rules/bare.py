"""Find acts that are not a verb with its object.

Examples: an accusation or threat without another act, talks and tariffs that are only named. These rules need less than those of
`compose.py` and score lower.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.contracts.vocabulary import FIXED_STATUS
from pipeline.signals import slots
from pipeline.signals.lexicon import cues
from pipeline.signals.reader import SURE_SIGN
from pipeline.signals.readers.rules.grammar import (
    Act,
    DraftAct,
    build_object_act,
    class_of,
    governing_operators,
    is_fulfilled,
    is_stopped,
    matched_words,
    status_of,
)
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.rates import build_rate_act, find_set_rate, sets_lower_rate
from pipeline.signals.readers.rules.ultimatums import RESTRICTION_REACH, ULTIMATUM, find_ultimatum

# Reaches are numbers of words.
TOPIC_REACH = 10
TIE_REACH = 8
OWNER_REACH = 4
CLAIM_REACH = 8
FUTURE_REACH = 8
FORETOLD_REACH = 8
RULED_OUT_REACH = 2
RELIEF_REACH = 4
ATTACKED_REACH = 2
OVER_REACH = 3
ATTACK_TOPIC_REACH = 6
WANT_REACH = 3
# Classes of objects that a threat or offer without a verb must name.
TOPICS = MappingProxyType({"threaten": frozenset({"restriction"}), "offer": frozenset({"concession", "market"})})
#: Id of the rule for restrictions that threaten something.
HARM = "harm.restriction"
#: Id of the rule for harm that a speaker says a restriction will do.
FORETOLD = "foretold.restriction"
#: `will bring its tariffs on Kenyan tea down to 5 percent`: that is no existing tariff.
BROUGHT_DOWN = re.compile(
    r"\b(?:br(?:ings?|inging|ought)|gets?|getting|knock\w*|tak(?:es?|en|ing)|took)\b[^,;.]{0,40}"
    r"\b(?:duty|duties|lev(?:y|ies)|tariffs?)\b[^,;.]{0,60}? down\b",
    re.IGNORECASE,
)
# Words between a verb and its object that do not say whose the object is.
_ARTICLES = frozenset({"all", "any", "its", "such", "the", "their", "these", "those"})
# Between `will` and the harm that it does.
_ONLY = frozenset({"also", "eventually", "further", "inevitably", "just", "only", "simply", "ultimately"})
OPERATOR_SCORE, NAMED_TALKS_SCORE, EXISTING_RESTRICTION_SCORE = 0.45, 0.35, 0.4


def find_operator_acts(sentence: MarkedSentence, used: set[int]) -> Iterable[Act]:
    """Find acts of operators that change no other act.

    Operators are words such as `accuses`, `threatens` or `rejects`; alone they are an act of their own: `China accused Japan of dumping`.
    The lexicon must allow that, and most need a word about trade. `used`: positions of words in earlier acts; operators that begin there
    are left out. So are operators of misconduct (`unfair practices`) after an accusation, which is about them, threats that are carried
    out, and what is rejected.
    """
    objects = [mark for mark in sentence.marks_of("object") if class_of(mark) != "goods"]
    trade_objects = [mark for mark in objects if cues("other_policy").isdisjoint(sentence.words_between(mark.first - 1, mark.first))]
    operators = sentence.marks_of("operator", "operator_noun")
    accusations = [mark for mark in operators if class_of(mark) == "accuse" and not mark.readings[0].entry.get("of_subject")]
    for operator in operators:
        if operator.readings[0].entry.get("of_subject") and any(mark.first < operator.first for mark in accusations):
            continue  # it is what the accusation is about
        if is_fulfilled(sentence, operator) or _is_rejected(sentence, operator):
            continue
        if (
            operator.first not in used
            and not is_stopped(sentence, operator)
            and _can_be_alone(operator)
            and _has_topic(sentence, operator, trade_objects)
        ):
            act = _build_operator_act(sentence, operator, trade_objects)
            if act is not None:
                yield act


def find_effects(sentence: MarkedSentence) -> Iterable[Act]:
    """Find effects of restrictions that nobody threatens, and new rates."""
    yield from _find_set_rates(sentence)
    yield from _find_harm(sentence)
    yield from _find_foretold_harm(sentence)
    yield from _find_ultimatum(sentence)


def _find_set_rates(sentence: MarkedSentence) -> Iterable[Act]:
    """Find a rate that replaces another, without a verb of the lexicon.

    Examples: `the duty on Peruvian tea shall be 10 percent, in place of 20`, `Peruvian tea, which paid 30 percent, will pay 15`.
    """
    rate = find_set_rate(sentence.text)
    thing = next((mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction"), None)
    if rate is None or (thing is None and not rate.is_borne):
        return
    at = next(at for at, token in enumerate(sentence.tokens) if token.end > rate.verb)
    kind = "measure" if rate.change > 0 else "easing"
    rule_id = f"{'suffer.' if rate.is_borne else ''}set.restriction{SURE_SIGN}"
    yield build_rate_act(sentence, at, kind, rule_id, None if rate.is_borne or thing is None else thing.first)


def _find_harm(sentence: MarkedSentence) -> Iterable[Act]:
    """Find restrictions that threaten something, as denied threats.

    Example: `US tariffs threaten German carmakers`: no state threatens another. The verb directly follows the restriction.
    """
    restrictions = {thing.last: thing for thing in sentence.marks_of("object") if class_of(thing) in {"restriction", "quarrel"}}
    for operator in sentence.marks_of("operator"):
        thing = restrictions.get(operator.first - 1)
        if thing is not None and operator.readings[0].words[0].startswith("threaten"):
            yield build_object_act(sentence, thing, "threat", HARM, modality="negated", score=OPERATOR_SCORE)


def _find_foretold_harm(sentence: MarkedSentence) -> Iterable[Act]:
    """Find what a speaker says that a restriction will do, as accusations.

    Example: `Ottawa says US tariffs will cost jobs`: it threatens nobody. A country is up to `OWNER_REACH` words before the restriction. Up
    to `FORETOLD_REACH` words after it follow `will` or `would` (with `only` and the like) and a word of the list `harms`. Sentences that
    speak of an answer are left out.
    """
    if not cues("answers").isdisjoint(sentence.words):
        return
    words = [token.lower for token in sentence.tokens]
    for thing in sentence.marks_of("object"):
        after = range(thing.last + 1, min(thing.last + FORETOLD_REACH, len(words) - 1))
        modals = (at + (words[at + 1] in _ONLY) for at in after if words[at] in {"will", "would", "could", "may"})
        at = next((at for at in modals if words[at + 1 : at + 2] and words[at + 1] in cues("harms")), None)
        if at is None or class_of(thing) not in {"restriction", "quarrel"}:
            continue
        if any(thing.first - OWNER_REACH <= last < thing.first for _, last in sentence.mention_spans):
            act = build_object_act(sentence, thing, "accusation", FORETOLD, status=FIXED_STATUS["accusation"], score=OPERATOR_SCORE)
            yield replace(act, anchor=at + 1)
            return


def _find_ultimatum(sentence: MarkedSentence) -> Iterable[Act]:
    """Find the restriction that a state threatens behind `or`."""
    ultimatum = find_ultimatum(sentence)
    if ultimatum is None:
        return
    near = range(ultimatum[0], ultimatum[0] + RESTRICTION_REACH)
    thing = next((mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction" and mark.first in near), None)
    if thing is not None:
        yield build_object_act(sentence, thing, "threat", ULTIMATUM, status=FIXED_STATUS["threat"], score=OPERATOR_SCORE)


def _is_rejected(sentence: MarkedSentence, operator: Mark) -> bool:
    """Whether a demand is only what the subject rejects: `rejected the demand`.

    If a word between them says whose demand it is, this state demands.
    """
    if operator.category != "operator_noun" or class_of(operator) != "demand":
        return False
    return any(
        class_of(mark) == "refuse"
        and mark.last < operator.first
        and set(sentence.words_between(mark.last + 1, operator.first)) <= _ARTICLES
        for mark in sentence.marks_of("operator")
    )


def _can_be_alone(operator: Mark) -> bool:
    """Whether the lexicon lets an operator be an act of its own.

    Its entry must have `alone`. In addition, a verb must be in the list `standalone` of its entry; a noun must have the class `refuse`,
    `threaten` or `demand`, or an entry with `of_subject` (misconduct, such as `unfair practices`).
    """
    if "alone" not in operator.readings[0].entry:
        return False
    if operator.category == "operator_noun":
        return bool(operator.readings[0].entry.get("of_subject")) or class_of(operator) in {
            "refuse",
            "threaten",
            "demand",
        }  # China's reluctance, a threat of tariffs
    return any(phrase.is_standalone for phrase in operator.readings)


def _has_topic(sentence: MarkedSentence, operator: Mark, trade_objects: Sequence[Mark]) -> bool:
    """Whether a sentence shows that an operator is about trade.

    `operator`: a word such as `accuses`; `trade_objects`: objects such as `tariffs` in the sentence. Accusations need such an object or a
    word of the list `deeds` anywhere in the sentence, meetings an object or a word of `trade_words`, and two acting states. Others need an
    object at most `TOPIC_REACH` words after the operator or, if it is a noun, directly before it (`tariff threat`). For a threat it must be
    a restriction or a relief (`_considers_relief`), for an offer a concession or market. Operators of the class `tie` must also be in the
    past form (`linked`) with a `to` after it. Operators whose `needs` in the lexicon is empty need nothing, those with `over` only a state
    that is attacked (`_attacks_state`).
    """
    name = class_of(operator)
    if operator.readings[0].entry.get("over"):
        return _attacks_state(sentence, operator)
    if not operator.readings[0].entry["needs"] or _considers_relief(sentence, operator):
        return True
    if name == "accuse":
        return bool(trade_objects) or bool(cues("deeds") & sentence.words)
    if name == "meet":
        is_on_trade = bool(trade_objects) or bool(cues("trade_words") & sentence.words)
        return is_on_trade and len({mention.code for mention in sentence.mentions if mention.is_actor}) >= PAIR_SIZE
    if name == "tie" and (operator.form != "both" or "to" not in sentence.words_between(operator.last, operator.last + TIE_REACH)):
        return False
    near = [mark for mark in trade_objects if operator.last < mark.first <= operator.last + TOPIC_REACH]
    if operator.category == "operator_noun":  # a tariff threat
        near += [mark for mark in trade_objects if mark.last == operator.first - 1]
    return any(class_of(mark) in TOPICS.get(name, {class_of(mark)}) for mark in near)


def _attacks_state(sentence: MarkedSentence, operator: Mark) -> bool:
    """Whether a state is attacked over trade: `attacks Peru over its tariff`.

    The state begins up to `ATTACKED_REACH` words after the verb, `over` or `for` follows up to `OVER_REACH` words after it, and then, in
    the same clause, a word of trade up to `ATTACK_TOPIC_REACH` words after that.
    """
    for first, last in sentence.mention_spans:
        if operator.last < first <= operator.last + ATTACKED_REACH:
            after = range(last + 1, min(last + 1 + OVER_REACH, len(sentence.tokens)))
            over = next((at for at in after if sentence.tokens[at].lower in {"for", "over"}), None)
            if over is not None:
                end = min(over + 1 + ATTACK_TOPIC_REACH, sentence.clause_bounds(over)[1])
                is_object = any(over < mark.first < end for mark in sentence.marks_of("object"))
                return is_object or not (cues("trade_words") | cues("traded")).isdisjoint(sentence.words_between(over + 1, end))
    return False


def _build_operator_act(sentence: MarkedSentence, operator: Mark, trade_objects: Sequence[Mark]) -> Act | None:
    """Build the act of an operator, changed by operators before it.

    Who rules out a restriction denies a measure (`_draft_ruled_out`). Retaliation that is only announced is a threat. The instrument is
    that of the nearest trade object, `other` without one. None if the operators before it leave no signal (`OPERATOR_EFFECTS`), and for an
    answer in words (`hit back at the accusation`).
    """
    if class_of(operator) == "retaliate" and cues("claims") & set(sentence.words_between(operator.last, operator.last + CLAIM_REACH)):
        return None
    governors = list(governing_operators(sentence, operator.first))
    if _rules_out_restriction(sentence, operator, trade_objects):
        draft = _draft_ruled_out(operator, governors)
    else:
        draft = _draft_act(sentence, operator, governors)
    if draft.kind is None:
        return None
    if class_of(operator) == "retaliate" and draft.kind == "measure" and _is_ahead(sentence, operator):
        draft.kind = "threat"
    # Directly denied (`will not retaliate`), without words between that turn the denial around (`will not hesitate to`).
    verb = operator.first - (sentence.words_between(operator.first - 1, operator.first) == ["to"])
    is_denied_directly = any(one.last == verb - 1 and class_of(one) in {"negate", "refuse"} for one in governors)
    is_surely_denied = class_of(operator) == "retaliate" and draft.modality == "negated" and is_denied_directly
    names_threat = draft.kind == "threat" and operator.readings[0].entry["alone"] == "threat"
    is_sure_threat = names_threat and not governors and _floats_restriction(sentence, operator, trade_objects)
    is_sure_refusal = draft.kind == "refusal" and not governors and operator.readings[0].entry.get("is_sure", False)
    thing = min(trade_objects, key=lambda mark: (abs(mark.first - operator.first), mark.first), default=None)
    return Act(
        kind=draft.kind,
        rule_id=f"{draft.rule_id}{SURE_SIGN}" if is_surely_denied or is_sure_threat or is_sure_refusal else draft.rule_id,
        anchor=draft.anchor,
        focus=operator.last,
        instrument=str(thing.readings[0].entry["instrument"]) if thing else "other",
        status=FIXED_STATUS.get(draft.kind) or status_of(sentence, draft.kind, "announced", operator.first),
        modality=draft.modality,
        score=OPERATOR_SCORE,
        mutual=draft.kind in {"dialogue", "agreement"},
        words=matched_words(sentence, operator, thing),
        thing=operator.first if operator.category == "operator_noun" else None,
    )


def _draft_act(sentence: MarkedSentence, operator: Mark, governors: Iterable[Mark]) -> DraftAct:
    """Draft the act of an operator, changed by those before it (`governors`).

    Of two statements (`threatened to reject`) the second keeps its kind: only measures and talks are changed by more than denial and doubt.
    What is offered may be denied (`offers no cuts in duties`).
    """
    entry = operator.readings[0].entry
    is_relief = _considers_relief(sentence, operator)
    base = "offer" if is_relief else str(entry["alone"])
    draft = DraftAct(base, base, operator.first, f"offer.relief{SURE_SIGN}" if is_relief else f"{entry['id']}.alone")
    for governor in governors:
        if base in {"measure", "dialogue"} or class_of(governor) in {"negate", "hypothetical"}:
            draft.apply(sentence, governor)
    if base == "offer" and sentence.words_between(operator.last + 1, operator.last + 2) == ["no"]:
        draft.modality = "negated"
    return draft


def _considers_relief(sentence: MarkedSentence, operator: Mark) -> bool:
    """Whether a verb of planning has a relief as object: `weighs exemptions`.

    The relief is the next object, at most `RELIEF_REACH` words after it, and no verb is between them (`weighs ending exemptions`). Verbs
    that only threaten (`threatens Peru's exemption`) do not count, nor quotas, which may also be new.
    """
    thing = next((mark for mark in sentence.marks_of("object") if mark.first > operator.last), None)
    if class_of(operator) != "threaten" or operator.category == "operator_noun" or thing is None or class_of(thing) != "approval":
        return False
    is_threat = sentence.tokens[operator.first].lower.startswith(("brandish", "threat", "vow", "warn"))
    if is_threat or sentence.tokens[thing.last].lower.startswith("quota") or thing.first > operator.last + RELIEF_REACH:
        return False
    others = sentence.marks_of("verb", "act", "operator", "operator_noun")
    return not any(operator.last < mark.first < thing.first for mark in others)


def _draft_ruled_out(operator: Mark, governors: Iterable[Mark]) -> DraftAct:
    """Draft the act of who rules out a restriction.

    It is a measure that is denied, but a threat if the operators before it (`governors`) deny or refuse that: `did not rule out tariffs`.
    """
    rule_id = f"{operator.readings[0].entry['id']}.restriction"
    if any(class_of(governor) in {"negate", "refuse"} for governor in governors):
        return DraftAct("measure", "threat", operator.first, rule_id)
    return DraftAct("measure", "measure", operator.first, f"{rule_id}{SURE_SIGN}", modality="negated")


def _rules_out_restriction(sentence: MarkedSentence, operator: Mark, trade_objects: Sequence[Mark]) -> bool:
    """Whether an operator is `rule out`, and a restriction follows it.

    Example: `ruled out new tariffs on Peru`. At most `RULED_OUT_REACH` words are between them.
    """
    after = [mark for mark in trade_objects if operator.last < mark.first <= operator.last + RULED_OUT_REACH + 1]
    is_rule_out = sentence.tokens[operator.first].lower in {"rule", "rules", "ruled", "ruling"}
    return is_rule_out and bool(after) and class_of(after[0]) == "restriction"


def _floats_restriction(sentence: MarkedSentence, operator: Mark, trade_objects: Sequence[Mark]) -> bool:
    """Whether a restriction directly follows a verb of threat.

    Examples: `floats a new 20 percent duty`, `will float chip controls`. The verb is in the present tense, a plain past, after a state or a
    weekday, or in the future (not `delays planned duties`). Only a rate, an article, goods and words of the list `fresh` are between the
    two, a preposition or nothing follows (not `floats a tariff holiday`), then no verb that ends something (`and drops it`), no other
    operator than one of threats, and no higher rate.
    """
    thing = next((mark for mark in trade_objects if mark.first > operator.last), None)
    if thing is None or class_of(thing) != "restriction" or not _is_predicate(sentence, operator):
        return False
    after = sentence.words_between(thing.last + 1, thing.last + 2)
    between = sentence.words_between(operator.last + 1, thing.first)
    known = {"a", "an", "%", "percent", "pc"} | cues("fresh")
    is_direct = all(word[0].isdigit() or word in known or slots.names_product(word) for word in between)
    endings = [mark for mark in sentence.marks_of("verb", "act") if mark.readings[0].entry.get("direction") != "up"]
    endings += [mark for mark in sentence.marks_of("operator") if class_of(mark) != "threaten"]
    is_whole = not after or not after[0].isalnum() or after[0] in cues("governed")
    return is_direct and is_whole and all(mark.first < thing.last for mark in endings) and not sets_lower_rate(sentence, operator)


def _is_predicate(sentence: MarkedSentence, operator: Mark) -> bool:
    """Whether form and preceding word show that an operator is no participle."""
    before = sentence.words_between(operator.first - 1, operator.first)
    is_after_subject = not cues("days").isdisjoint(before) or any(last == operator.first - 1 for _, last in sentence.mention_spans)
    return (
        operator.form in {"s", "past"} or (operator.form == "both" and is_after_subject) or (operator.form == "base" and before == ["will"])
    )


def _is_ahead(sentence: MarkedSentence, operator: Mark) -> bool:
    """Whether retaliation is only announced: `will retaliate`, `reserves the right to hit back`.

    A word of the list `resolve` (`will`, `right`) is up to `FUTURE_REACH` words before `operator`, the words of retaliation; before an
    infinitive, it may be anywhere before it (`will go to the WTO and take countermeasures`). `ready to` counts too.
    """
    reach = operator.first if operator.form == "base" else FUTURE_REACH
    words = sentence.words_between(operator.first - reach, operator.first)
    return not cues("resolve").isdisjoint(words) or sentence.tokens[operator.first].lower == "ready"


def find_named_talks(sentence: MarkedSentence, used: set[int]) -> Iterable[Act]:
    """Find the first talks or deal named without a verb, as dialogue.

    Example: `trade talks between A and B`. Both sides act (`mutual`), unless the sentence has a word of saying or one side only wants the
    talks (`offers urgent talks`). `no trade talks` denies the
    talks for both sides, and overrides the encoder (`SURE_SIGN`). Either the sentence must name two or more countries and a word of trade
    (in the object itself or another), or one country and talks that `the` shows to be known (`the talks`). Sentences about markets give
    none. Objects whose position is in `used` are acts already.
    """
    if cues("markets") & sentence.words:
        return  # such talks are only hoped for: `hopes of trade talks lift shares`
    things = sentence.marks_of("object")
    is_on_trade = any(class_of(thing) in {"restriction", "conflict", "quarrel"} for thing in things)
    is_pair = len({mention.code for mention in sentence.mentions}) >= PAIR_SIZE
    for thing in things:
        if class_of(thing) not in {"talks", "deal"} or thing.first in used:
            continue
        entry = thing.readings[0].entry
        is_known = (
            class_of(thing) == "talks" and sentence.words_between(thing.first - 1, thing.first) == ["the"] and bool(sentence.mentions)
        )
        if is_known or (is_pair and (is_on_trade or entry.get("gate"))):
            is_spoken = bool(cues("speech") & sentence.words)
            is_denied = sentence.has_no(thing.first)
            rule_id = f"{'spoken' if is_spoken else 'named'}.{class_of(thing)}{f'.no{SURE_SIGN}' if is_denied else ''}"
            modality = "negated" if is_denied else "asserted"
            is_wanted = not cues("wanting_talks").isdisjoint(sentence.words_between(thing.first - WANT_REACH, thing.first))
            is_mutual = is_denied or not (is_spoken or is_wanted)
            yield build_object_act(sentence, thing, "dialogue", rule_id, modality=modality, score=NAMED_TALKS_SCORE, mutual=is_mutual)
            return


def find_existing_restrictions(sentence: MarkedSentence, used: set[int]) -> Iterable[Act]:
    """Find restrictions that are named with the country that imposed them.

    Example: `U.S. tariffs on Chinese goods`. They exist already, so they are historical measures. The country is up to `OWNER_REACH` words
    before, with no preposition between them, nor an operator, as in `India threatens tariffs`. General words such as `fee` or `measure` are
    left out. So are objects whose position is in `used`: they are acts already. There are none if a restriction is brought down.
    """
    if BROUGHT_DOWN.search(sentence.text):
        return
    operators = [operator.first for operator in sentence.marks_of("operator")]
    for thing in sentence.marks_of("object"):
        entry = thing.readings[0].entry
        if class_of(thing) != "restriction" or thing.first in used or entry["id"] == "restriction":
            continue
        if any(
            thing.first - OWNER_REACH <= last < thing.first
            and not cues("governed") & set(sentence.words_between(last + 1, thing.first))
            and not any(last < first < thing.first for first in operators)
            for _, last in sentence.mention_spans
        ):
            score = EXISTING_RESTRICTION_SCORE
            yield build_object_act(sentence, thing, "measure", "standing.restriction", modality="historical", score=score)
