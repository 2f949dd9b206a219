"""The lexicon as entries that can be matched: every form of every phrase, by its first word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms, verb_forms
from pipeline.signals.tokens import tokenize

Group = Literal["verb", "act", "object", "operator", "operator_noun"]


@dataclass(frozen=True)
class Phrase:
    """One spelling of one lexicon entry. `form` is that of its first word (base, s, past, pp, both, any, ing), or `noun`."""

    spelling: tuple[str, ...]
    group: Group
    entry: Mapping[str, Any]
    form: str
    is_standalone: bool = False


@cache
def phrases() -> dict[str, list[Phrase]]:
    """All phrases by their first word in lower case, longest first, in the order of the lexicon."""
    index: dict[str, list[Phrase]] = {}
    for phrase in _all():
        index.setdefault(phrase.spelling[0], []).append(phrase)
    for found in index.values():
        found.sort(key=lambda phrase: -len(phrase.spelling))
    return index


@cache
def word_list(section: str) -> frozenset[str]:
    """A plain list of `operators.toml`: strangers or topics."""
    return frozenset(load_lexicon("operators")[section]["words"])


def _all() -> Iterable[Phrase]:
    for entry in load_lexicon("verbs")["verb"]:
        yield from _verbs("verb", entry, entry["words"])
        yield from _nouns("act", entry, entry.get("nouns", ()))
    for entry in load_lexicon("objects")["object"]:
        yield from _nouns("object", entry, entry["words"])
    for entry in load_lexicon("operators")["operator"]:
        yield from _verbs("operator", entry, dict.fromkeys((*entry["words"], *entry.get("standalone", ()))))
        yield from _nouns("operator_noun", entry, entry.get("nouns", ()))


def _verbs(group: Group, entry: Mapping[str, Any], listed: Iterable[str]) -> Iterable[Phrase]:
    standalone = frozenset(_with_auxiliaries(entry.get("standalone", ())))
    for phrase in _with_auxiliaries(listed):
        for spelled, form in verb_forms(phrase).items():
            yield Phrase(_spelling(spelled), group, entry, form, phrase in standalone)


def _with_auxiliaries(listed: Iterable[str]) -> Iterable[str]:
    """`not bow` is also found as `will not bow`, `would not bow` and `won't bow`."""
    for phrase in listed:
        yield phrase
        if phrase.startswith("not "):
            yield from (f"{auxiliary} {phrase}" for auxiliary in ("will", "would"))
            yield phrase.replace("not", "won't", 1)


def _nouns(group: Group, entry: Mapping[str, Any], listed: Iterable[str]) -> Iterable[Phrase]:
    for phrase in listed:
        for spelled in noun_forms(phrase):
            yield Phrase(_spelling(spelled), group, entry, "noun")


def _spelling(phrase: str) -> tuple[str, ...]:
    return tuple(word.lower for word in tokenize(phrase))
