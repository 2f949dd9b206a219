"""A sentence with the lexicon's words marked, noun told from verb, and its clauses bounded.

Belongs here: what stands where. Does not: what it means together (`compose.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.vocabulary import Group, Phrase, phrases
from pipeline.signals.tokens import Token, tokenize

LONG = 2  # from the first word of a phrase to its last


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase of the lexicon found at words `first` to `last` (included). `readings` are the entries that it may belong to."""

    group: Group
    first: int
    last: int
    readings: tuple[Phrase, ...]

    @property
    def form(self) -> str:
        """The form of its first word."""
        return self.readings[0].form


@dataclass(frozen=True)
class Marked:
    """A sentence ready for composing: words, mentions in words (`place`), marks in order, and the first word of each clause."""

    text: str
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    marks: tuple[Mark, ...]
    clause_starts: tuple[int, ...]

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """First and last word of each mention, in the order of `mentions`."""
        return tuple(self._place(mention) for mention in self.mentions)

    def _place(self, mention: Mention) -> tuple[int, int]:
        inside = [i for i, word in enumerate(self.tokens) if word.start < mention.end and word.end > mention.start]
        return (inside[0], inside[-1]) if inside else (0, 0)

    def of(self, *groups: Group) -> list[Mark]:
        """The marks of these groups, left to right."""
        return [mark for mark in self.marks if mark.group in groups]

    def clause(self, at: int) -> tuple[int, int]:
        """First word of the clause that word `at` stands in, and the first of the next."""
        start = max((start for start in self.clause_starts if start <= at), default=0)
        end = min((start for start in self.clause_starts if start > at), default=len(self.tokens))
        return start, end

    def is_market_report(self, end: int) -> bool:
        """Whether what stands before word `end` tells of a market and of no state: `Shares slump after ...`."""
        states = [first for mention, (first, _) in zip(self.mentions, self.places, strict=True) if mention.is_actor and first < end]
        led = [first for first in states if first == 0 or self.tokens[first - 1].lower not in cues("governed")]
        return not led and bool(cues("markets") & set(self.words_between(0, end)))

    def words_between(self, first: int, end: int) -> list[str]:
        """Lower-case words from `first` up to, not including, `end`."""
        return [word.lower for word in self.tokens[max(first, 0) : end]]


def marked(text: str, mentions: Sequence[Mention]) -> Marked:
    """Mark one sentence: longest phrases first, verbs and nouns of the same spelling told apart by their neighbours."""
    tokens = tuple(tokenize(text))
    layers: tuple[tuple[Group, ...], ...] = (("object", "act", "operator_noun"), ("verb",), ("operator",))
    standing = _standing(tokens)
    found = [mark for groups in layers for mark in _marks(tokens, standing, groups)]
    marks = sorted((mark for mark in found if not any(_is_part(mark, other) for other in found)), key=lambda mark: (mark.first, mark.group))
    return Marked(text, tokens, tuple(mentions), tuple(marks), tuple(_clause_starts(tokens)))


def _is_part(mark: Mark, other: Mark) -> bool:
    """Whether a mark means nothing of its own in a longer phrase: the fears of `trade war fears`, the plans of `no plans`, the pressing of
    `press ahead with`. Of two words, `held talks` keeps its talks and `agree to` its agreeing."""
    is_inside = other.first <= mark.first and mark.last <= other.last and mark.last - mark.first < other.last - other.first
    is_turner = mark.group in {"operator", "operator_noun"} and other.group in {"object", "operator"}
    return is_inside and (is_turner or other.last - other.first >= LONG)


def _standing(tokens: Sequence[Token]) -> list[list[Phrase]]:
    """For each word the phrases of the lexicon that begin there, longest first."""
    index, lower = phrases(), tuple(word.lower for word in tokens)
    return [[p for p in index.get(word, ()) if lower[at : at + len(p.spelling)] == p.spelling] for at, word in enumerate(lower)]


def _marks(tokens: Sequence[Token], standing: Sequence[Sequence[Phrase]], groups: tuple[Group, ...]) -> list[Mark]:
    found: list[Mark] = []
    at = 0
    nouns = "object" in groups
    while at < len(tokens):
        here = standing[at]
        fitting = [p for p in here if p.group in groups and _is_noun(tokens, at, here, len(p.spelling)) == nouns]
        if not fitting:
            at += 1
            continue
        length = len(fitting[0].spelling)
        longest = sorted((p for p in fitting if len(p.spelling) == length), key=lambda p: groups.index(p.group))
        group = longest[0].group
        found.append(Mark(group, at, at + length - 1, tuple(p for p in longest if p.group == group)))
        at += length
    return found


def _is_noun(tokens: Sequence[Token], at: int, standing: Sequence[Phrase], length: int) -> bool:
    """Whether the `length` words at `at` are a noun. Only spellings that can be noun and verb need their neighbours."""
    both = {p.form == "noun" for p in standing if len(p.spelling) == length}
    if len(both) == 1:
        return both == {True}
    word = tokens[at].lower
    before = tokens[at - 1].lower if at else ""
    after = tokens[at + length].lower if at + length < len(tokens) else "."
    if before in cues("modals") - {"that"} and after != ".":
        return False
    if before in cues("determiners") or before[:1].isdigit() or after in cues("after_noun"):
        return True
    is_verb_like = before == "" or tokens[at - 1].text[0].isupper() or word.endswith("ed")
    return not is_verb_like


def _clause_starts(tokens: Sequence[Token]) -> list[int]:
    starts = [0]
    for at, word in enumerate(tokens[1:], start=1):
        before = tokens[at - 1].lower
        if word.text == "," and starts == [0] and tokens[0].lower in cues("subordinators") | cues("provisos"):
            starts.append(at)  # the first comma ends a clause that opens the sentence
            continue
        opens = word.lower in cues("subordinators") or before in cues("hard") or (before == "," and word.lower in cues("conjunctions"))
        if opens and not (word.lower == "as" and before in {"such", "well"}):
            starts.append(at)
    return starts
