"""Marking of lexicon phrases and clauses in a sentence.

What the marks mean together is decided in `compose.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.contracts.days import MONTHS
from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.phrases import Category, Phrase, phrase_index
from pipeline.signals.tokens import Token, tokenize

LONG_PHRASE = 2  # least distance from first to last word: three words or more
NO_REACH = 7  # words before a noun in which its `no` is
RELATIONS_REACH = 6  # words of a sentence in which it names the relations that it is about
OWNER_REACH = 4  # words before a noun in which its owner's `'s` is
MAX_LENGTH_OF_SHORT_WORD = 3  # a title may have shorter words in lower case
_NAMES_OF_TIME = frozenset({*MONTHS, *(month[:3] for month in MONTHS), "Sept"})
# No noun in the plural directly precedes one of these: `ends the relief`.
_ARTICLES = frozenset({"a", "an", "her", "his", "its", "our", "the", "their", "these", "this", "those"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A lexicon phrase found in a sentence.

    It has the words `first` to `last` (inclusive). `category`: what part of an act it is (verb, object, operator, or the noun of a verb or
    operator). `readings` are the phrases of all entries that the words may belong to, in the order of the lexicon.
    """

    category: Category
    first: int
    last: int
    readings: tuple[Phrase, ...]

    @property
    def form(self) -> str:
        """Form of the first word, such as base or past."""
        return self.readings[0].form


@dataclass(frozen=True)
class MarkedSentence:
    """A sentence with its tokens, mentions, marks and clauses.

    `mentions`: where it names or means countries; `marks`: phrases of the lexicon in it, in order; `clause_starts`: positions of the first
    words of clauses.
    """

    text: str
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    marks: tuple[Mark, ...]
    clause_starts: tuple[int, ...]

    @cached_property
    def words(self) -> frozenset[str]:
        """All words, in lower case."""
        return frozenset(token.lower for token in self.tokens)

    @cached_property
    def mention_spans(self) -> tuple[tuple[int, int], ...]:
        """First and last word (inclusive) of each mention."""
        return tuple(self._word_span(mention) for mention in self.mentions)

    @cached_property
    def located_mentions(self) -> tuple[tuple[Mention, tuple[int, int]], ...]:
        """Each mention with its first and last word (inclusive)."""
        return tuple(zip(self.mentions, self.mention_spans, strict=True))

    @cached_property
    def words_of_mentions(self) -> frozenset[int]:
        """Positions of the words that belong to a mention."""
        return frozenset(at for first, last in self.mention_spans for at in range(first, last + 1))

    @cached_property
    def title_words(self) -> tuple[Token, ...]:
        """Words of a headline in Title Case, whose capitals make no names.

        They are its words of over `MAX_LENGTH_OF_SHORT_WORD` letters that name no country. Empty unless more than half of these have
        capitals.
        """
        words = tuple(
            token
            for at, token in enumerate(self.tokens)
            if at not in self.words_of_mentions and token.text[0].isalpha() and len(token.text) > MAX_LENGTH_OF_SHORT_WORD
        )
        return words if 2 * sum(word.text[0].isupper() for word in words) > len(words) else ()

    def _word_span(self, mention: Mention) -> tuple[int, int]:
        """Return the first and last word (inclusive) of a mention.

        It is (0, 0) if the mention has no words.
        """
        inside = [i for i, token in enumerate(self.tokens) if token.start < mention.end and token.end > mention.start]
        return (inside[0], inside[-1]) if inside else (0, 0)

    def marks_of(self, *categories: Category) -> list[Mark]:
        """Return the marks of these categories, left to right."""
        return [mark for mark in self.marks if mark.category in categories]

    def clause_bounds(self, at: int) -> tuple[int, int]:
        """Return first word and end of the clause of word `at`.

        The end is the first word of the next clause, or the number of words.
        """
        start = max((start for start in self.clause_starts if start <= at), default=0)
        end = min((start for start in self.clause_starts if start > at), default=len(self.tokens))
        return start, end

    def reports_effect(self, end: int) -> bool:
        """Whether the words before `end` only report what news moved.

        They have a word of markets and name no state as subject (`Shares slump after ...`), or say how relations are since a day of the
        week (`The dispute eased on Friday after ...`).
        """
        words = self.words_between(0, end)
        if not cues("relations").isdisjoint(words[:RELATIONS_REACH]) and not cues("days").isdisjoint(words):
            return True
        states = [first for mention, (first, _) in self.located_mentions if mention.is_actor and first < end]
        subjects = [first for first in states if first == 0 or self.tokens[first - 1].lower not in cues("governed")]
        return not subjects and not cues("markets").isdisjoint(words)

    def is_governed(self, at: int) -> bool:
        """Whether a preposition directly precedes word `at`, or a preposition and `the`."""
        before = self.words_between(at - 2, at)
        return not cues("governed").isdisjoint(before[-1:] if before[-1:] != ["the"] else before[:1])

    def has_no(self, at: int) -> bool:
        """Whether `no` opens the noun phrase of word `at`: `no further economic or trade talks`."""
        before = self.words_between(at - NO_REACH, at)
        return "no" in before and cues("phrase_ends").isdisjoint(before[before.index("no") + 1 :])

    def has_no_object(self, verb: Mark) -> bool:
        """Whether the word after a verb shows that it has no object.

        Examples: `the duty doubles on Monday`, `rises to 20 percent`; not `begins to bite` or `increases costs`.
        """
        after, level = [*self.words_between(verb.last + 1, verb.last + 3), ".", "."][:2]
        if after == "to":
            return level[:1].isdigit() or level in cues("hedges")
        return not after[0].isalnum() or after in cues("days") or after in cues("after_intransitive")

    def is_declined(self, operator: Mark) -> bool:
        """Whether an operator is a negation of a will or plan.

        The word is in it or next to it: `will not lift`, `has no plans to lift`, `does not intend to lift`.
        """
        wording = self.words_between(operator.first - 1, operator.last + 2)
        return operator.readings[0].entry["class"] == "negate" and not cues("declining").isdisjoint(wording)

    def is_expected(self, operator: Mark) -> bool:
        """Whether somebody foretells what another does: `expects that Peru will`."""
        after = self.words_between(operator.last + 1, operator.last + 2)
        return self.tokens[operator.first].lower.startswith("expect") and after == ["that"]

    def words_between(self, first: int, end: int) -> list[str]:
        """Return the lower-case words from `first` up to, not including, `end`."""
        return [token.lower for token in self.tokens[max(first, 0) : end]]


def mark_sentence(text: str, mentions: Sequence[Mention]) -> MarkedSentence:
    """Mark the lexicon phrases of a sentence; where several match, the longest.

    Words that can be noun or verb (`exports`) are decided by their neighbours. Nouns, verbs and operators are matched separately, so their
    marks may overlap, unless one is dropped as part of another (`_is_part_of`).
    """
    tokens = tokenize(text)
    layers: tuple[tuple[Category, ...], ...] = (("object", "act", "operator_noun"), ("verb",), ("operator",))
    phrases = _match_phrases(tokens)
    openers = _find_verbs_of_openers(tokens, phrases, mentions)
    all_marks = [mark for categories in layers for mark in _find_marks(tokens, phrases, categories, openers)]
    marks = [mark for mark in all_marks if not any(_is_part_of(mark, other) for other in all_marks)]
    marks.sort(key=lambda mark: (mark.first, mark.category))
    return MarkedSentence(text, tokens, tuple(mentions), tuple(marks), tuple(_find_clause_starts(tokens, marks)))


def _is_part_of(mark: Mark, other: Mark) -> bool:
    """Whether a mark is dropped as part of a longer phrase, `other`.

    In a phrase of three words or more every mark is dropped (`fears` in `trade war fears`). In a phrase of two words only operators are
    dropped, and only if the phrase is an object or operator; verbs and objects keep their own meaning there: `held talks`.
    """
    is_inside = other.first <= mark.first and mark.last <= other.last and mark.last - mark.first < other.last - other.first
    is_operator = mark.category in {"operator", "operator_noun"} and other.category in {"object", "operator"}
    return is_inside and (is_operator or other.last - other.first >= LONG_PHRASE)


def _match_phrases(tokens: Sequence[Token]) -> list[list[Phrase]]:
    """Return for each word the lexicon phrases that begin there, longest first.

    Left out are those that mean something else next to other words (`_means_other`, `_is_no_act`).
    """
    index, lower = phrase_index(), (*(token.lower for token in tokens), "")
    return [
        [
            p
            for p in index.get(word, ())
            if lower[at : at + len(p.words)] == p.words and not _means_other(p, lower[at + len(p.words)]) and not _is_no_act(tokens, at, p)
        ]
        for at, word in enumerate(lower[:-1])
    ]


def _means_other(phrase: Phrase, after: str) -> bool:
    """Whether a phrase is no act or object before the word `after`.

    Examples: `press secretary`, `cut the key rate to 2 percent on Monday`, `have revived`, `push back against` and, before what somebody
    goes on doing, `keep asking`.
    """
    last = phrase.words[-1]
    if phrase.category == "object":
        return last == "on" and after in cues("days")
    if last == "back" and phrase.words[0].startswith("push"):
        return after in cues("resisting")
    if last in {"keep", "keeps", "kept"}:
        return after.endswith("ing") and after not in cues("participial")
    return (last in {"have", "has", "had"} and after.endswith("ed")) or f"{last} {after}" in cues("lookalikes")


def _is_no_act(tokens: Sequence[Token], at: int, phrase: Phrase) -> bool:
    """Whether a phrase is a noun, or names a document.

    `at`: position of its first word. Examples: the month in `the order of May 30`, and the order in `the anti-dumping duty order`, which
    buys nothing. Nor does a verb of several words follow an article: `a kick in the teeth`. `used to` is a habit of the past, or a mere
    purpose (`is used to`), but not after other nouns: `metals used to make chips`.
    """
    before = tokens[at - 1].lower if at else ""
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if phrase.words == ("used", "to"):
        is_name = at > 0 and tokens[at - 1].text[0].isupper() and (at == 1 or tokens[at - 2].lower not in cues("governed"))
        return not is_name and before not in cues("habitual") | cues("be")
    if before in {"a", "an"} and phrase.category == "verb" and phrase.form == "base" and len(phrase.words) > 1:
        return True
    if phrase.words == ("may",):
        return tokens[at].text == "May" and (after[:1].isdigit() or before in cues("before_months"))
    return phrase.words in {("order",), ("orders",)} and before in cues("of_orders")


def _find_verbs_of_openers(tokens: Sequence[Token], phrases: Sequence[Sequence[Phrase]], mentions: Sequence[Mention]) -> frozenset[int]:
    """Find a verb after a short name that opens a sentence.

    Returns its position. `US` is also an adjective, so a word such as `sanctions` after it may be noun or verb. In `US sanctions Chinese
    firms` it is the verb: a country, a noun of trade or a word such as `its` follows, and nothing that may be the verb of `US sanctions`.
    Empty if there is none.
    """
    if len(tokens) <= LONG_PHRASE or tokens[0].text not in cues("short_names") or not any(p.form == "s" for p in phrases[1]):
        return frozenset()
    forms = {p.form for p in phrases[2]}
    is_verb = bool(forms & {"base", "past", "both", "any"})
    is_country = any(mention.start == tokens[2].start for mention in mentions)
    is_object = is_country or "noun" in forms or tokens[2].lower in cues("determiners") - cues("after_noun")
    return frozenset({1}) if is_object and not is_verb and tokens[2].lower not in cues("governed") else frozenset()


def _find_marks(
    tokens: Sequence[Token], phrases: Sequence[Sequence[Phrase]], categories: tuple[Category, ...], openers: frozenset[int]
) -> list[Mark]:
    """Mark lexicon phrases of some categories, without overlaps.

    `phrases`: those at each word, longest first (`_match_phrases`). From left to right, the longest that fits wins; of equally long ones,
    that of the first category. With `object` in `categories`, only words used as a noun fit (`_is_noun`); without it, only others. Words at
    `openers` are verbs.
    """
    marks: list[Mark] = []
    at = 0
    wants_nouns = "object" in categories
    while at < len(tokens):
        here = phrases[at]
        fitting = [
            p for p in here if p.category in categories and (at not in openers and _is_noun(tokens, at, here, len(p.words))) == wants_nouns
        ]
        if not fitting:
            at += 1
            continue
        length = len(fitting[0].words)
        longest = sorted((p for p in fitting if len(p.words) == length), key=lambda p: categories.index(p.category))
        category = longest[0].category
        marks.append(Mark(category, at, at + length - 1, tuple(p for p in longest if p.category == category)))
        at += length
    return marks


def _is_noun(tokens: Sequence[Token], at: int, phrases: Sequence[Phrase], length: int) -> bool:
    """Whether the `length` words at `at` are a noun.

    `phrases`: those that begin at `at`. Neighbours decide only if the lexicon has the words as noun and verb.
    """
    forms = {p.form for p in phrases if len(p.words) == length}
    is_noun_form = {form == "noun" for form in forms}
    word = tokens[at].lower
    before = tokens[at - 1].lower if at else ""
    # No infinitive: `agreed to tariffs on tea`; in speech there is also `is going to tariffs`.
    is_after_to = before == "to" and forms <= {"noun", "s"} and tokens[at - 2].lower != "going"
    if len(is_noun_form) == 1 or is_after_to:
        return True in is_noun_form
    after = tokens[at + length].lower if at + length < len(tokens) else "."
    if before in cues("modals") - {"that"} and after != ".":
        return False
    if before in cues("be") - {"'s"} and any(p.form in {"pp", "both", "any"} for p in phrases if len(p.words) == length):
        return False  # imports will be cut
    is_owned = word == "tariffs" and "'s" in [token.lower for token in tokens[max(at - OWNER_REACH, 0) : at]]
    is_before_verb = word == "tariffs" and after[:1].isalpha() and tokens[at + length].text[0].islower()
    if word == "tariff" or is_owned or is_before_verb:
        return True  # EU tariff exclusions, Trump's new India tariffs, Swiss tariffs fall
    # In `tariffs cut to 15%` the cut is no noun.
    is_level = after == "to" and tokens[at + length + 1 :][:1] and tokens[at + length + 1].text[0].isdigit()
    is_participle = bool(is_level) and any(p.form == "any" for p in phrases if len(p.words) == length)
    governs_object = after in _ARTICLES and any(p.form == "s" for p in phrases if len(p.words) == length)
    is_introduced = before in cues("determiners") or before[:1].isdigit()
    if not governs_object and (is_introduced or (after in cues("after_noun") and not is_participle)):
        return True
    is_verb_like = is_participle or governs_object or before == "" or tokens[at - 1].text[0].isupper() or word.endswith("ed")
    return not is_verb_like


def _is_date(words: Sequence[Token]) -> bool:
    """Whether words begin with a month, a weekday or a number."""
    return any(word.text[0].isdigit() or word.text.rstrip(".") in _NAMES_OF_TIME or word.lower in cues("days") for word in words)


def _find_clause_starts(tokens: Sequence[Token], marks: Sequence[Mark]) -> list[int]:
    """Return the positions of the first words of clauses, 0 first.

    A clause begins after a hard stop such as `;`, at a conjunction such as `because`, and after a comma also at one such as `and`. Where
    such a clause comes before the main verb or directly after `that`, the next begins at the comma that ends it: `If ..., `,
    `said that if ..., China will raise`. `as` after `such` or `well` begins none.
    """
    first_verb = min((mark.first for mark in marks if mark.category in {"verb", "operator"}), default=len(tokens))
    starts = [0]
    is_before_main = bool(tokens) and tokens[0].lower in cues("subordinators") | cues("conditions")
    for at, token in enumerate(tokens[1:], start=1):
        before = tokens[at - 1].lower
        if token.text == "," and is_before_main:
            starts.append(at)
            is_before_main = False
            continue
        # In `suspends until May 3 its duty` the date is no clause.
        is_date = token.lower == "until" and _is_date(tokens[at + 1 : at + 2])
        is_subordinate = token.lower in cues("subordinators") and not is_date
        opens = is_subordinate or before in cues("hard") or (before == "," and token.lower in cues("conjunctions"))
        if opens and not (token.lower == "as" and before in {"such", "well"}):
            starts.append(at)
            is_before_main = is_before_main or (is_subordinate and (at < first_verb or before == "that"))
    return starts
