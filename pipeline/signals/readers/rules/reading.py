"""The rule reader: candidates in, the signals that the rules find out.

Belongs here: joining acts (`compose.py`) with who and to whom (`roles.py`) and numbers (`slots.py`). Does not: any word of English.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipeline.contracts.vocabulary import KINDS_WITH_MAGNITUDE
from pipeline.signals import slots
from pipeline.signals.actors import Mention
from pipeline.signals.candidates import SentenceCandidates
from pipeline.signals.dates import is_dated_back
from pipeline.signals.reader import READINGS_SCHEMA
from pipeline.signals.readers.rules.clauses import Clauses
from pipeline.signals.readers.rules.compose import acts
from pipeline.signals.readers.rules.grammar import Act
from pipeline.signals.readers.rules.matching import Marked, marked
from pipeline.signals.readers.rules.roles import ways
from pipeline.signals.readers.rules.syntax import Tree, is_installed, parse
from pipeline.signals.readers.rules.vocabulary import word_list
from pipeline.signals.readers.rules.word_order import Scene

LONGEST = 1500
SHORT = 3
VERSION = "0.3.1"


class RuleReader:
    """Reads sentences by the lexicon's rules. Deterministic; the same candidates give the same readings.

    Sentences with an act are parsed; where no parser is installed, word order tells who acts, and the version says so.
    """

    name = "rules"
    version = VERSION if is_installed() else f"{VERSION}+wordorder"

    def read(self, candidates: Sequence[SentenceCandidates]) -> pl.DataFrame:
        """See `pipeline.signals.reader.Reader.read`."""
        asked = [found for group in candidates if (found := _with_acts(group)) is not None]
        trees = parse([(_for_parser(one.scene.sentence), one.scene.sentence.tokens) for one in asked])
        rows = [row for one, tree in zip(asked, trees, strict=True) for row in _readings(one, tree)]
        return pl.DataFrame(rows, schema=READINGS_SCHEMA, orient="row")


@dataclass(frozen=True)
class _Asked:
    """A sentence with at least one act, and the numbers of its candidates by actor and target."""

    scene: Scene
    acts: list[Act]
    day: date | None
    number: Mapping[tuple[str, str], int]


def _with_acts(group: SentenceCandidates) -> _Asked | None:
    """A sentence and its acts, before it is known whose they are; None where it has none, so that only the others are parsed."""
    text: str = group[0]["sentence"]
    if len(text) > LONGEST or _mentions_any(text, "topics"):
        return None
    sentence = marked(text, _mentions(group))
    is_security = _mentions_any(text, "security")
    found = [act for act in acts(sentence) if not (is_security and act.instrument == "entity_list")]
    if not found:
        return None
    main_pair = next((tuple(sorted((row["actor"], row["target"]))) for row in group if row["is_main_pair"]), ())
    number = {(row["actor"], row["target"]): row["candidate"] for row in group}
    return _Asked(Scene(sentence, main_pair), found, group[0]["day"], number)


def _for_parser(sentence: Marked) -> str:
    """The sentence with its words in small letters where Headlines Are Set Like This, since the parser takes them for names. Countries
    keep theirs, and every word its place."""
    named = {at for first, last in sentence.places for at in range(first, last + 1)}
    others = [word for at, word in enumerate(sentence.tokens) if at not in named and word.text[0].isalpha() and len(word.text) > SHORT]
    if 2 * sum(word.text[0].isupper() for word in others) <= len(others):
        return sentence.text
    text = sentence.text
    for word in others:
        if len(word.text.lower()) == len(word.text):
            text = f"{text[: word.start]}{word.text.lower()}{text[word.end :]}"
    return text


def _readings(asked: _Asked, tree: Tree | None) -> Iterator[tuple[Any, ...]]:
    sentence = asked.scene.sentence
    clauses = Clauses(sentence, tree) if tree else None
    for act in asked.acts:
        modality = "historical" if act.modality == "asserted" and is_dated_back(sentence.text, asked.day) else act.modality
        if clauses and modality == "asserted":
            modality = _subordinate(clauses, act)
        for way in dict.fromkeys(ways(asked.scene, clauses, act)):
            if way in asked.number:
                yield (asked.number[way], *_reading(sentence, act, modality))


def _mentions_any(text: str, section: str) -> bool:
    lower = text.lower()
    return any(phrase in lower for phrase in word_list(section))


def _mentions(group: SentenceCandidates) -> list[Mention]:
    found = {
        Mention(row[who], m["start"], m["end"], m["role"], m["is_actor"])
        for row in group
        for who in ("actor", "target")
        for m in row[f"{who}_mentions"]
    }
    return sorted(found, key=lambda m: (m.start, m.end, m.code))


def _subordinate(clauses: Clauses, act: Act) -> str:
    """What only tells things apart is history, and what is only hoped for no news."""
    if clauses.is_background(act.anchor) and not clauses.sentence.is_market_report(clauses.sentence.clause(act.anchor)[0]):
        return "historical"
    is_meeting = act.rule_id.startswith("meet.")  # who travels to talk does talk
    return "hypothetical" if (clauses.is_purpose(act.anchor) or clauses.is_purpose(act.focus)) and not is_meeting else "asserted"


def _reading(sentence: Marked, act: Act, modality: str) -> tuple[Any, ...]:
    text = sentence.text
    place = sentence.tokens[act.focus].start
    is_deed = act.kind in KINDS_WITH_MAGNITUDE
    return (
        act.kind,
        act.status,
        modality,
        act.instrument,
        act.kind in {"measure", "threat"} and slots.is_retaliation(text),
        act.kind in {"threat", "offer", "refusal", "demand"} and slots.is_conditional(text),
        slots.find_rate(text, place) if is_deed else None,
        slots.find_value(text) if is_deed else None,
        slots.find_product(text),
        act.score,
        act.rule_id,
        list(act.words),
    )
