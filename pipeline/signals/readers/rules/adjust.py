"""Changes of a finished act by its sentence.

Conditions, questions, words of the past and the sentence's other acts change kind and modality. Acts are found in `compose.py`; what
only the syntax tree shows is in `background.py`.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from pipeline.signals.lexicon import cues
from pipeline.signals.reader import PAST, SURE_SIGN
from pipeline.signals.readers.rules.causes import PERSUADED, find_caused
from pipeline.signals.readers.rules.earlier import JUST_BEFORE
from pipeline.signals.readers.rules.grammar import CONCEDING, ESCALATING, Act, class_of
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence

#: Id of the rule for what stays as it is: a restriction, or a suspended one (`retains the pause on its duties`).
KEPT = "keep.restriction"
#: Id of the rule for a restriction that its owner keeps while easing another.
REST = "rest.restriction"
#: Id of the rule for a restriction that changes in either direction.
CHANGE = "change.restriction"

# What came after an act: `agreed on Monday, and Japan has since lowered its duty`.
_SINCE_THEN = re.compile(r"\b(?:has|have) since [a-z]+(?:ed|en|ought|ut|aid|ade|ent|ept|et)\b")
# Words before `after` if the act that follows is of the same or the previous day: `hours after Lima raised its duty`.
_JUST = re.compile(r"\b(?:minutes?|hours?|moments|(?:a|one|the) day|immediately|shortly)\W*$", re.IGNORECASE)
# Days that begin a new state: `since Tuesday, tea pays 9 percent`.
_NEW_DAYS = frozenset(
    {"midnight", "monday", "overnight", "saturday", "sunday", "thursday", "today", "tuesday", "wednesday", "friday", "yesterday"}
)
# Who will not, or decided not to, pursue a planned restriction gives it up.
_GIVEN_UP = ("refuse.persist.restriction", "agree.persist.restriction")
_PURSUING = frozenset({"go ahead with", "press ahead with", "push ahead with", "move ahead with", "proceed with", "follow through on"})

_OTHERS = re.compile(
    r"\b(?:all|dozens of|many|most|other) (?:\w+ )?(?:countries|economies|nations|partners)\b"
    r"|\beveryone\b|\b(?:for|on) others\b|\bthe world\b",
    re.IGNORECASE,
)
# What follows an act that will not be done: `lowering the duty is out of the question`.
_RULED_OUT = re.compile(
    r"\b(?:is|are|was|were|remains?) (?:\w+ )?(?:out of the question|off the table|not on the table|not an option|not up for"
    r" (?:debate|discussion|negotiation))\b",
    re.IGNORECASE,
)
# Participles that describe a restriction to come: `the duty scheduled to be imposed`.
_PLANNED = frozenset({"due", "planned", "scheduled", "slated", "supposed"})

# Reaches are numbers of words.
FUTURE_REACH = 6
CONDITION_REACH = 9
OUTCOME_REACH = 6
PLAN_REACH = 3
OPENING_REACH = 2
PERFECT_REACH = 3
AIM_REACH = 9
_WEIGHING = frozenset({"how", "if", "when", "whether"})
_CONTRASTS = frozenset({"but", "whereas", "while"})
_SAID = frozenset({"announced", "announcing", "confirmed", "said", "saying", "says"})
_TALKS = frozenset({"consultations", "discussions", "negotiations", "talks"})


def adjust(sentence: MarkedSentence, acts: Iterable[Act]) -> list[Act]:
    """Adjust kind and modality of the acts of a sentence.

    Kind: what is done, such as a measure or a threat. Modality: whether it is asserted as news, historical, hypothetical or negated.
    """
    steps = (_adjust_planned(sentence, _adjust_act(sentence, act)) for act in acts if not _is_open_change(act))
    adjusted = [_adjust_persuaded(sentence, act) for act in steps]
    eased = {act.thing for act in adjusted if act.kind == "easing" and act.modality == "asserted"}
    return _join_weighed(sentence, [_adjust_to_relief(sentence, act, eased) if eased else act for act in adjusted])


def _join_weighed(sentence: MarkedSentence, acts: list[Act]) -> list[Act]:
    """Turn a relief that a state weighs into an offer.

    Example: `considers whether to lift its duty`. A word of `_WEIGHING` directly follows the operator (`considers`), and the relief is up
    to `AIM_REACH` words after it. Without its clause the operator seemed to threaten the duty.
    """
    for threat in [act for act in acts if act.rule_id == "threaten.alone" and act.modality == "asserted"]:
        relief = next((act for act in acts if act.kind == "easing" and 0 < act.anchor - threat.focus <= AIM_REACH), None)
        if relief and not _WEIGHING.isdisjoint(sentence.words_between(threat.focus + 1, threat.focus + 2)):
            offer = replace(relief, kind="offer", status="proposed", modality="asserted", rule_id=f"threaten.{relief.rule_id}")
            acts = [act for act in acts if act not in {threat, relief}] + [replace(offer, anchor=threat.anchor)]
    return acts


def _is_open_change(act: Act) -> bool:
    """Whether a restriction only changes, up or down.

    Who demands a change, or refuses one, means relief. A denied change stays (`_adjust_act`).
    """
    return CHANGE in act.rule_id and act.kind not in {"demand", "refusal"} and act.modality != "negated"


def _adjust_act(sentence: MarkedSentence, act: Act) -> Act:
    """Adjust one act, without regard to the others.

    A denied change of a restriction (`announced no change in its duty`) is a denied measure. What is denied in a clause such as `while
    others got no relief` does not deny the acts before it for sure.
    """
    if CHANGE in act.rule_id and act.modality == "negated":
        return replace(act, kind="measure")
    if act.rule_id.endswith(f".no{SURE_SIGN}") and sentence.tokens[sentence.clause_bounds(act.anchor)[0]].lower in _CONTRASTS:
        return replace(act, rule_id=act.rule_id.removesuffix(SURE_SIGN))
    open_act = _adjust_ruled_out(sentence, act)
    future = _adjust_conditional(sentence, _adjust_precondition(sentence, _adjust_outcome(sentence, _adjust_abandoned(sentence, open_act))))
    return _adjust_modality(sentence, _adjust_awaited_relief(sentence, future))


def _adjust_to_relief(sentence: MarkedSentence, act: Act, eased: Container[int | None]) -> Act:
    """Make an act background that is no news next to a relief.

    `eased`: positions of the objects that the sentence eases. Who retains a restriction then refuses nothing (`will scrap its duties on
    tea while keeping those on coffee`), unless it is on another partner; a relief that is prolonged does not lapse (`extended exclusions
    that were due to expire`), and nothing is threatened by `walks back a tariff threat`. Other acts stay as they are.
    """
    if act.kind == "threat" and act.modality == "asserted" and act.thing == act.anchor and act.anchor - 1 in eased:
        return replace(act, modality="historical", rule_id=f"{act.rule_id}{PAST}")
    if act.kind == "measure" and act.rule_id.startswith("fall.") and act.thing in eased:
        return replace(act, modality="historical")
    if act.rule_id != KEPT or act.modality != "asserted" or _is_retained_on_another(sentence, act.anchor):
        return act
    return replace(act, kind="measure", rule_id=REST, status="effective", modality="historical")


def _is_retained_on_another(sentence: MarkedSentence, verb: int) -> bool:
    """Whether a restriction stays on one partner, and is eased for others.

    Example: `pauses tariffs for most countries but keeps those on Peru`. Only the clause of the verb at word `verb` names one partner, and
    the rest of the sentence others, or words of `_OTHERS`.
    """
    _, end = sentence.clause_bounds(verb)
    partner = {mention.code for mention, (first, _) in sentence.located_mentions if verb < first < end}
    rest = {mention.code for mention, (first, _) in sentence.located_mentions if not verb < first < end}
    # One of the rest is whoever acts.
    return len(partner) == 1 and partner.isdisjoint(rest) and (len(rest) > 1 or _OTHERS.search(sentence.text) is not None)


def _adjust_planned(sentence: MarkedSentence, act: Act) -> Act:
    """Make a measure background that only describes what is eased.

    Example: `the duty scheduled to be imposed on Monday is suspended`. Other acts stay as they are.
    """
    is_plan = act.kind == "measure" and not _PLANNED.isdisjoint(sentence.words_between(act.anchor - PLAN_REACH, act.anchor))
    is_eased = any(
        mark.first > act.anchor
        and any(phrase.entry["id"] in {"end", "lower", "pause"} for phrase in mark.readings)
        and not {"are", "be", "been", "is", "was", "were"}.isdisjoint(sentence.words_between(mark.first - PLAN_REACH, mark.first))
        for mark in sentence.marks_of("verb")
    )
    return replace(act, modality="historical") if is_plan and is_eased and act.modality == "asserted" else act


def _adjust_persuaded(sentence: MarkedSentence, act: Act) -> Act:
    """Make a relief sure that a state was persuaded to grant."""
    is_persuaded = any(caused.is_persuaded and caused.verb == act.anchor for caused in find_caused(sentence))
    rule_id = f"{PERSUADED}{act.rule_id.removesuffix(SURE_SIGN)}{SURE_SIGN}"
    return replace(act, rule_id=rule_id) if is_persuaded and act.kind == "easing" else act


def _adjust_abandoned(sentence: MarkedSentence, act: Act) -> Act:
    """Turn a planned restriction that will not be pursued into an easing.

    Example: `will not go ahead with its planned duty`: what was planned is withdrawn. The verb begins with a word of `_PURSUING`. Sentences
    with a condition, and other acts, stay as they are.
    """
    is_given_up = act.modality == "negated" and act.rule_id.startswith(_GIVEN_UP) and any(word.lower() in _PURSUING for word in act.words)
    if not is_given_up or not (cues("provisos") | {"as", "until", "without"}).isdisjoint(sentence.words):
        return act
    return replace(act, kind="easing", rule_id=f"abandon.restriction{SURE_SIGN}", status="ended", modality="asserted")


def _adjust_ruled_out(sentence: MarkedSentence, act: Act) -> Act:
    """Turn an act that its clause rules out around.

    Example: `lowering the duty is out of the question` (`_RULED_OUT`). A restriction becomes a denied measure, a relief or offer a refusal;
    only verbs in `-ing` and acts named as things count. Other acts stay as they are.
    """
    verb = next((mark for mark in sentence.marks_of("verb", "act") if mark.first == act.anchor), None)
    is_thing = verb is not None and (verb.category == "act" or verb.form == "ing")
    if act.modality != "asserted" or not is_thing or not _RULED_OUT.search(sentence.text, sentence.tokens[act.anchor].end):
        return act
    if act.kind in ESCALATING:
        return replace(act, modality="negated")
    return replace(act, kind="refusal", status="proposed", rule_id=f"rule_out.restriction{SURE_SIGN}") if act.kind in CONCEDING else act


def _adjust_outcome(sentence: MarkedSentence, act: Act) -> Act:
    """Turn the end of an inquiry with a restriction into a measure.

    Example: `ended its inquiry into tea with duties of 9 percent`. The restriction is up to `OUTCOME_REACH` words after the first `with` or
    `by` that follows the inquiry. Other acts stay as they are.
    """
    if act.kind != "easing" or not act.rule_id.startswith("end.probe") or act.thing is None or act.thing < act.anchor:
        return act
    _, end = sentence.clause_bounds(act.thing)
    means = next((at for at in range(act.thing, end) if sentence.tokens[at].lower in {"with", "by"}), end)
    outcome = next((mark for mark in sentence.marks_of("object") if means < mark.first <= means + OUTCOME_REACH), None)
    if outcome is None or class_of(outcome) != "restriction" or "no" in sentence.words_between(means, outcome.first):
        return act
    instrument = str(outcome.readings[0].entry["instrument"])
    return replace(act, kind="measure", rule_id=f"impose.restriction{SURE_SIGN}", status="announced", instrument=instrument)


def _adjust_conditional(sentence: MarkedSentence, act: Act) -> Act:
    """Turn a future measure that depends on a condition into a threat.

    Example: `will raise tariffs if talks fail`. The condition is in another clause, before or after; one that opens with `whatever` only
    before (`whatever they tax, we will tax`). Retaliation counts as future unless it is in the past tense (`struck back`). Measures in
    sentences with a forecast (`analysts expect`), denied ones, and other acts stay as they are.
    """
    if act.kind != "measure" or act.modality not in {"asserted", "hypothetical"}:
        return act
    start, end = sentence.clause_bounds(act.anchor)
    before = sentence.words_between(max(start, act.anchor - 6), act.anchor + 1)
    is_done = any(mark.first == act.anchor and mark.form in {"past", "both"} for mark in sentence.marks_of("operator"))
    is_retaliation = act.rule_id.startswith("retaliate.") and not is_done
    is_future = is_retaliation or bool(cues("resolve") & set(before)) or _ends_in_obligation(before[:-1])
    conditions = [at for at in sentence.clause_starts if sentence.tokens[at].lower in cues("provisos") and not start <= at < end]
    opening = sentence.words_between(0, act.anchor)
    if "whatever" in opening[:2]:
        if (cues("hard") | {","}).isdisjoint(opening):
            return replace(act, modality="hypothetical")
        conditions.append(opening.index("whatever"))
    if not is_future or not conditions or cues("forecasters") & sentence.words:
        return act
    return replace(act, kind="threat", status="proposed", modality="asserted", rule_id=f"if.{act.rule_id}")


def _adjust_awaited_relief(sentence: MarkedSentence, act: Act) -> Act:
    """Turn a relief that waits for the other side into an offer.

    Example: `will lift its duty once Japan opens its market`. A word of the list `held_out` is up to `FUTURE_REACH` words before the act.
    The condition is in the clause after it, or in one that opens the sentence. Sentences with a forecast, and other acts, stay as they are.
    """
    start, _ = sentence.clause_bounds(act.anchor)
    is_said = "said" in sentence.words_between(0, act.anchor) and sentence.tokens[start].lower not in cues("conditions")
    if act.kind != "easing" or not (act.modality == "asserted" or (act.modality == "hypothetical" and is_said)):
        return act
    before = sentence.words_between(max(start, act.anchor - FUTURE_REACH), act.anchor)
    conditions = [at for at in range(len(sentence.tokens)) if _opens_condition(sentence, at, act.anchor)]
    governs = [at for at in conditions if (at == 0 and start > 0) or (at > act.anchor and not _is_joined(sentence, act.anchor, at))]
    if not cues("held_out") & set(before) or not governs or cues("forecasters") & sentence.words:
        return act
    return replace(act, kind="offer", status="proposed", modality="asserted", rule_id=f"if.{act.rule_id}")


def _is_joined(sentence: MarkedSentence, first: int, last: int) -> bool:
    """Whether a clause that `and` or `but` opens is between two words."""
    return any(first < start < last and sentence.tokens[start].lower in cues("conjunctions") for start in sentence.clause_starts)


def _opens_condition(sentence: MarkedSentence, at: int, act: int) -> bool:
    """Whether word `at` opens a clause that a relief waits for.

    It is one of `provisos`, or one such as `once` or `as soon as` whose clause is about an act of another state than the subjects before
    the word `act` (`once Japan opens`, `when there is proof that Japan complies`) or about a deal (`once a deal is signed`). `when the law
    takes effect` is only a date.
    """
    word, after = sentence.tokens[at].lower, sentence.words_between(at + 1, at + 1 + CONDITION_REACH)
    if word in cues("provisos") - {"should"}:
        return True
    if word == "as" and after[:2] not in (["soon", "as"], ["long", "as"]):
        return False
    if word not in {"as", "once", "when"}:
        return False
    is_on_deal = not {"deal", "agreement", "accord", "pact"}.isdisjoint(after[:4])
    agents = {mention.code for mention, (first, _) in sentence.located_mentions if first < min(act, at) and not sentence.is_governed(first)}
    visits = {mark.first for mark in sentence.marks_of("operator") if class_of(mark) == "meet"}
    openers = {word, "as", "that", "the"}
    return is_on_deal or any(
        at < first <= at + CONDITION_REACH
        and mention.role != "pronoun"
        and mention.code not in agents
        and sentence.tokens[first - 1].lower in openers
        and last + 1 not in visits
        for mention, (first, last) in sentence.located_mentions
    )


def _ends_in_obligation(words: Sequence[str]) -> bool:
    """Whether the words end in an obligation such as `have to` or `ought to`."""
    return len(words) > 1 and words[-1] == "to" and words[-2] in cues("obligations")


def _adjust_precondition(sentence: MarkedSentence, act: Act) -> Act:
    """Turn a concession into a refusal that waits for it.

    Example: `will not move unless it lifts its duties`. The concession (lifts) is in a clause that opens with `unless`, `until` or
    `before`, and a word of denial (not) is before that clause. What is refused is the word after the denial (move). Other acts stay as they
    are.
    """
    start, _ = sentence.clause_bounds(act.anchor)
    if act.kind not in CONCEDING or sentence.tokens[start].lower not in cues("until"):
        return act
    denials = [mark for mark in sentence.marks_of("operator") if class_of(mark) in {"negate", "refuse"} and mark.last < start]
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


def _adjust_modality(sentence: MarkedSentence, act: Act) -> Act:
    """Make an asserted act historical or hypothetical if its clause says so.

    In a sentence that ends with a question mark the act is hypothetical. Otherwise these make it historical: an adverb of the past, a past
    perfect, a past plan of the first person (`I was going to tax`), a word such as `current` before its noun, `still` (`still face
    duties`), `before` before what takes effect (`talks before the duty takes effect`), an opening with a state as subject (`With Japan
    about to tax tea, ...`), a later clause with `has since`, or, only for kinds of `ESCALATING` and `CONCEDING`, a clause that opens with a
    word such as "after" or "since". Such a clause does not if the words before it only report on a market (`Shares fell after ...`), or
    after `after` in the present tense of headlines (`Growers cheer after Peru lifts its duty`). Else a condition, a forecast or talks that
    aim at it make the act hypothetical. Acts of another modality stay as they are.
    """
    if act.modality != "asserted":
        return act
    if sentence.text.rstrip().endswith("?"):
        return replace(act, modality="hypothetical")
    start, end = sentence.clause_bounds(act.anchor)
    opener = sentence.tokens[start].lower
    is_present = opener == "after" and any(mark.first == act.anchor and mark.form == "s" for mark in sentence.marks_of("verb", "operator"))
    is_recent = _is_recent(sentence, start, act.anchor)
    is_in_clause = opener in {"since", "following", "after", "because"} and not _ends_before(sentence, start, act.anchor)
    is_backdrop = is_in_clause and act.kind in ESCALATING | CONCEDING and not is_recent
    is_background = is_backdrop and not is_present and not sentence.reports_effect(start)
    is_dated = any(
        class_of(mark) == "historical" and start <= mark.first < end and not _dates_another(sentence, act.anchor, mark)
        for mark in sentence.marks_of("operator")
    )
    near = sentence.words_between(act.anchor - 9, act.anchor)
    is_reported = bool(cues("reporting") & set(near)) or _is_reported(sentence, start, act.anchor)
    is_past_perfect = is_in_past_perfect(sentence, act.anchor) and not is_recent and not is_reported
    is_past_plan = " ".join(near).endswith(("i was going to", "we were going to"))
    is_to_come = act.rule_id.startswith("effect.") and not {"before", "until"}.isdisjoint(
        sentence.words_between(act.anchor - 7, act.anchor)
    )
    after = " ".join(sentence.words_between(end, len(sentence.tokens)))
    is_outdated = _SINCE_THEN.search(after) is not None and _SINCE_THEN.search(" ".join(sentence.words_between(0, end))) is None
    is_known = not cues("known").isdisjoint(near[-1:]) or (act.rule_id.startswith("suffer.") and "still" in near[-2:])
    if (
        is_background
        or is_dated
        or is_to_come
        or is_past_perfect
        or is_past_plan
        or is_known
        or is_outdated
        or _is_in_opening(sentence, act.anchor)
    ):
        return replace(act, modality="historical")
    # Words inside an object are no forecast: "trade war fears".
    in_objects = {at for mark in sentence.marks_of("object") for at in range(mark.first, mark.last + 1)}
    other_words = {token.lower for at, token in enumerate(sentence.tokens[start:end], start) if at not in in_objects}
    # Nobody talks in order to tax: `used the talks to announce a duty` is news.
    is_only_talked_of = (act.kind in CONCEDING or act.rule_id.endswith(".trade")) and _is_aim_of_talks(sentence, act.anchor)
    if opener in cues("conditions") or cues("forecasters") & other_words or is_only_talked_of:
        return replace(act, modality="hypothetical")
    return act


def _ends_before(sentence: MarkedSentence, start: int, at: int) -> bool:
    """Whether a word opens a phrase that ends before an act.

    Example: `growers who had waited since March, filed a suit`. `start`, `at`: the positions of `since` and of the act. One comma and no
    verb are between them, and the act follows the comma.
    """
    commas = [place for place in range(start + 1, at) if sentence.tokens[place].text == ","]
    is_next = len(commas) == 1 and at - commas[0] <= OPENING_REACH
    return is_next and not any(start < mark.first < commas[0] for mark in sentence.marks_of("verb", "operator"))


def _is_recent(sentence: MarkedSentence, start: int, at: int) -> bool:
    """Whether a clause is about the same or the previous day.

    It begins at word `start`. Examples: `hours after Lima raised its duty`, `a day after raising`, `since Tuesday, tea pays 9 percent`.
    After `after`, a state or nothing must be between it and the verb at word `at`: `hours after the duty took effect` does not say whose it
    is.
    """
    opener, *after = sentence.words_between(start, start + 2)
    if opener == "since":
        return not _NEW_DAYS.isdisjoint(after)
    is_done = at == start + 1 or any(start < first < at for first, _ in sentence.mention_spans)
    return opener == "after" and is_done and _JUST.search(sentence.text[: sentence.tokens[start].start]) is not None


def _is_aim_of_talks(sentence: MarkedSentence, verb: int) -> bool:
    """Whether talks only aim at an act: `opened talks with Peru to cut tariffs`.

    The verb is an infinitive. Words for talks are up to `AIM_REACH` words before it, without comma, `and` or verb between them, and nobody
    agrees there (`agreed at talks to cut tariffs`).
    """
    before = sentence.words_between(max(verb - AIM_REACH, 0), verb)
    at = max((place for place, word in enumerate(before) if word in _TALKS), default=None)
    if at is None or before[-1] != "to" or any(word.startswith(("agree", "decid")) for word in before):
        return False
    first = verb - len(before) + at
    has_verb = any(first < mark.first < verb for mark in sentence.marks_of("verb", "operator"))
    return not has_verb and {",", "and", "but", "or"}.isdisjoint(before[at:])


def _is_reported(sentence: MarkedSentence, start: int, at: int) -> bool:
    """Whether a verb of saying governs word `at`.

    `start`: where its clause begins. Example: `said a plan to tax tea at 30 percent had been dropped`. No comma or relative pronoun is
    between them.
    """
    said = max((place for place in range(start, at) if sentence.tokens[place].lower in _SAID), default=None)
    return said is not None and {",", "that", "which", "who"}.isdisjoint(sentence.words_between(said + 2, at))


def is_in_past_perfect(sentence: MarkedSentence, verb: int) -> bool:
    """Whether `had` is up to `PERFECT_REACH` words before a verb.

    `verb`: its position. False if the sentence says that it was just before the news (`JUST_BEFORE`).
    """
    return "had" in sentence.words_between(verb - PERFECT_REACH, verb) and JUST_BEFORE.match(sentence.text) is None


def _is_in_opening(sentence: MarkedSentence, at: int) -> bool:
    """Whether word `at` is in an opening such as `With Japan about to tax tea,`.

    A state is up to `OPENING_REACH` words after `With`, and the word is after it and before the first comma.
    """
    comma = next((place for place, token in enumerate(sentence.tokens) if token.text == ","), 0)
    is_open = sentence.tokens[0].lower == "with" and at < comma
    return is_open and any(
        last < at and 0 < first <= OPENING_REACH and mention.is_actor for mention, (first, last) in sentence.located_mentions
    )


def _dates_another(sentence: MarkedSentence, act: int, mark: Mark) -> bool:
    """Whether words of the past date another thing than an act.

    `act`: the position of the act's word. They own the thing (`at last year's level`), or are in a relative clause after the act: `taxes
    Peru, a breach of the pact that they signed last year`.
    """
    is_owner = sentence.words_between(mark.last + 1, mark.last + 2) in (["'s"], ["\u2019s"])
    return is_owner or not {"that", "which", "who", "whom", "whose"}.isdisjoint(sentence.words_between(act + 1, mark.first))
