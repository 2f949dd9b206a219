"""What an act is, and how the words before it turn it: a cut that is threatened, offered, demanded, refused, denied or doubted.

Belongs here: the tables of direction and sign, and the effect of operators on kind and modality. Does not: finding the acts
(`compose.py`, `bare.py`), or who acts (`roles.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.contracts.vocabulary import STATUS_OF_WORDS
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.matching import Mark, Marked

OPERATOR_REACH = 11
NEGATION_REACH = 4
DOUBT_REACH = 3

# direction of the verb and class of its object
CLASSES = MappingProxyType(
    {
        ("up", "restriction"): "measure",
        ("down", "restriction"): "easing",
        ("up", "trade"): "purchase",
        ("down", "trade"): "measure",
        ("down", "goods"): "measure",
        ("up", "approval"): "easing",
        ("down", "approval"): "measure",
        ("up", "market"): "easing",
        ("down", "market"): "measure",
        ("up", "deal"): "agreement",
        ("down", "deal"): "measure",
        ("up", "deadline"): "easing",
        ("down", "deadline"): "easing",
        ("up", "talks"): "dialogue",
        ("down", "talks"): "refusal",
        ("up", "probe"): "investigation",
        ("down", "probe"): "easing",
        ("down", "practice"): "easing",
        ("up", "quarrel"): "measure",
        ("down", "quarrel"): "easing",
    }
)
ESCALATING = frozenset({"measure", "investigation"})
ANSWERED = frozenset({"demand", "offer"})
CONCEDING = frozenset({"easing", "purchase", "agreement"})

# what an operator makes of an escalating, a conceding, a talking and a refusing act; None leaves no signal
TURNS: Mapping[str, tuple[str | None, str | None, str | None, str | None]] = MappingProxyType(
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
    """One act found in a sentence, before it is known whose it is.

    `anchor` is the word before which its subject stands, `focus` the word after which its target stands, `thing` its object;
    `mutual` acts go both ways. `score` in 0 to 1 orders readings of the same act.
    """

    kind: str
    rule_id: str
    anchor: int
    focus: int
    instrument: str
    status: str
    modality: str
    score: float
    mutual: bool
    words: tuple[str, ...]
    thing: int | None = None


def class_of(mark: Mark) -> str:
    """The class of an object or operator."""
    return str(mark.readings[0].entry["class"])


def governing(sentence: Marked, at: int) -> list[Mark]:
    """The operators before the word in its clause, nearest first. Those whose act is another state's are left out:
    in `Trump threatens, Beijing is ready to hit back` the threat is not Beijing's."""
    start, _ = sentence.clause(at)
    reach = start if sentence.tokens[start].lower in cues("conditions") else max(start, at - OPERATOR_REACH)
    before = [mark for mark in reversed(sentence.of("operator", "operator_noun")) if reach <= mark.first < at]
    return [mark for mark in before if class_of(mark) in {"demand", "accuse"} or not _crosses_subject(sentence, mark, at)]


def _crosses_subject(sentence: Marked, operator: Mark, at: int) -> bool:
    if class_of(operator) not in TURNS:
        return False
    return any(
        operator.last < first < at
        and not (class_of(operator) == "refuse" and sentence.words_between(last + 1, last + 2) == ["'s"])  # rejects Japan's demand
        and mention.is_actor
        and mention.role not in {"pronoun", "speaker"}
        and sentence.tokens[first - 1].lower not in cues("governed")
        for mention, (first, last) in zip(sentence.mentions, sentence.places, strict=True)
    )


@dataclass(slots=True)
class Turning:
    """An act on its way through the operators before it. `kind` is None once nothing of it is left."""

    base: str
    kind: str | None
    anchor: int
    rule_id: str
    modality: str = "asserted"

    def apply(self, sentence: Marked, operator: Mark) -> None:
        """Let one operator turn the act."""
        name = class_of(operator)
        if name == "negate":
            if operator.last >= self.anchor - NEGATION_REACH:
                self._deny(sentence, operator)
        elif name == "hypothetical":
            if self.base != "dialogue":
                self._doubt(sentence, operator)
        elif name in TURNS and (self.kind == self.base or name == "demand" or (name == "refuse" and self.kind in ANSWERED)):
            self._turn(name)
            self.anchor = operator.first
            self.rule_id = f"{operator.readings[0].entry['id']}.{self.rule_id}"

    def _turn(self, name: str) -> None:
        if self.kind is None or (name == "agree" and self.kind in CONCEDING):
            return
        if name == "refuse" and self.kind in ANSWERED:
            self.kind = "refusal"  # rejected its demand
            return
        column = 0 if self.kind in ESCALATING else 1 if self.kind in CONCEDING else 2 if self.kind == "dialogue" else 3
        is_denied = self.modality == "negated"
        if name == "demand" and is_denied and self.kind in ESCALATING:
            self.kind, self.modality = "demand", "asserted"  # urged it not to impose
            return
        self.kind = TURNS[name][column]
        if name == "refuse" and self.base in ESCALATING:
            self.modality = "negated"
        elif self.kind == "demand":
            self.modality = "asserted"

    def _deny(self, sentence: Marked, operator: Mark) -> None:
        """`will not lift` is a refusal; `has not lifted` a denial."""
        self.rule_id += ".not"
        wording = sentence.words_between(operator.first - 1, operator.last + 1)
        if self.kind in CONCEDING | {"dialogue"} and {"will", "wo", "would"} & set(wording):
            self.kind = "refusal"
        else:
            self.modality = "negated"

    def _doubt(self, sentence: Marked, operator: Mark) -> None:
        """`could` and `if` doubt; `would` after a word of saying reports a plan."""
        word = sentence.tokens[operator.first].lower
        reported = cues("reporting") & set(sentence.words_between(operator.first - 4, operator.first))
        if word in {"would", "should"} and (reported or operator.first < self.anchor - DOUBT_REACH):
            return
        if self.modality == "asserted":
            self.modality = "hypothetical"


def status_of(sentence: Marked, kind: str, done: str, at: int) -> str:
    """The status of an act whose verb stands at word `at`; `done` is what the verb says of deeds."""
    if kind in STATUS_OF_WORDS:
        return STATUS_OF_WORDS[kind]
    before = set(sentence.words_between(at - 4, at))
    if kind == "dialogue":
        return "proposed" if cues("future") & before else "effective"
    if cues("future") & before:
        return "announced" if done in {"effective", "ended"} else done
    return "effective" if done == "announced" and {"has", "have"} & before else done


def matched_words(sentence: Marked, *marks: Mark | None) -> tuple[str, ...]:
    """The marks as written, left to right."""
    found = sorted((mark for mark in marks if mark is not None), key=lambda mark: mark.first)
    return tuple(sentence.text[sentence.tokens[mark.first].start : sentence.tokens[mark.last].end] for mark in found)
