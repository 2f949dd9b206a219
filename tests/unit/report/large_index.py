"""A made-up index of 60 pairs and ten years, with measures, threats and trade figures of each pair."""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from pipeline.contracts.countries import COUNTRIES
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE, READING_OUTCOMES
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.measures import MEASURE_STATES
from pipeline.contracts.tables.threats import THREATS
from pipeline.contracts.tables.trade import TRADE_FLOWS
from pipeline.report.evidence import ReadTable

PAIRS, FIRST, DAYS = 60, date(2016, 1, 1), 3652
MEASURES, THREATS_OF_PAIR = 20, 20
_SIGNALS, _MONTHS = 40_000, 24
_WORDS = [
    "tariff",
    "minister",
    "steel",
    "said",
    "government",
    "duties",
    "exports",
    "goods",
    "announced",
    "week",
    "deal",
    "percent",
    "talks",
]
_PHASES = ("quiet", "dialogue", "stalemate", "escalation", "de-escalation", "unclear")


def make_large_index(count: int = PAIRS) -> ReadTable:
    """Make the tables of `count` pairs; each call gives the same ones."""
    random = np.random.default_rng(7)
    codes = sorted(code for code in COUNTRIES if len(code) == 3)
    pairs = ["-".join(pair) for pair in itertools.islice(itertools.combinations(codes, 2), count)]
    sides = [(a, b) for pair in pairs for one, other in [pair.split("-")] for a, b in ((one, other), (other, one))]
    days = pl.date_range(FIRST, FIRST + timedelta(days=DAYS - 1), eager=True)
    ids = [f"{number:016x}" for number in range(_SIGNALS)]
    quotes = [" ".join(random.choice(_WORDS, 24)) for _ in ids]
    series = [*pairs, *(f"{actor}>{target}" for actor, target in sides)]
    keys = pl.DataFrame({"series": series}).join(pl.DataFrame({"channel": ["escalation", "concession"]}), how="cross")
    daily_keys = keys.join(pl.DataFrame({"index_date": days}), how="cross")
    story = pl.Series("signal_id", np.repeat(random.integers(0, _SIGNALS, daily_keys.height // 5 + 1), 5)[: daily_keys.height])
    named = daily_keys.with_columns(signal_id=pl.Series(ids).gather(story))
    stories = _complete(
        TOP_CONTRIBUTIONS,
        named.with_columns(
            place=pl.lit(1, pl.Int64()),
            contribution=pl.Series(random.uniform(5, 90, named.height)),
            story_id=pl.col("signal_id"),
            counts_on=pl.col("index_date"),
        ),
    )
    pooled = [_complete(TENSION_PAIR_DAILY, _values(random, days).with_columns(pair=pl.lit(pair))) for pair in pairs]
    directed = [
        _complete(TENSION_DAILY, _values(random, days).with_columns(actor=pl.lit(actor), target=pl.lit(target))) for actor, target in sides
    ]
    shapes = daily_keys.with_columns(shape=pl.Series(random.uniform(4, 20, daily_keys.height)), prior=pl.lit(3.0))
    months = pl.DataFrame({"reference_month": days.gather_every(31)[:_MONTHS]})
    flows = [_complete(TRADE_FLOWS, months.with_columns(reporter=pl.lit(reporter), partner=pl.lit(partner))) for reporter, partner in sides]
    signals = pl.DataFrame(
        {
            "signal_id": ids,
            "quote": quotes,
            "url": [f"https://news.example/{number}/{quote[:40].replace(' ', '-')}" for number, quote in enumerate(quotes)],
            "published_at": [datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=number % DAYS) for number in range(_SIGNALS)],
        }
    )
    tables = {
        TENSION_PAIR_DAILY.name: pl.concat(pooled),
        TENSION_DAILY.name: pl.concat(directed),
        CHANNEL_DAILY.name: _complete(CHANNEL_DAILY, shapes),
        TOP_CONTRIBUTIONS.name: stories,
        STORY_MASS.name: _complete(STORY_MASS, stories.select("index_date", "series", "channel", "story_id", mass=pl.lit(1.0))),
        SIGNALS.name: _complete(SIGNALS, signals.with_columns(tier=pl.lit("high"))),
        MEASURE_STATES.name: _repeat(MEASURE_STATES, sides, MEASURES // 2, "layer"),
        THREATS.name: _repeat(THREATS, sides, THREATS_OF_PAIR // 2, "threat_id").with_columns(signal_ids=pl.lit(ids[0])),
        TRADE_FLOWS.name: pl.concat(flows),
        COVERAGE.name: COVERAGE.example(),
        READING_OUTCOMES.name: READING_OUTCOMES.example(),
    }

    def read(table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        assert days is None
        frame = tables.get(table.name, table.empty())
        return frame if columns is None else frame.select(list(columns))

    return read


def _values(random: np.random.Generator, days: pl.Series) -> pl.DataFrame:
    """One series: levels that jump and decay, with intervals, and gaps where too little was read."""
    columns: dict[str, np.ndarray] = {}
    for name in ("tension", "concession"):
        jumps = np.where(random.random(DAYS) < 0.08, random.exponential(60, DAYS), 0)
        level = 100 + np.convolve(jumps, 0.92 ** np.arange(60))[:DAYS]
        columns |= {name: level, f"{name}_lo80": level * random.uniform(0.5, 0.6), f"{name}_hi80": level * random.uniform(1.5, 1.7)}
        columns |= {f"{name}_words": level * 0.4, f"{name}_actions": level * 0.6}
    columns |= {f"net_tension{bound}": columns[f"tension{bound}"] - columns["concession"] for bound in ("", "_lo80", "_hi80")}
    share = 0.5 + 0.3 * np.sin(np.arange(DAYS) / 50 + random.random())
    columns |= {"stalemate": share, "stalemate_lo80": share - 0.15, "stalemate_hi80": share + 0.15}
    is_thin = pl.Series(np.repeat(random.random(DAYS // 20 + 1) < 0.2, 20)[:DAYS])
    phase = pl.Series(np.repeat(random.choice(_PHASES, DAYS // 9 + 1), 9)[:DAYS])
    shown = [pl.when(~is_thin).then(pl.col(name)).alias(name) for name in columns]
    return pl.DataFrame({"index_date": days, **columns}).with_columns(
        *shown, is_thin=is_thin, phase=pl.when(is_thin).then(pl.lit("no data")).otherwise(phase)
    )


def _complete(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the other columns of the table with the values of its example."""
    example = table.example().row(0, named=True)
    missing = [pl.lit(example[name], dtype).alias(name) for name, dtype in table.schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in table.schema.items())


def _repeat(table: Table, sides: list[tuple[str, str]], count: int, key: str) -> pl.DataFrame:
    """The example of the table, several times for each direction."""
    rows = [{"actor": actor, "target": target, key: f"{number:016x}"} for number, (actor, target) in enumerate(sides * count)]
    return _complete(table, pl.DataFrame(rows))
