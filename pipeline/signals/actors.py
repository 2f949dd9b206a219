"""Who is named in a sentence: countries, and the capitals, peoples, institutions and leaders that stand for them.

Belongs here: finding names and telling a state from its goods, people and places. Does not: what "it" or "both sides" mean
(`context.py`), or who acts in a clause (the readers).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from pipeline.signals.lexicon import LexiconError, cues, load_lexicon
from pipeline.signals.lexicon.inflect import verb_forms
from pipeline.signals.tokens import Token, tokenize

ROLES = ("country", "capital", "demonym", "institution", "leader", "pronoun", "speaker", "mutual")
LOOK_AHEAD = 4
CAPITAL_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A country named in a sentence: code, half-open span in characters, by what sort of word, and whether a state is meant.

    `is_actor` is False where the name only says whose goods, firms, people or place are meant: such a mention can be a target.
    """

    code: str
    start: int
    end: int
    role: str
    is_actor: bool = True


@dataclass(frozen=True, slots=True)
class _Name:
    code: str
    role: str
    spelling: tuple[str, ...]
    terms: tuple[tuple[date, date], ...] = ()
    is_shared: bool = False

    def serves(self, day: date | None) -> bool:
        return not self.terms or day is None or any(first <= day < last for first, last in self.terms)


def find_mentions(sentence: str, day: date | None, tokens: Sequence[Token] | None = None) -> list[Mention]:
    """The countries named in a sentence, left to right, longest names first.

    `day` decides which leaders are in office; None lets all of them count. `tokens` are the sentence's words, if at hand.
    """
    tokens = tokenize(sentence) if tokens is None else tokens
    index, found, at = _index(), [], 0
    while at < len(tokens):
        name = _name_at(tokens, at, index, day)
        if name is None:
            found.extend(_compound(tokens[at], index))
            at += 1
            continue
        last = at + len(name.spelling) - 1
        if (
            not _is_of_another(tokens, at, name, found)
            and not _is_exception(tokens, at, last, name)
            and not _is_dateline(tokens, at, last, name)
        ):
            found.append(Mention(name.code, tokens[at].start, tokens[last].end, name.role, _is_state(tokens, at, last, name)))
        at = last + 1
    return found


def _is_of_another(tokens: Sequence[Token], at: int, name: _Name, found: Sequence[Mention]) -> bool:
    """`India's commerce ministry`: an office that several states have belongs to the state named just before it."""
    gap = 2 + LOOK_AHEAD
    return name.is_shared and any(tokens[max(at - gap, 0)].start <= mention.end <= tokens[at].start for mention in found)


def _compound(word: Token, index: dict[str, list[_Name]]) -> list[Mention]:
    """`American-made` names America, though not as a state."""
    head, hyphen, _ = word.text.partition("-")
    names = [name for name in index.get(head, ()) if name.spelling == (head,) and name.role in {"country", "demonym"}] if hyphen else []
    return [Mention(name.code, word.start, word.start + len(head), name.role, is_actor=False) for name in names[:1]]


def _name_at(tokens: Sequence[Token], at: int, index: dict[str, list[_Name]], day: date | None) -> _Name | None:
    for name in index.get(tokens[at].text, ()):
        span = tokens[at : at + len(name.spelling)]
        if tuple(word.text for word in span) == name.spelling and name.serves(day):
            return name
    return None


def _is_exception(tokens: Sequence[Token], first: int, last: int, name: _Name) -> bool:
    rule = _exceptions().get(name.spelling)
    if rule is None:
        return False
    before = tokens[first - 1].text if first else ""
    after = tokens[last + 1].text if last + 1 < len(tokens) else ""
    return before in rule[0] or after in rule[1]


def _is_dateline(tokens: Sequence[Token], first: int, last: int, name: _Name) -> bool:
    """`WASHINGTON —` and `BEIJING, May 3 -` say where the report was written."""
    if name.role != "capital":
        return False
    after = tokens[last + 1].text if last + 1 < len(tokens) else ""
    return (after in "\u2014\u2013" and after != "") or (first == 0 and tokens[first].text.isupper() and after in {"-", ",", "("})


def _is_state(tokens: Sequence[Token], first: int, last: int, name: _Name) -> bool:
    owner = last + 1 < len(tokens) and tokens[last + 1].lower in {"'s", "'", "\u2019"}
    before = tokens[first - 1].lower if first else ""
    if name.role == "capital" and before in cues("place_prepositions"):
        return False
    if _is_coupled(tokens, first, last):
        return False
    noun = _noun_after(tokens, last + 1 + owner, name, owner)
    if noun is not None:
        return noun
    if owner:
        return False
    if name.role == "demonym":
        return before in {"the", "by"} or name.spelling[-1].endswith(("ns", "ks", "es"))
    return True


def _is_coupled(tokens: Sequence[Token], first: int, last: int) -> bool:
    """`US-China talks`: both names only say whose talks."""
    marks = {"-", "\u2013", "/"}
    after = last + 2 < len(tokens) and tokens[last + 1].text in marks and tokens[last + 2].text[0].isupper()
    return after or (first > 1 and tokens[first - 1].text in marks and tokens[first - 2].text[0].isupper())


def _noun_after(tokens: Sequence[Token], at: int, name: _Name, owner: bool) -> bool | None:
    """True for a word of state, False for goods, firms and people, None when neither follows at once."""
    state, other = _nouns()
    adjective = owner or name.role == "demonym" or " ".join(name.spelling) in cues("short_names")
    verbs = _verbs()
    for word in tokens[at : at + (LOOK_AHEAD if adjective else 1)]:
        if word.lower in state:
            return True
        if word.lower in other:
            return False
        if word.lower == "and" and name.role == "demonym":  # Chinese and American officials
            continue
        if word.lower in cues("stops") or not word.text[0].isalpha() or (not owner and name.role != "demonym" and word.lower in verbs):
            return False if word.text == "-" and name.role == "demonym" else None
    return None


@cache
def _nouns() -> tuple[frozenset[str], frozenset[str]]:
    nouns = load_lexicon("actors")["nouns"]
    return frozenset(nouns["state"]), frozenset(nouns["nonstate"])


@cache
def _verbs() -> frozenset[str]:
    """All forms of the first words of the lexicon's verbs: after `U.S.` they begin the predicate."""
    entries = [*load_lexicon("verbs")["verb"], *load_lexicon("operators")["operator"]]
    return frozenset(form.split(" ")[0] for entry in entries for phrase in entry["words"] for form in verb_forms(phrase))


@cache
def _exceptions() -> dict[tuple[str, ...], tuple[frozenset[str], frozenset[str]]]:
    return {
        tuple(w.text for w in tokenize(rule["name"])): (frozenset(rule["before"]), frozenset(rule["after"]))
        for rule in load_lexicon("actors")["exception"]
    }


@cache
def _index() -> dict[str, list[_Name]]:
    """First word of a name to the names that begin so, longest first; also in capitals, as old wires set headlines."""
    index: dict[str, list[_Name]] = {}
    for name in _names(load_lexicon("actors")["country"]):
        index.setdefault(name.spelling[0], []).append(name)
    for names in index.values():
        names.sort(key=lambda name: -len(name.spelling))
    return index


def _names(countries: list[dict[str, Any]]) -> list[_Name]:
    found: dict[tuple[str, ...], _Name] = {}
    for country in countries:
        for field, role in (("names", "country"), ("capitals", "capital"), ("demonyms", "demonym"), ("institutions", "institution")):
            for spelled in country[field]:
                _add(found, country["code"], role, spelled, ())
        for spelled in country.get("shared", ()):
            _add(found, country["code"], "institution", spelled, (), is_shared=True)
        for leader in country["leaders"]:
            terms = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in leader["terms"])
            _add(found, country["code"], "leader", leader["name"], terms)
    return list(found.values())


def _add(
    found: dict[tuple[str, ...], _Name],
    code: str,
    role: str,
    spelled: str,
    terms: tuple[tuple[date, date], ...],
    *,
    is_shared: bool = False,
) -> None:
    for variant in dict.fromkeys((spelled, spelled.upper() if len(spelled) > CAPITAL_LETTERS else spelled)):
        spelling = tuple(word.text for word in tokenize(variant))
        if spelling in found and found[spelling].code != code:
            raise LexiconError(f"actors.toml: {variant!r} stands for both {found[spelling].code} and {code}; keep one")
        found.setdefault(spelling, _Name(code, role, spelling, terms, is_shared))
