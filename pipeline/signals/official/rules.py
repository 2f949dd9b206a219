"""The rules of `acts.toml`: which document is which act, and which is set aside for which reason.

Belongs here: loading, refusing what is misspelt, and which rules hold for a document. Does not: partners, dates and rows (`judge.py`).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from pipeline.contracts.model import Vocabulary
from pipeline.contracts.vocabulary import ACT_BASIS, INSTRUMENT, KIND, OFFICIAL_OUTCOME, STATUS
from pipeline.signals.lexicon import SHA_LENGTH, LexiconError

FILE = Path(__file__).with_name("acts.toml")
TARGETS = ("named", "named_or_all", "title_or_all", "all")
Target = Literal["named", "named_or_all", "title_or_all", "all"]

_NEEDED = {"id", "agencies", "title", "kind", "instrument", "status", "target", "example", "gives"}
_OPTIONAL = {"unless", "about", "types", "near", "far", "within", "also", "undated", "basis"}
_ASIDE_NEEDED, _ASIDE_OPTIONAL = {"id", "reason", "title", "example"}, {"unless", "agencies"}


@dataclass(frozen=True)
class Document:
    """What the rules look at. `about` is title, action and abstract; texts stand on one line."""

    title: str
    about: str
    type: str
    agencies: frozenset[str]


@dataclass(frozen=True)
class Rule:
    """One entry of `acts.toml`, compiled; what the parts mean stands there."""

    id: str
    agencies: frozenset[str]
    title: re.Pattern[str]
    unless: re.Pattern[str] | None
    about: re.Pattern[str] | None
    types: frozenset[str]
    kind: str
    instrument: str
    status: str
    undated: str
    target: Target
    near: re.Pattern[str] | None
    far: re.Pattern[str] | None
    within: re.Pattern[str] | None
    basis: str
    also: tuple[str, ...]

    def holds(self, document: Document) -> bool:
        """Whether the document is this act."""
        return (
            not self.agencies.isdisjoint(document.agencies)
            and (not self.types or document.type in self.types)
            and _found(self.title, self.unless, document.title)
            and (self.about is None or bool(self.about.search(document.about)))
        )


@dataclass(frozen=True)
class Aside:
    """What a document is that no rule holds."""

    id: str
    reason: str
    agencies: frozenset[str]
    title: re.Pattern[str]
    unless: re.Pattern[str] | None

    def holds(self, document: Document) -> bool:
        """Whether this is the reason."""
        return (not self.agencies or not self.agencies.isdisjoint(document.agencies)) and _found(self.title, self.unless, document.title)


class Rules(NamedTuple):
    """All of `acts.toml`, in its order; `agencies` are those that any rule asks for, `strangers` words that name no partner."""

    acts: tuple[Rule, ...]
    asides: tuple[Aside, ...]
    places: tuple[tuple[re.Pattern[str], str], ...]
    strangers: re.Pattern[str] | None
    agencies: frozenset[str]
    sha: str

    def acts_of(self, document: Document) -> list[Rule]:
        """The first rule that holds, and those that may hold beside it: no two of the same kind."""
        first = next((rule for rule in self.acts if rule.holds(document)), None)
        if first is None:
            return []
        beside = {rule.kind: rule for rule in reversed(self.acts) if rule.id in first.also and rule.holds(document)}
        return [first, *(rule for kind, rule in beside.items() if kind != first.kind)]

    def aside_of(self, document: Document) -> Aside | None:
        """The first reason that holds."""
        return next((aside for aside in self.asides if aside.holds(document)), None)


@cache
def rules() -> Rules:
    """The shipped rules. `LexiconError` names the entry that breaks a rule of its own."""
    return parse_rules(FILE.read_text(encoding="utf-8"))


def parse_rules(text: str) -> Rules:
    """Rules from the text of a file like `acts.toml`. `LexiconError` names what cannot be read and the entry it stands in."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"acts.toml: is no TOML ({error})") from error
    acts = tuple(_rule(entry) for entry in given.get("rule", []))
    asides = tuple(_aside(entry) for entry in given.get("aside", []))
    ids = [one.id for one in acts]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    unknown = sorted({name for rule in acts for name in rule.also} - set(ids))
    if twice or unknown:
        raise LexiconError(f"acts.toml: ids that stand twice: {twice}; ids in `also` that no rule has: {unknown}")
    places = tuple((_pattern(rf"\b{re.escape(words)}\b", "places"), code) for words, code in given.get("places", {}).items())
    sha = sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:SHA_LENGTH]
    strangers = _optional(given.get("strangers", {}), "words", "strangers")
    return Rules(acts, asides, places, strangers, frozenset().union(*(rule.agencies for rule in acts)), sha)


def _rule(entry: Mapping[str, Any]) -> Rule:
    name = _keys(entry, _NEEDED, _OPTIONAL)
    for key, vocabulary in (("kind", KIND), ("instrument", INSTRUMENT), ("status", STATUS), ("undated", STATUS), ("basis", ACT_BASIS)):
        _in_vocabulary(entry, key, vocabulary, name)
    if entry["target"] not in TARGETS:
        raise LexiconError(f"acts.toml, {name}: target is {entry['target']!r}; it is one of {', '.join(TARGETS)}")
    return Rule(
        id=entry["id"],
        agencies=frozenset(entry["agencies"]),
        title=_pattern(entry["title"], name),
        unless=_optional(entry, "unless", name),
        about=_optional(entry, "about", name),
        types=frozenset(entry.get("types", ())),
        kind=entry["kind"],
        instrument=entry["instrument"],
        status=entry["status"],
        undated=entry.get("undated", entry["status"]),
        target=cast(Target, entry["target"]),
        near=_optional(entry, "near", name),
        far=_optional(entry, "far", name),
        within=_optional(entry, "within", name),
        basis=entry.get("basis", "title"),
        also=tuple(entry.get("also", ())),
    )


def _aside(entry: Mapping[str, Any]) -> Aside:
    name = _keys(entry, _ASIDE_NEEDED, _ASIDE_OPTIONAL)
    _in_vocabulary(entry, "reason", OFFICIAL_OUTCOME, name)
    agencies = frozenset(entry.get("agencies", ()))
    return Aside(entry["id"], entry["reason"], agencies, _pattern(entry["title"], name), _optional(entry, "unless", name))


def _keys(entry: Mapping[str, Any], needed: set[str], optional: set[str]) -> str:
    name = str(entry.get("id", "an entry without id"))
    missing, extra = sorted(needed - set(entry)), sorted(set(entry) - needed - optional)
    if missing or extra:
        raise LexiconError(f"acts.toml, {name}: lacks {missing}, and has {extra}, which mean nothing")
    return name


def _in_vocabulary(entry: Mapping[str, Any], key: str, vocabulary: Vocabulary, name: str) -> None:
    if key in entry and entry[key] not in vocabulary:
        raise LexiconError(f"acts.toml, {name}: {key} is {entry[key]!r}; it is one of {', '.join(vocabulary.words)}")


def _optional(entry: Mapping[str, Any], key: str, name: str) -> re.Pattern[str] | None:
    return _pattern(entry[key], name) if key in entry else None


def _pattern(text: str, name: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise LexiconError(f"acts.toml, {name}: {text!r} is no regular expression ({error})") from error


def _found(pattern: re.Pattern[str], unless: re.Pattern[str] | None, text: str) -> bool:
    return bool(pattern.search(text)) and not (unless is not None and unless.search(text))
