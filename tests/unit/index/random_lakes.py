"""Random core tables of a lake, as varied as their contracts and checks allow.

Belongs here: drawing the tables from a seed. Does not: what must be true of tables built from them.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, STATUS, TIER
from pipeline.index.parameters import model_variables

Row = dict[str, Any]
Counts = NDArray[np.int64]  # of articles, days by sources

FIRST = date(2024, 2, 20)
_COUNTRIES = ("CHN", "USA", "MEX", "DEU", "*")
_QUOTES = (
    "Ruritania acts.",
    "It acts from March 4.",
    "It acts on 8 March, or so it says.",
    "It pauses until March 29.",
    "It pauses for 0 days.",
    "It cuts the duty to 10 percent from Thursday.",
)


@dataclass(frozen=True)
class RandomLake:
    """Core tables by name, and the variables that the models run with."""

    tables: dict[str, pl.DataFrame]
    variables: dict[str, Any]


def random_lake(seed: int) -> RandomLake:
    """Draw a lake: one to forty days, one to thirty sources, empty days, late articles, linked stories, any findings.

    At least one article is in the baseline window; without one there is no index.
    """
    random = np.random.default_rng(seed)
    days, sources = _pick(random, (1, 2, 10, 40)), _pick(random, (1, 2, 5, 30))
    accepted = random.poisson(_pick(random, (0.05, 0.3, 1.5)), (days, sources))
    rejected = random.poisson(0.5, (days, sources))
    first, last = sorted(int(random.integers(days)) for _ in range(2))
    if not accepted[first : last + 1].any():
        accepted[first, 0] = 1
    articles = [
        _article(random, day, source, f"S{source}:{seed}-{day}-{number}")
        for day, source in np.argwhere(accepted).tolist()
        for number in range(int(accepted[day, source]))
    ]
    tables = {
        ARTICLES.name: _frame(ARTICLES, articles),
        COVERAGE.name: _coverage(accepted, rejected),
        FINDINGS.name: _frame(FINDINGS, [finding for one in articles for finding in _findings(random, one)]),
        STORY_LINKS.name: _frame(STORY_LINKS, _links(random, articles)),
    }
    pairs = ("CHN-USA", "MEX-USA", "DEU-FRA")[: _pick(random, (1, 2, 3))]
    window = _pick(random, (None, (_day(first), _day(last)), (_day(first), _day(last + 90))))
    read = Days(tables[COVERAGE.name]["index_date"].min(), tables[COVERAGE.name]["index_date"].max())  # type: ignore[arg-type]  # never empty
    return RandomLake(tables, model_variables(pairs, _pick(random, (1.0, 7.0, 30.0)), window, read))


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


def _frame(table: Table, rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=table.schema)


def _hash(*parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()


def _pick(random: np.random.Generator, words: Any) -> Any:
    return list(words)[int(random.integers(len(words)))]


def _coverage(accepted: Counts, rejected: Counts) -> pl.DataFrame:
    rows = [
        {
            "index_date": _day(day),
            "source": f"S{source}",
            "article_count": int(accepted[day, source] + rejected[day, source]),
            "accepted": int(accepted[day, source]),
            "duplicate": 0,
            "quarantined": int(rejected[day, source]),
        }
        for day, source in np.argwhere(accepted + rejected).tolist()
    ]
    return _frame(COVERAGE, rows)


def _article(random: np.random.Generator, day: int, source: int, name: str) -> Row:
    on = _day(day)
    at = datetime(on.year, on.month, on.day, _pick(random, range(24)), tzinfo=UTC)
    return {
        "article_id": name,
        "index_date": on,
        "source": f"S{source}",
        "source_owner": f"{'The ' * (source % 2)}S{source // 2}",
        "published_at": at,
        "first_seen_at": at + timedelta(days=_pick(random, (0, 0, 0, 1, 5, 60))),
        "title": _pick(random, _QUOTES),
        "body": "",
        "url": _pick(random, (None, f"https://wire.example/{name}")),
        "text_sha256": _hash(name),
        "raw_id": f"{name}#1",
    }


def _links(random: np.random.Generator, articles: list[Row]) -> list[Row]:
    """Link a third of the articles to an earlier one, recent or old."""
    rows: list[Row] = []
    for number, one in enumerate(articles[1:], start=1):
        if random.random() < 1 / 3:
            back = number - 1 if random.random() < 0.5 else int(random.integers(number))
            article = {"article_id": one["article_id"], "index_date": one["index_date"]}
            rows.append(article | {"earlier_article_id": articles[back]["article_id"], "similarity": 0.9})
    return rows


def _findings(random: np.random.Generator, of: Row) -> list[Row]:
    return [_finding(random, of, number) for number in range(_pick(random, (0, 0, 1, 2, 6)))]


def _finding(random: np.random.Generator, of: Row, number: int) -> Row:
    actor, target = (str(country) for country in random.permutation(_COUNTRIES)[:2])
    if actor == "*":
        actor, target = target, actor
    kind = _pick(random, KIND.words)
    (example,) = FINDINGS.example().to_dicts()
    article = {name: of[name] for name in ("article_id", "index_date", "source", "published_at", "url")}
    return (
        example
        | article
        | {
            "signal_id": _hash(of["article_id"], number)[:16],
            "span_start": 0,
            "span_end": len(of["title"]),
            "quote": of["title"],
            "actor": actor,
            "target": target,
            "scope": "all" if target == "*" else None,
            "kind": kind,
            "polarity": KIND_POLARITY[kind],
            "status": _pick(random, STATUS.words),
            "modality": _pick(random, ("asserted", "asserted", "asserted", *MODALITY.words)),
            "instrument": _pick(random, ("tariff", "tariff", "tariff", *INSTRUMENT.words)),
            "is_retaliation": bool(random.integers(2)),
            "is_conditional": bool(random.integers(2)),
            "rate_pct": _pick(random, (None, 0.0, 2.5, 25.0, 1e6)),
            "value_usd": _pick(random, (None, 1e9)),
            "product": _pick(random, ("", "", "steel", "fentanyl")),
            "probability": float(_pick(random, (1.0, 0.5, random.uniform(0.01, 1), 10 ** -random.uniform(0, 12)))),
            "tier": _pick(random, TIER.words),
            "extractor_version": _pick(random, ("1.0", "1.0", "1.0", "2.0")),
        }
    )
