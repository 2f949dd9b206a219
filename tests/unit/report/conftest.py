"""Frames of the index for charts and page: a seeded random walk through all phases."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.index import SIGNALS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report.evidence import SIGNAL_COLUMNS

FIRST = date(2025, 1, 20)
PHASES = ("quiet", "dialogue", "stalemate", "escalation", "de-escalation")

MakePair = Callable[..., pl.DataFrame]


def _pair_daily(days: int = 120, pair: str = "CHN-USA", is_thin: bool = False, seed: int = 1) -> pl.DataFrame:
    walk = random.Random(seed)  # noqa: S311 - made-up figures, the same each time
    values: dict[str, list[float]] = {name: [] for name in ("tension", "concession", "dialogue")}
    for line in values.values():
        level = 100.0
        for _ in range(days):
            level = max(20.0, level * walk.uniform(0.85, 1.2))
            line.append(min(level, 600.0))
    lines = [
        pl.Series(f"{name}{limit}", [value * factor for value in line])
        for name, line in values.items()
        for limit, factor in (("", 1.0), ("_lo80", 0.7), ("_hi80", 1.4), ("_lo95", 0.6), ("_hi95", 1.6))
    ]
    frame = TENSION_PAIR_DAILY.example(days).with_columns(
        *lines,
        pl.Series("index_date", [FIRST + timedelta(days=n) for n in range(days)]),
        pl.Series("phase", [PHASES[n // 20 % 5] for n in range(days)]),
        pair=pl.lit(pair),
        is_thin=pl.lit(is_thin),
        evidence_weight=pl.lit(0.1 if is_thin else 0.8),
    )
    if not is_thin:
        return frame
    withheld = [column.name for column in TENSION_PAIR_DAILY.columns if column.nullable and column.name != "raw_per_10k"]
    return frame.with_columns(*(pl.lit(None, pl.Float64()).alias(name) for name in withheld), phase=pl.lit("no data"))


def _directed_daily(days: int = 60) -> pl.DataFrame:
    sides = [("CHN", "USA", 2), ("USA", "CHN", 3)]
    frames = [_pair_daily(days, seed=seed).with_columns(actor=pl.lit(actor), target=pl.lit(target)) for actor, target, seed in sides]
    return pl.concat(frames).select(TENSION_DAILY.schema.names())


@pytest.fixture
def pair_daily() -> MakePair:
    """Function that makes rows of TENSION_PAIR_DAILY: `days`, `pair`, `is_thin`, `seed`."""
    return _pair_daily


@pytest.fixture
def directed_daily() -> MakePair:
    """Function that makes rows of TENSION_DAILY of both directions of CHN-USA: `days`."""
    return _directed_daily


@pytest.fixture
def contributions() -> MakePair:
    """Function that makes CONTRIBUTIONS of tension on a `day`: two stories, earlier stories and the prior."""

    def make(day: date, value: float = 200.0, **story_columns: object) -> pl.DataFrame:
        shares = [("CHN-USA", "story", "a", 0.4), ("CHN>USA", "story", "a", 0.6), ("CHN-USA", "story", "b", 0.2)]
        shares += [("CHN>USA", "story", "b", 0.1), ("USA>CHN", "story", "b", 0.1)]
        shares += [("CHN-USA", "earlier", None, 0.1), ("CHN-USA", "prior", None, 0.3)]  # type: ignore[list-item]
        example = CONTRIBUTIONS.example().row(0, named=True) | SIGNALS.example().select(SIGNAL_COLUMNS).row(0, named=True)
        nothing = dict.fromkeys(("kind", "instrument", "status", "signal_id", *SIGNAL_COLUMNS))
        sides: dict[str | None, list[dict[str, object]]] = {
            "a": [{"series": "CHN>USA", "points": 0.4 * value}],
            "b": [{"series": "CHN>USA", "points": 0.15 * value}, {"series": "USA>CHN", "points": 0.05 * value}],
        }
        rows = [
            {
                **example,
                **(story_columns if part == "story" else nothing),
                "index_date": day,
                "series": series,
                "part": part,
                "story_id": story,
                "contribution": value * share,
                "share_pct": 100 * share,
                "sides": sides[story] if part == "story" and series == "CHN-USA" else None,
            }
            for series, part, story, share in shares
        ]
        schema = CONTRIBUTIONS.schema | SIGNALS.example().select(SIGNAL_COLUMNS).schema
        return pl.DataFrame(rows, schema=schema | {"sides": pl.List(pl.Struct({"series": pl.String(), "points": pl.Float64()}))})

    return make
