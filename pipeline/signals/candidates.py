"""What a reader is asked: one row per sentence and ordered pair of countries that the sentence could be about.

Belongs here: which pairs are worth judging, and what a reader gets to see. Does not: judging them.
"""

import itertools
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.signals.context import PAIR_SIZE, ResolvedSentence

MOST_COUNTRIES = 8
ENOUGH_COUNTRIES = 5
# who may be meant where a text names fewer than two countries, or lets people speak without saying for whom: the two of most trade news
UNSAID = ("USA", "CHN")

MENTION = pl.Struct({"start": pl.Int64(), "end": pl.Int64(), "role": pl.String(), "is_actor": pl.Boolean()})

# actor_mentions and target_mentions: spans in the sentence; none where the country is known from the article alone.
# is_main_pair: both are the article's main pair. day is null where unknown. speaker: the state that has the floor, null where nobody's
# is known; is_stranger: a journalist or host has it.
CANDIDATES_SCHEMA = pl.Schema(
    {
        "candidate": pl.UInt32(),
        "article_id": pl.String(),
        "day": pl.Date(),
        "span_start": pl.Int64(),
        "span_end": pl.Int64(),
        "title": pl.String(),
        "previous": pl.String(),
        "previous_mentions": pl.List(pl.Struct({"code": pl.String(), "start": pl.Int64(), "end": pl.Int64()})),
        "sentence": pl.String(),
        "is_title": pl.Boolean(),
        "speaker": pl.String(),
        "is_stranger": pl.Boolean(),
        "actor": pl.String(),
        "target": pl.String(),
        "is_main_pair": pl.Boolean(),
        "actor_mentions": pl.List(MENTION),
        "target_mentions": pl.List(MENTION),
    }
)


# The candidates of one sentence, as rows of `CANDIDATES_SCHEMA` by name.
SentenceCandidates = Sequence[Mapping[str, Any]]


def build_candidates(sentences: Iterable[ResolvedSentence]) -> list[SentenceCandidates]:
    """The candidates of each sentence: every ordered pair among the countries named or meant in it and the article's main pair, and each
    of them towards all partners (`*`). A sentence about nobody has none and is left out."""
    groups: list[SentenceCandidates] = []
    number = itertools.count()
    for sentence in sentences:
        group = [dict(zip(CANDIDATES_SCHEMA, (next(number), *row), strict=True)) for row in _rows(sentence)]
        if group:
            groups.append(group)
    return groups


def to_frame(groups: Iterable[SentenceCandidates], numbers: Container[int] | None = None) -> pl.DataFrame:
    """Candidates as a frame (`CANDIDATES_SCHEMA`): all of them, or those with these numbers."""
    rows = [tuple(row.values()) for group in groups for row in group if numbers is None or row["candidate"] in numbers]
    return pl.DataFrame(rows, schema=CANDIDATES_SCHEMA, orient="row")


def _rows(resolved: ResolvedSentence) -> Iterable[tuple[Any, ...]]:
    spans: dict[str, list[dict[str, Any]]] = {}
    for mention in resolved.mentions:
        spans.setdefault(mention.code, []).append(
            {"start": mention.start, "end": mention.end, "role": mention.role, "is_actor": mention.is_actor}
        )
    named = list(spans)[:MOST_COUNTRIES]
    meant = list(dict.fromkeys((*named, *resolved.main_pair)))
    known = list(dict.fromkeys((*meant, *resolved.known)))[: max(len(meant), ENOUGH_COUNTRIES)]
    codes = list(dict.fromkeys((*known, *(code for code in UNSAID if resolved.is_spoken or len(known) < PAIR_SIZE)))) if known else []
    previous = [{"code": m.code, "start": m.start, "end": m.end} for m in resolved.previous_mentions]
    sentence = resolved.sentence
    for actor, target in (*itertools.permutations(codes, 2), *((code, ALL_PARTNERS) for code in codes)):
        yield (
            resolved.article_id,
            resolved.day,
            sentence.start,
            sentence.end,
            resolved.title,
            resolved.previous,
            previous,
            sentence.text,
            sentence.is_title,
            resolved.speaker,
            resolved.is_stranger,
            actor,
            target,
            {actor, target} == set(resolved.main_pair),
            spans.get(actor, []),
            spans.get(target, []),
        )
