"""Load the rules of `acts.toml` and match documents with them.

The rules say which document is which act, and why some documents without a rule are no act.
Does not belong here: partners, dates and rows (`classify.py`).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

from pipeline.contracts.model import Vocabulary
from pipeline.contracts.vocabulary import ACT_BASIS, INSTRUMENT, KIND, OFFICIAL_OUTCOME, STATUS
from pipeline.signals.lexicon import SHA_LENGTH, LexiconError

FILE = Path(__file__).with_name("acts.toml")
Target = Literal["named", "named_or_all", "title_or_all", "all"]

_RULE_REQUIRED = {"id", "agencies", "title", "kind", "instrument", "status", "target", "example", "gives"}
_RULE_OPTIONAL = {"unless", "about", "types", "near", "far", "within", "also", "undated", "basis"}
_EXCLUSION_REQUIRED, _EXCLUSION_OPTIONAL = {"id", "reason", "title", "example"}, {"unless", "agencies"}
_LISTS = {"agencies", "types", "also", "gives"}


@dataclass(frozen=True)
class Document:
    """The fields of a document that rules match.

    `about` is title, action and abstract, joined by spaces. Whoever makes a `Document` puts each text on one line.
    """

    title: str
    about: str
    type: str
    agencies: frozenset[str]


@dataclass(frozen=True)
class Rule:
    """A rule of `acts.toml`: which documents are which act.

    It is an entry `[[rule]]` with compiled patterns; the file describes the fields.
    """

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

    def matches(self, document: Document) -> bool:
        """Return whether a document is an act that the rule describes.

        One of its agencies, its type, title and `about` must fit, and the title must not match `unless`. If a rule has no types or no
        `about`, any fits.
        """
        return (
            not self.agencies.isdisjoint(document.agencies)
            and (not self.types or document.type in self.types)
            and _matches_text(self.title, self.unless, document.title)
            and (self.about is None or bool(self.about.search(document.about)))
        )


@dataclass(frozen=True)
class Exclusion:
    """An exclusion of `acts.toml`: why documents without a rule are no act.

    It is an entry `[[aside]]`. `title` must match a document's title and `unless` must not; `agencies`: one must have issued it (empty:
    any). `reason` is a word of `OFFICIAL_OUTCOME`.
    """

    id: str
    reason: str
    agencies: frozenset[str]
    title: re.Pattern[str]
    unless: re.Pattern[str] | None

    def matches(self, document: Document) -> bool:
        """Return whether agencies and title of a document fit the exclusion."""
        return (not self.agencies or not self.agencies.isdisjoint(document.agencies)) and _matches_text(
            self.title, self.unless, document.title
        )


class Rules(NamedTuple):
    """The content of `acts.toml`; entries are in the order of the file.

    `acts` and `exclusions`: of several that match, the first counts (for acts see also `find_rules`). `places`: patterns of places in
    titles, with the code of the partner. `ignored_words`: pattern of names that are not partners. `agencies`: those of all `acts`. `sha`:
    beginning of the hash of the file.
    """

    acts: tuple[Rule, ...]
    exclusions: tuple[Exclusion, ...]
    places: tuple[tuple[re.Pattern[str], str], ...]
    ignored_words: re.Pattern[str] | None
    agencies: frozenset[str]
    sha: str

    def find_rules(self, document: Document) -> list[Rule]:
        """Find the rules of all acts in a document.

        They are the first rule that matches, and those in its list `also` that match. If several have the same kind of act (such as
        `measure`), only the first in the file counts.
        """
        first = next((rule for rule in self.acts if rule.matches(document)), None)
        if first is None:
            return []
        additional = {rule.kind: rule for rule in reversed(self.acts) if rule.id in first.also and rule.matches(document)}
        return [first, *(rule for kind, rule in additional.items() if kind != first.kind)]

    def find_exclusion(self, document: Document) -> Exclusion | None:
        """Find the first exclusion that matches: why a document is no act.

        None if none matches.
        """
        return next((exclusion for exclusion in self.exclusions if exclusion.matches(document)), None)


@cache
def load_rules() -> Rules:
    """Load the shipped rules.

    Raises `LexiconError` if the file cannot be read as UTF-8, and as `parse_rules` does.
    """
    try:
        text = FILE.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise LexiconError(f"cannot read {FILE}: {error}") from error
    return parse_rules(text)


def parse_rules(text: str) -> Rules:
    """Parse the text of a file like `acts.toml`.

    Raises `LexiconError`, which names the invalid line or entry, also for a value of a wrong type. Entries are also invalid if two rules
    have the same id, or `also` names an unknown one.
    """
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # not only `TOMLDecodeError`: also numbers of thousands of digits
        raise LexiconError(f"acts.toml is not valid TOML ({error}); correct that line") from error
    acts = tuple(_parse_rule(entry) for entry in _get_entries(content, "rule"))
    exclusions = tuple(_parse_exclusion(entry) for entry in _get_entries(content, "aside"))
    ids = [rule.id for rule in acts]
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        raise LexiconError(f"acts.toml: several rules have the id {', '.join(repeated)}; give each rule an id of its own")
    if unknown := sorted({name for rule in acts for name in rule.also} - set(ids)):
        raise LexiconError(f"acts.toml: no rule has the id {', '.join(unknown)}, named in `also`; correct the id or add the rule")
    places = tuple((_compile(rf"\b{re.escape(words)}\b", "places"), code) for words, code in _get_table(content, "places").items())
    sha = sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:SHA_LENGTH]
    ignored_words = _compile_optional(_get_table(content, "strangers"), "words", "strangers")
    return Rules(acts, exclusions, places, ignored_words, frozenset().union(*(rule.agencies for rule in acts)), sha)


def _get_entries(content: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the entries of `[[key]]`; `LexiconError` if they are no tables."""
    entries = content.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise LexiconError(f"acts.toml: {key} is no list of tables; begin each entry with [[{key}]]")
    return entries


def _get_table(content: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return the table `[key]`; `LexiconError` if it has other values than strings."""
    table = content.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise LexiconError(f"acts.toml: {key} is no table of strings; begin it with [{key}], and put each value in quotes")
    return table


def _parse_rule(entry: Mapping[str, Any]) -> Rule:
    """Check a `[[rule]]` and compile its patterns.

    A missing `undated` becomes the `status`, a missing `basis` becomes `title`. `LexiconError` if the entry is invalid.
    """
    name = _check_keys(entry, _RULE_REQUIRED, _RULE_OPTIONAL)
    for key, vocabulary in (("kind", KIND), ("instrument", INSTRUMENT), ("status", STATUS), ("undated", STATUS), ("basis", ACT_BASIS)):
        _check_word(entry, key, vocabulary, name)
    if entry["target"] not in get_args(Target):
        raise LexiconError(f"acts.toml, {name}: target is {entry['target']!r}; use one of {', '.join(get_args(Target))}")
    return Rule(
        id=entry["id"],
        agencies=frozenset(entry["agencies"]),
        title=_compile(entry["title"], name),
        unless=_compile_optional(entry, "unless", name),
        about=_compile_optional(entry, "about", name),
        types=frozenset(entry.get("types", ())),
        kind=entry["kind"],
        instrument=entry["instrument"],
        status=entry["status"],
        undated=entry.get("undated", entry["status"]),
        target=cast(Target, entry["target"]),
        near=_compile_optional(entry, "near", name),
        far=_compile_optional(entry, "far", name),
        within=_compile_optional(entry, "within", name),
        basis=entry.get("basis", "title"),
        also=tuple(entry.get("also", ())),
    )


def _parse_exclusion(entry: Mapping[str, Any]) -> Exclusion:
    """Check an `[[aside]]` and compile its patterns.

    `LexiconError` if the entry is invalid.
    """
    name = _check_keys(entry, _EXCLUSION_REQUIRED, _EXCLUSION_OPTIONAL)
    _check_word(entry, "reason", OFFICIAL_OUTCOME, name)
    agencies = frozenset(entry.get("agencies", ()))
    return Exclusion(entry["id"], entry["reason"], agencies, _compile(entry["title"], name), _compile_optional(entry, "unless", name))


def _check_keys(entry: Mapping[str, Any], required: set[str], optional: set[str]) -> str:
    """Check keys and types of an entry; return its id, for messages.

    Raises `LexiconError` if a required key is missing, a key is neither required nor optional, or a value has a wrong type: keys of
    `_LISTS` have lists of strings, `example` a table, all others a string.
    """
    name = str(entry.get("id", "an entry without id"))
    if missing := sorted(required - set(entry)):
        raise LexiconError(f"acts.toml, {name}: lacks {', '.join(missing)}; add what is missing")
    if unknown := sorted(set(entry) - required - optional):
        raise LexiconError(f"acts.toml, {name}: unknown keys: {', '.join(unknown)}; use {', '.join(sorted(required | optional))}")
    for key, value in entry.items():
        if key in _LISTS and not (isinstance(value, list) and all(isinstance(word, str) for word in value)):
            raise LexiconError(f"acts.toml, {name}: {key} is {value!r}; use a list of strings")
        if key not in _LISTS and not isinstance(value, dict if key == "example" else str):
            raise LexiconError(f"acts.toml, {name}: {key} is {value!r}; use a {'table' if key == 'example' else 'string'}")
    return name


def _check_word(entry: Mapping[str, Any], key: str, vocabulary: Vocabulary, name: str) -> None:
    """Raise `LexiconError` unless an optional value is in the vocabulary.

    `key`: its key in the entry, which may be missing; `name`: the entry, for the message.
    """
    if key in entry and entry[key] not in vocabulary:
        raise LexiconError(f"acts.toml, {name}: {key} is {entry[key]!r}; use one of {', '.join(vocabulary.words)}")


def _compile_optional(entry: Mapping[str, Any], key: str, name: str) -> re.Pattern[str] | None:
    """Compile the pattern under a key; None without the key.

    `name`: the entry, for the message of an error (`_compile`).
    """
    return _compile(entry[key], name) if key in entry else None


def _compile(text: str, name: str) -> re.Pattern[str]:
    """Compile a pattern that ignores case.

    Raises `LexiconError` if it is invalid. `name`: its entry, for the message.
    """
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise LexiconError(f"acts.toml, {name}: {text!r} is not a regular expression ({error}); correct the pattern") from error


def _matches_text(pattern: re.Pattern[str], unless: re.Pattern[str] | None, text: str) -> bool:
    """Whether a text has a match of `pattern` and none of `unless`."""
    return bool(pattern.search(text)) and not (unless is not None and unless.search(text))
