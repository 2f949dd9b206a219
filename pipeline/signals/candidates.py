"""What a reader is asked: one row per sentence and ordered pair of countries that the sentence could be about.

Belongs here: which pairs are worth judging, and what a reader gets to see. Does not: judging them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import Any

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.signals.actors import Mention
from pipeline.signals.segment import Sentence

MOST_COUNTRIES = 8

MENTION = pl.Struct({"start": pl.Int64(), "end": pl.Int64(), "role": pl.String(), "is_actor": pl.Boolean()})

# actor_mentions and target_mentions: spans in the sentence; none where the country is known from the article alone.
# is_main_pair: both are the article's main pair. day is null where unknown.
CANDIDATES_SCHEMA = pl.Schema(
    {
        "candidate": pl.UInt32(),
        "article_id": pl.String(),
        "day": pl.Date(),
        "span_start": pl.Int64(),
        "span_end": pl.Int64(),
        "title": pl.String(),
        "previous": pl.String(),
        "sentence": pl.String(),
        "is_title": pl.Boolean(),
        "actor": pl.String(),
        "target": pl.String(),
        "is_main_pair": pl.Boolean(),
        "actor_mentions": pl.List(MENTION),
        "target_mentions": pl.List(MENTION),
    }
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A sentence of an article with everything that is known about who is meant in it."""

    article_id: str
    day: date | None
    title: str
    previous: str
    sentence: Sentence
    mentions: Sequence[Mention]
    main_pair: tuple[str, ...]


def candidates(sentences: Iterable[Resolved]) -> pl.DataFrame:
    """The frame of `CANDIDATES_SCHEMA`: for each sentence every ordered pair among the countries named or meant in it and the article's
    main pair, and each of them towards all partners (`*`). A sentence about nobody gives no row."""
    rows = [row for sentence in sentences for row in _rows(sentence)]
    return pl.DataFrame(rows, schema={k: v for k, v in CANDIDATES_SCHEMA.items() if k != "candidate"}, orient="row").with_row_index(
        "candidate"
    )


def _rows(resolved: Resolved) -> Iterable[tuple[Any, ...]]:
    spans: dict[str, list[dict[str, Any]]] = {}
    for mention in resolved.mentions:
        spans.setdefault(mention.code, []).append(
            {"start": mention.start, "end": mention.end, "role": mention.role, "is_actor": mention.is_actor}
        )
    named = list(spans)[:MOST_COUNTRIES]
    codes = list(dict.fromkeys((*named, *resolved.main_pair)))
    sentence = resolved.sentence
    for actor, target in (*permutations(codes, 2), *((code, ALL_PARTNERS) for code in codes)):
        if actor not in spans and target not in spans and not resolved.main_pair:
            continue
        yield (
            resolved.article_id,
            resolved.day,
            sentence.start,
            sentence.end,
            resolved.title,
            resolved.previous,
            sentence.text,
            sentence.is_title,
            actor,
            target,
            {actor, target} == set(resolved.main_pair),
            spans.get(actor, []),
            spans.get(target, []),
        )
