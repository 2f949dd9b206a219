"""The phrases of the lexicon in all inflected forms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms, verb_forms
from pipeline.signals.tokens import tokenize

Category = Literal["verb", "act", "object", "operator", "operator_noun"]


@dataclass(frozen=True)
class Phrase:
    """One inflected form of a lexicon entry, in lower-case words.

    `form` is that of the first word, or `noun`: base, s, past, pp (past participle), both (past and pp), any (base too, as `cut`), ing. A
    standalone operator (such as `rejects`) is an act without an object.
    """

    words: tuple[str, ...]
    category: Category
    entry: Mapping[str, Any]
    form: str
    is_standalone: bool = False


@cache
def phrase_index() -> dict[str, list[Phrase]]:
    """Map each first word to its phrases.

    They are ordered by length, longest first, then as in the lexicon.
    """
    index: dict[str, list[Phrase]] = {}
    for phrase in _iter_phrases():
        index.setdefault(phrase.words[0], []).append(phrase)
    for phrases in index.values():
        phrases.sort(key=lambda phrase: -len(phrase.words))
    return index


@cache
def word_list(section: str) -> frozenset[str]:
    """Return a word list of `operators.toml`: strangers, topics or security."""
    return frozenset(load_lexicon("operators")[section]["words"])


@cache
def nonstate_nouns() -> frozenset[str]:
    """Return nouns that act for no state, such as `firms`."""
    return frozenset(load_lexicon("actors")["nouns"]["nonstate"])


def _iter_phrases() -> Iterable[Phrase]:
    """Yield every form of every entry of the lexicon, in order."""
    for entry in load_lexicon("verbs")["verb"]:
        yield from _inflect_verbs("verb", entry, entry["words"])
        yield from _inflect_nouns("act", entry, entry.get("nouns", ()))
    for entry in load_lexicon("objects")["object"]:
        yield from _inflect_nouns("object", entry, entry["words"])
    for entry in load_lexicon("operators")["operator"]:
        yield from _inflect_verbs("operator", entry, dict.fromkeys((*entry["words"], *entry.get("standalone", ()))))
        yield from _inflect_nouns("operator_noun", entry, entry.get("nouns", ()))


def _inflect_verbs(category: Category, entry: Mapping[str, Any], phrases: Iterable[str]) -> Iterable[Phrase]:
    """Yield the forms of phrases; their first word inflects like a verb."""
    standalone = frozenset(_add_auxiliaries(entry.get("standalone", ())))
    for phrase in _add_auxiliaries(phrases):
        for inflected, form in verb_forms(phrase).items():
            yield Phrase(_to_words(inflected), category, entry, form, phrase in standalone)


def _add_auxiliaries(phrases: Iterable[str]) -> Iterable[str]:
    """Add the forms with `will` and `would` to negated phrases.

    For `not bow`: `will not bow`, `would not bow` and `won't bow`.
    """
    for phrase in phrases:
        yield phrase
        if phrase.startswith("not "):
            yield from (f"{auxiliary} {phrase}" for auxiliary in ("will", "would"))
            yield phrase.replace("not", "won't", 1)


def _inflect_nouns(category: Category, entry: Mapping[str, Any], phrases: Iterable[str]) -> Iterable[Phrase]:
    """Yield singular and plural of an entry's noun phrases."""
    for phrase in phrases:
        for inflected in noun_forms(phrase):
            yield Phrase(_to_words(inflected), category, entry, "noun")


def _to_words(phrase: str) -> tuple[str, ...]:
    """Split a phrase into lower-case words as sentences are split."""
    return tuple(token.lower for token in tokenize(phrase))
