"""Names of countries and leaders in the lexicon, as tokens.

Belongs here: spellings, terms of office, and names that two countries share. Does not: whether a name in a sentence means the state.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from pipeline.signals.lexicon import LexiconError, load_lexicon
from pipeline.signals.lexicon.leaders import list_spellings, list_surnames
from pipeline.signals.tokens import tokenize

MAX_LENGTH_OF_ABBREVIATION = 3  # longer names also occur in capitals, as old news wires print headlines

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a country in the lexicon, as tokens.

    `role`: as in `Mention` (`actors.py`). `terms`: a leader's periods in office, from the first day up to but not including the last.
    `surname`: that of a leader whose surname alone is not enough, else empty. `is_shared`: an office that many countries have (`commerce
    ministry`); it is this country's, unless a country is named up to six tokens before it: then it is no mention.
    """

    code: str
    role: str
    spelling: Words
    terms: tuple[tuple[date, date], ...] = ()
    surname: str = ""
    is_shared: bool = False

    def is_in_office(self, day: date | None) -> bool:
        """Return whether the name counts on a day.

        A leader's name only does in one of the `terms`; any other, or without a day (None), always.
        """
        return not self.terms or day is None or any(first <= day < last for first, last in self.terms)


@cache
def build_name_index() -> dict[str, list[Name]]:
    """Map the first word of each name to its names, longest first."""
    return _index_by_first_word(read_names(load_lexicon("actors")["country"]))


@cache
def build_surname_index() -> dict[str, list[Name]]:
    """Map surnames that need a context, by first word, to leaders.

    These are surnames that are also a word or that many people have (`Brown`). Of those with one first word the longest comes first.
    """
    names: list[Name] = []
    for country in load_lexicon("actors")["country"]:
        for leader in country["leaders"]:
            for spelled in list_surnames(leader):
                names += (Name(country["code"], "leader", words, _to_terms(leader), leader["surname"]) for words in _to_spellings(spelled))
    return _index_by_first_word(names)


def _index_by_first_word(names: Sequence[Name]) -> dict[str, list[Name]]:
    index: dict[str, list[Name]] = {}
    for name in sorted(names, key=lambda name: -len(name.spelling)):
        index.setdefault(name.spelling[0], []).append(name)
    return index


def _to_terms(leader: dict[str, Any]) -> tuple[tuple[date, date], ...]:
    return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in leader["terms"])


def read_names(countries: list[dict[str, Any]]) -> list[Name]:
    """Return all names in entries `[[country]]` of `actors.toml`.

    `LexiconError` if two countries have the same name (`_add_name`).
    """
    names: dict[Words, list[Name]] = {}
    for country in countries:
        code = country["code"]
        for field, role in (("names", "country"), ("capitals", "capital"), ("demonyms", "demonym"), ("institutions", "institution")):
            for spelled in country[field]:
                _add_name(names, Name(code, role, (spelled,)))
        for spelled in country.get("firms", ()):
            _add_name(names, Name(code, "firm", (spelled,)))
        for spelled in country.get("shared", ()):
            _add_name(names, Name(code, "institution", (spelled,), is_shared=True))
        for leader in country["leaders"]:
            for spelled in list_spellings(leader):
                _add_name(names, Name(code, "leader", (spelled,), _to_terms(leader), leader.get("surname", "")))
    return [name for same in names.values() for name in same]


def _add_name(names: dict[Words, list[Name]], added: Name) -> None:
    """Add a name to `names`, in all its spellings.

    The spelling of `added` is one text. Names of a country are added once, leaders for each of their terms. Raises `LexiconError` if it is
    a name of another country too, unless both are leaders who were not in office at the same time.
    """
    for spelling in _to_spellings(added.spelling[0]):
        for other in names.setdefault(spelling, []):
            if other.code != added.code and _are_both_in_office(other, added):
                raise LexiconError(
                    f"actors.toml: {' '.join(spelling)!r} is a name of both {other.code} and {added.code}; remove one or correct its terms"
                )
        if not names[spelling] or added.terms:
            names[spelling].append(replace(added, spelling=spelling))


def _are_both_in_office(one: Name, other: Name) -> bool:
    """Whether two names are valid on a common day.

    Names of leaders are valid in their terms of office, other names always.
    """
    if not one.terms or not other.terms:
        return True
    return any(first < end and start < last for first, last in one.terms for start, end in other.terms)


def _to_spellings(spelled: str) -> list[Words]:
    """Split a name into tokens: as spelled, capitalized and in capitals.

    A sentence may open with a name such as `von der Leyen`, and old news wires print headlines in capitals. Names of up to
    `MAX_LENGTH_OF_ABBREVIATION` characters are not added in capitals.
    """
    capitals = spelled.upper() if len(spelled) > MAX_LENGTH_OF_ABBREVIATION else spelled
    variants = dict.fromkeys((spelled, spelled[0].upper() + spelled[1:], capitals))
    return [tuple(token.text for token in tokenize(variant)) for variant in variants]
