"""The rule reader: candidates in, the signals that the rules find out.

Belongs here: joining acts (`compose.py`) with who and to whom (`roles.py`) and numbers (`slots.py`). Does not: any word of English.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from pipeline.signals import slots
from pipeline.signals.actors import Mention
from pipeline.signals.reader import READINGS_SCHEMA
from pipeline.signals.readers.rules.compose import acts
from pipeline.signals.readers.rules.grammar import Act
from pipeline.signals.readers.rules.matching import Marked, marked
from pipeline.signals.readers.rules.roles import Scene, agent, has_stranger, owner, parties, targets
from pipeline.signals.readers.rules.vocabulary import word_list

LONGEST = 1500
_YEAR = re.compile(r"\b(?:in|of|since|the|from) (19[5-9]\d|20[0-4]\d)\b", re.IGNORECASE)
_OPEN_TO_ALL = frozenset({"measure", "threat", "easing", "investigation"})


class RuleReader:
    """Reads sentences by the lexicon's rules. Deterministic; the same candidates give the same readings."""

    name = "rules"
    version = "0.1.0"

    def read(self, candidates: pl.DataFrame) -> pl.DataFrame:
        """See `pipeline.signals.reader.Reader.read`. Candidates of one sentence must stand together."""
        rows: list[tuple[Any, ...]] = []
        for sentence in _by_sentence(candidates.iter_rows(named=True)):
            rows.extend(_read(sentence))
        return pl.DataFrame(rows, schema=READINGS_SCHEMA, orient="row")


def _by_sentence(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    group: list[Mapping[str, Any]] = []
    for row in rows:
        if group and (row["article_id"], row["span_start"]) != (group[0]["article_id"], group[0]["span_start"]):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _read(group: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    text: str = group[0]["sentence"]
    if len(text) > LONGEST or _mentions_any(text, "topics"):
        return
    sentence = marked(text, _mentions(group))
    main_pair = next((tuple(sorted((row["actor"], row["target"]))) for row in group if row["is_main_pair"]), ())
    scene = Scene(sentence, main_pair)
    number = {(row["actor"], row["target"]): row["candidate"] for row in group}
    is_security = _mentions_any(text, "security")
    for act in acts(sentence):
        if is_security and act.instrument == "entity_list":
            continue
        modality = _background(act.modality, text, group[0]["day"])
        for actor, target in dict.fromkeys(_ways(scene, act)):
            if (actor, target) in number:
                yield (number[actor, target], *_reading(sentence, act, modality))


def _mentions_any(text: str, section: str) -> bool:
    lower = text.lower()
    return any(phrase in lower for phrase in word_list(section))


def _mentions(group: Sequence[Mapping[str, Any]]) -> list[Mention]:
    found = {
        Mention(row[who], m["start"], m["end"], m["role"], m["is_actor"])
        for row in group
        for who in ("actor", "target")
        for m in row[f"{who}_mentions"]
    }
    return sorted(found, key=lambda m: (m.start, m.end, m.code))


def _background(modality: str, text: str, day: date | None) -> str:
    """An act dated to an earlier year is history; so is one dated to any year in a text without a day."""
    years = [int(year) for year in _YEAR.findall(text)]
    if modality == "asserted" and years and (day is None or max(years) < day.year):
        return "historical"
    return modality


def _ways(scene: Scene, act: Act) -> Iterator[tuple[str, str]]:
    """Who does it to whom: one pair, several where the targets are listed, both ways where the act is mutual."""
    if has_stranger(scene, act.anchor):
        return
    if act.mutual:
        pair = parties(scene)
        actor = agent(scene, act.anchor)
        if len(pair) == 2:  # noqa: PLR2004 - a pair
            yield from (pair, pair[::-1])
        elif actor:
            yield from ((actor, target) for target in targets(scene, actor, act.focus, may_be_all=False))
        return
    actor = agent(scene, act.anchor) or (owner(scene, act.thing) if act.thing is not None else None)
    if actor is None:
        return
    for target in targets(scene, actor, act.focus, may_be_all=act.kind in _OPEN_TO_ALL, is_diverted="divert." in act.rule_id):
        yield actor, target


def _reading(sentence: Marked, act: Act, modality: str) -> tuple[Any, ...]:
    text = sentence.text
    place = sentence.tokens[act.focus].start
    is_deed = act.kind in {"measure", "threat", "easing", "offer", "agreement", "purchase", "refusal"}
    return (
        act.kind,
        act.status,
        modality,
        act.instrument,
        act.kind in {"measure", "threat"} and slots.is_retaliation(text),
        act.kind in {"threat", "offer", "refusal", "demand"} and slots.is_conditional(text),
        slots.rate_pct(text, place) if is_deed else None,
        slots.value_usd(text) if is_deed else None,
        slots.product(text),
        act.score,
        act.rule_id,
        list(act.words),
    )
