"""The kinds of acts, and how operators change them.

Operators are, for example, "threatens", "refuses" and "not". Acts are found in `compose.py`, `bare.py` and `nominal.py`; who acts is
decided in `roles.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from pipeline.contracts.vocabulary import FIXED_STATUS
from pipeline.signals.lexicon import cues, load_lexicon
from pipeline.signals.reader import SURE_SIGN
from pipeline.signals.readers.rules.causes import is_forced
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence

# Reaches are numbers of words before the act in which an operator counts.
OPERATOR_REACH = 11
NEGATION_REACH = 4
DOUBT_REACH = 3
GIVER_REACH = 8
SUBJECT_REACH, FULFILMENT_REACH = 5, 5

# Kind of an act by the direction of its verb and the class of its object.
KINDS = MappingProxyType(
    {
        ("up", "restriction"): "measure",
        ("down", "restriction"): "easing",
        ("hold", "restriction"): "refusal",
        ("hold", "approval"): "easing",
        ("up", "trade"): "purchase",
        ("down", "trade"): "measure",
        ("down", "goods"): "measure",
        ("down", "no_trade"): "measure",
        ("up", "approval"): "easing",
        ("down", "approval"): "measure",
        ("down", "concession"): "measure",
        ("up", "market"): "easing",
        ("down", "market"): "measure",
        ("up", "deal"): "agreement",
        ("down", "deal"): "measure",
        ("up", "deadline"): "easing",
        ("down", "deadline"): "easing",
        ("up", "talks"): "dialogue",
        ("down", "talks"): "refusal",
        ("down", "postponed"): "dialogue",
        ("up", "probe"): "investigation",
        ("down", "probe"): "easing",
        ("down", "gap"): "measure",
        ("up", "white_list"): "easing",
        ("down", "white_list"): "measure",
        ("up", "shelf"): "easing",
        ("down", "shelf"): "measure",
        ("down", "practice"): "easing",
        ("up", "quarrel"): "measure",
        ("down", "quarrel"): "easing",
    }
)
# Kind of an act that puts off or gives up one of this kind; other kinds are given up as the verb and its object say.
UNDOING = MappingProxyType({"easing": "refusal", "measure": "easing", "investigation": "easing"})
ESCALATING = frozenset({"measure", "investigation"})
# Forms of a verb that have a subject; `both` is a past form or a participle.
FINITE_FORMS = frozenset({"s", "past", "both"})
REJECTABLE = frozenset({"demand", "offer"})
#: Pairs of words before a threat that is carried out.
FULFILLING = frozenset(
    (form, last)
    for forms, last in (("acting acted acts", "on"), ("follows followed following", "through"), ("makes made making", "good"))
    for form in forms.split()
) | {("carries", "out"), ("carried", "out"), ("carrying", "out")}
# Pairs of words with which another act of the same subject begins.
JOINING = frozenset({("and", "will"), ("but", "will"), ("said", "it"), ("saying", "it")})
CONCEDING = frozenset({"easing", "purchase", "agreement"})
#: Begins the id of the rule for threats in the form of a denial: `will not hesitate to tax`.
RESOLVED = "resolve."

# The kind that an operator gives to an escalating act, a conceding act, a dialogue and any other act; None leaves no signal.
OPERATOR_EFFECTS: Mapping[str, tuple[str | None, str | None, str | None, str | None]] = MappingProxyType(
    {
        "threaten": ("threat", "offer", "dialogue", "threat"),
        "offer": ("threat", "offer", "dialogue", None),
        "demand": (None, "demand", "dialogue", None),
        "refuse": ("measure", "refusal", "refusal", "dialogue"),
        "accuse": ("accusation", "accusation", "accusation", "accusation"),
        "tie": ("refusal", "refusal", "refusal", "refusal"),
        "agree": ("measure", "easing", "dialogue", "refusal"),
    }
)


@dataclass(frozen=True, slots=True)
class Act:
    """An act in a sentence, before actor and target are known.

    Positions are indices of words.

    * `anchor`: position of the verb or operator whose subject is the actor, or of the object if there is neither
    * `focus`: position of the word after which the target is expected
    * `thing`: position of the object's first word or, if a noun such as `threat` is an act alone, of that noun; else None
    * `mutual`: both sides act, so the signal goes in both directions
    * `words`: the matched words, as written
    * `score`: 0 to 1, how sure the rule is; not yet a probability
    """

    kind: str
    rule_id: str
    anchor: int
    focus: int
    instrument: str
    status: str
    score: float
    words: tuple[str, ...]
    modality: str = "asserted"
    mutual: bool = False
    thing: int | None = None


def class_of(mark: Mark) -> str:
    """Return the class that the lexicon gives an object or operator.

    For example `restriction` for `tariffs`, `threaten` for `warns`.
    """
    return str(mark.readings[0].entry["class"])


def is_stopped(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether a verb in `-ing` is no act of its own.

    It is what another verb ends (`stop buying`): a verb whose direction in the lexicon is `down` directly precedes it or includes it. Or it
    only says when the act of another verb begins: `will impose tariffs starting Monday`, `starting Monday, ...`.
    """
    if verb.form != "ing":
        return False
    if sentence.tokens[verb.first].lower in {"beginning", "starting"}:
        start, _ = sentence.clause_bounds(verb.first)
        return verb.first == start or any(start <= other.first < verb.first for other in sentence.marks_of("verb"))
    return any(
        (mark.last == verb.first - 1 or mark.first < verb.first <= mark.last)
        and any(phrase.entry["direction"] == "down" for phrase in mark.readings)
        for mark in sentence.marks_of("verb")
    )


def is_only_named(sentence: MarkedSentence, thing: Mark) -> bool:
    """Whether an object only says what another noun is about.

    True for trade whose threat, share or price is meant (`end such imports' threat`), or that is restricted (`the duty on imports was
    raised`), for what a truce is on (`a truce on tariffs was extended`), and for `under discussion`.
    """
    before = sentence.words_between(thing.first - 3, thing.first)
    if class_of(thing) == "trade":
        limits = {mark.last for mark in sentence.marks_of("object") if class_of(mark) == "restriction"}
        is_restricted = before[-1:] == ["on"] and thing.first - 2 in limits
        return is_restricted or sentence.words_between(thing.last + 1, thing.last + 2) in (["'"], ["'s"])
    if class_of(thing) == "talks":
        return before[-1:] == ["under"]
    return class_of(thing) == "restriction" and any(before[at : at + 2] in (["truce", "on"], ["truce", "over"]) for at in range(2))


def is_clause_subject(sentence: MarkedSentence, verb: Mark, thing: Mark) -> bool:
    """Whether an object is the subject of a verb's dependent clause.

    Example: `announced that the 25 percent tariff would be held back`. `that` is after the verb and at most `SUBJECT_REACH` words before
    the object (`thing`), without a verb of the lexicon between them.
    """
    start = max(verb.last + 1, thing.first - SUBJECT_REACH)
    that = next((at for at in range(thing.first - 1, start - 1, -1) if sentence.tokens[at].lower == "that"), None)
    return that is not None and not any(that < other.first < thing.first for other in sentence.marks_of("verb", "act"))


def is_cut_off(sentence: MarkedSentence, first: int, last: int) -> bool:
    """Whether two words of a sentence are in different clauses.

    `first`, `last`: their positions. A new clause that begins with `and` or `or` does not count, but a hard stop (`;`) always does.
    """
    starts = [start for start in sentence.clause_starts if first < start <= last]
    return bool(cues("hard") & set(sentence.words_between(first + 1, last))) or any(
        sentence.tokens[start].lower not in {"and", "or"} for start in starts
    )


def is_on_hold(sentence: MarkedSentence, thing: Mark) -> bool:
    """Whether the clause postpones the object: `puts tariffs on Japan on hold`."""
    after = sentence.words_between(thing.last + 1, sentence.clause_bounds(thing.first)[1])
    return any(pair in {("on", "hold"), ("on", "ice")} for pair in pairwise(word for word in after if word[0].isalnum()))


def governing_operators(sentence: MarkedSentence, at: int) -> list[Mark]:
    """Return the operators before word `at` in its clause, nearest first.

    Operators are words such as `threatens` or `not`, which change the act at `at`. They are at most `OPERATOR_REACH` words away; in a
    clause that opens with a condition (`if`) they may be anywhere before `at`. Operators of another state are left out, except demands and
    accusations: in `Trump threatens, Beijing is ready to hit back` the threat is not Beijing's. Operators before `rather than` are left out
    too: `seeks talks rather than` denies what follows. So are threats that are carried out (`is_fulfilled`) and accusations that are joined
    to another act of the same subject (`accuses Japan of dumping and opens an inquiry`).
    """
    start, _ = sentence.clause_bounds(at)
    earliest = start if sentence.tokens[start].lower in cues("conditions") else max(start, at - OPERATOR_REACH)
    operators = reversed(sentence.marks_of("operator", "operator_noun"))
    before = [mark for mark in operators if earliest <= mark.first < at and not is_fulfilled(sentence, mark)]
    instead = next((place for place, mark in enumerate(before) if mark.readings[0].entry["id"] == "instead"), len(before))
    return [
        mark
        for mark in before[: instead + 1]
        if (class_of(mark) in {"demand", "accuse"} or not _is_of_other_state(sentence, mark, at))
        and not _is_said_before(sentence, mark, at)
        and not is_forced(sentence, mark, at)
    ]


def _is_said_before(sentence: MarkedSentence, operator: Mark, at: int) -> bool:
    """Whether a clause begins between operator and word `at`.

    Examples: an accusation before a joined finite verb (`accuses Japan of dumping and opens`), a denial or accusation before `and will`.
    """
    pairs = pairwise(sentence.words_between(operator.last + 1, at))
    if class_of(operator) in {"negate", "refuse", "accuse", "demand"} and not JOINING.isdisjoint(pairs):
        return True
    is_joined = class_of(operator) == "accuse" and sentence.words_between(at - 1, at)[:1] in (["and"], ["but"], [","])
    verb = next((mark for mark in sentence.marks_of("verb") if mark.first == at), None)
    return is_joined and verb is not None and {verb.form, operator.form} <= FINITE_FORMS


def is_fulfilled(sentence: MarkedSentence, operator: Mark) -> bool:
    """Whether a threat is carried out: `acting on a threat to impose tariffs`.

    Two words such as `followed through` (`FULFILLING`) are among the `FULFILMENT_REACH` words before the noun (`operator`).
    """
    before = sentence.words_between(operator.first - FULFILMENT_REACH, operator.first)
    return operator.category == "operator_noun" and class_of(operator) == "threaten" and not FULFILLING.isdisjoint(pairwise(before))


def _is_of_other_state(sentence: MarkedSentence, operator: Mark, at: int) -> bool:
    """Return whether an acting country is between operator and word `at`.

    The act at that word is then the other country's, and the operator does not change it. Countries after a word such as `to` (list
    `governed`) or meant by `it` or `we` do not count, nor, for refusals, those with `'s` (`rejects Japan's demand`). False for operators
    that are not in `OPERATOR_EFFECTS`, such as `not`, which changes the modality.
    """
    if class_of(operator) not in OPERATOR_EFFECTS:
        return False
    return any(
        operator.last < first < at
        and not (class_of(operator) == "refuse" and sentence.words_between(last + 1, last + 2) == ["'s"])  # rejects Japan's demand
        and mention.is_actor
        and mention.role not in {"pronoun", "speaker"}
        and sentence.tokens[first - 1].lower not in cues("governed")
        for mention, (first, last) in sentence.located_mentions
    )


@dataclass(slots=True)
class DraftAct:
    """An act while operators (`threatens`, `not`) change it, the nearest first.

    `base` is its kind (such as `measure`) before them; `kind` is its kind now, None if they leave no signal (`OPERATOR_EFFECTS`). `anchor`,
    the position of the word whose subject is the actor, moves to each operator that is applied (for `gave it a week to
    lift` to `gave`), but not to negations and words of doubt (`if`).
    """

    base: str
    kind: str | None
    anchor: int
    rule_id: str
    modality: str = "asserted"

    def apply(self, sentence: MarkedSentence, operator: Mark) -> None:
        """Change the act by one operator before it.

        A negation or a word of doubt changes the modality, any other operator the kind. Once an operator has changed the kind, a later one
        changes it only if it is a demand, or refuses a demand or an offer. Nothing changes if a negation is too far away, if talks are in
        doubt, or if words are missing that the lexicon requires around the operator.
        """
        name = class_of(operator)
        first = operator.first
        if operator.readings[0].entry.get("given"):
            near = range(max(first - GIVER_REACH, 0), first)
            givers = [at for at in near if sentence.tokens[at].lower in cues("givers")]
            if not givers:
                return
            first = givers[-1]
        if operator.readings[0].entry.get("infinitive") and sentence.words_between(self.anchor - 1, self.anchor) != ["to"]:
            return
        if name == "negate":
            if self.base in {"agreement", "dialogue"} and operator.readings[0].entry.get("spares_talks"):
                return
            if operator.last >= self.anchor - NEGATION_REACH or operator.readings[0].entry.get("whole_clause"):
                self._apply_negation(sentence, operator)
        elif name == "hypothetical" or sentence.is_expected(operator):
            if self.base != "dialogue":
                self._apply_doubt(sentence, operator)
        elif name in OPERATOR_EFFECTS and (self.kind == self.base or name == "demand" or (name == "refuse" and self.kind in REJECTABLE)):
            self._apply_effect(sentence, operator)
            self.anchor = first

    def _apply_effect(self, sentence: MarkedSentence, operator: Mark) -> None:
        """Change kind and rule for an operator that is in `OPERATOR_EFFECTS`.

        Who demands a relief of its own offers it (`_is_own_aim`).
        """
        name = class_of(operator)
        if name == "demand" and self.kind in ESCALATING and _is_order_to_firms(sentence, operator, self):
            self.rule_id = f"order.{self.rule_id}"
            return
        if name == "demand" and self.kind in CONCEDING and _is_own_aim(sentence, operator, self):
            self.kind = "offer"
            self.rule_id = f"offer.{self.rule_id.removesuffix(SURE_SIGN)}{SURE_SIGN}"
            return
        self._change_kind(name, is_addressed=_is_addressed(sentence, operator))
        entry = operator.readings[0].entry
        self.rule_id = f"{entry['id']}.{self.rule_id}{SURE_SIGN if entry.get('is_sure') else ''}"

    def _change_kind(self, name: str, *, is_addressed: bool) -> None:
        """Change the kind of an act for an operator of class `name`.

        The new kind is in `OPERATOR_EFFECTS`. To refuse to escalate is a negated measure; to agree to a concession changes nothing. To
        demand an escalating act leaves no signal, except if it is negated (`urged it not to impose`) or a state is addressed
        (`urged Delhi to stop buying oil`). A demand or accusation is asserted, even of something negated.
        """
        if self.kind is None or (name == "agree" and self.kind in CONCEDING):
            return
        if name == "refuse" and self.kind in REJECTABLE:
            self.kind = "refusal"  # rejected its demand
            return
        column = 0 if self.kind in ESCALATING else 1 if self.kind in CONCEDING else 2 if self.kind == "dialogue" else 3
        is_negated = self.modality == "negated"
        if name == "demand" and self.kind in ESCALATING and (is_negated or is_addressed):
            self.kind, self.modality = "demand", "asserted"  # urged it not to impose
            return
        self.kind = OPERATOR_EFFECTS[name][column]
        if name == "refuse" and self.base in ESCALATING:
            self.modality = "negated"
        elif self.kind in {"demand", "accusation"}:
            self.modality = "asserted"

    def _apply_negation(self, sentence: MarkedSentence, operator: Mark) -> None:
        """Change an act for a negation (`operator`) before its verb.

        A concession, offer or dialogue that is declined becomes a refusal. Everything else keeps its kind and becomes `negated`.
        """
        self.rule_id += ".not"
        if self.kind in CONCEDING | {"dialogue", "offer"} and sentence.is_declined(operator):
            self.kind, self.rule_id = "refusal", f"decline.{self.rule_id}"
        else:
            self.modality = "negated"

    def _apply_doubt(self, sentence: MarkedSentence, operator: Mark) -> None:
        """Make an asserted act hypothetical after `could`, `if` and similar words.

        `would` and `should` do not count after a word of saying (`said it would lift`: a plan), or if more than `DOUBT_REACH` words before
        the act. Other words always count.
        """
        word = sentence.tokens[operator.first].lower
        is_reported = cues("reporting") & set(sentence.words_between(operator.first - 4, operator.first))
        if word in {"would", "should"} and (is_reported or operator.first < self.anchor - DOUBT_REACH):
            return
        if self.modality == "asserted":
            self.modality = "hypothetical"


def _is_own_aim(sentence: MarkedSentence, operator: Mark, draft: DraftAct) -> bool:
    """Whether a state aims at a relief of its own: `hopes to lift its ban`.

    `draft`: the relief, an infinitive that directly follows a word of the list `aims`. Its object has `its` before it, or a preposition
    such as `on` after it, no other state before it (`hopes to end Peru's ban`), and is neither granted (`hopes to win an exemption`) nor
    imposed by another (`hopes to end the ban imposed by Peru`).
    """
    thing = next((mark for mark in sentence.marks_of("object") if mark.first > draft.anchor), None)
    if sentence.tokens[operator.first].lower not in cues("aims") or thing is None or draft.rule_id.startswith("suffer."):
        return False
    is_infinitive = sentence.words_between(operator.last + 1, draft.anchor) == ["to"]
    is_other = any(draft.anchor < first < thing.first and m.role != "pronoun" for m, (first, _) in sentence.located_mentions)
    is_its = not {"her", "his", "its", "their"}.isdisjoint(sentence.words_between(draft.anchor, thing.first))
    is_on = not {"against", "from", "of", "on"}.isdisjoint(sentence.words_between(thing.last, thing.last + 2))
    return is_infinitive and not is_other and (is_its or is_on)


def _is_order_to_firms(sentence: MarkedSentence, operator: Mark, draft: DraftAct) -> bool:
    """Whether a state has its own firms act: `asks state firms to halt purchases`.

    The firms directly precede the `to` of the act, and no state is named with them.
    """
    *who, to = sentence.words_between(operator.last + 1, draft.anchor) or [""]
    is_foreign = any(operator.last < first < draft.anchor for first, _ in sentence.mention_spans)
    return to == "to" and not is_foreign and bool(who) and who[-1] in load_lexicon("actors")["nouns"]["nonstate"]


def _is_addressed(sentence: MarkedSentence, operator: Mark) -> bool:
    """Whether a state and an infinitive follow the operator: `urged Tokyo to`.

    The state begins at most two words after it, and `to` directly follows the state.
    """
    return any(
        operator.last < first <= operator.last + 2 and mention.is_actor and sentence.words_between(last + 1, last + 2) == ["to"]
        for mention, (first, last) in sentence.located_mentions
    )


def status_of(sentence: MarkedSentence, kind: str, lexicon_status: str, at: int) -> str:
    """Return the status of an act from its verb and context.

    `at`: position of the verb; `lexicon_status`: the verb's status in the lexicon. Words of the future up to four words before the verb
    (`will`) make an effective or ended act announced; without them `has` or `have` there make an announced act effective. Some kinds have a
    fixed status. A dialogue that is not suspended is proposed after words of the future, else effective.
    """
    if kind in FIXED_STATUS:
        return FIXED_STATUS[kind]
    before = set(sentence.words_between(at - 4, at))
    if kind == "dialogue" and lexicon_status != "suspended":
        return "proposed" if cues("future") & before else "effective"
    if cues("future") & before:
        return "announced" if lexicon_status in {"effective", "ended"} else lexicon_status
    return "effective" if lexicon_status == "announced" and {"has", "have"} & before else lexicon_status


def build_object_act(
    sentence: MarkedSentence,
    thing: Mark,
    kind: str,
    rule_id: str,
    *,
    score: float,
    status: str = "effective",
    modality: str = "asserted",
    mutual: bool = False,
) -> Act:
    """Build an act of an object, whatever verb it has.

    `thing`: the object (such as `tariffs`), which is also the act's anchor and focus. The other arguments are fields of `Act`.
    """
    return Act(
        kind=kind,
        rule_id=rule_id,
        anchor=thing.first,
        focus=thing.last,
        instrument=str(thing.readings[0].entry["instrument"]),
        status=status,
        modality=modality,
        score=score,
        mutual=mutual,
        words=matched_words(sentence, thing),
        thing=thing.first,
    )


def matched_words(sentence: MarkedSentence, *marks: Mark | None) -> tuple[str, ...]:
    """Return the words of marks as written, left to right."""
    ordered = sorted((mark for mark in marks if mark is not None), key=lambda mark: mark.first)
    return tuple(sentence.text[sentence.tokens[mark.first].start : sentence.tokens[mark.last].end] for mark in ordered)
