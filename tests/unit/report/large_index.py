"""A made-up index of 60 pairs and ten years, with stories, measures, threats, tariffs and trade figures of each pair."""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from pipeline.contracts.countries import COUNTRIES
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.contributions import CONTRIBUTIONS, TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE, READING_OUTCOMES
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.measures import MEASURE_STATES
from pipeline.contracts.tables.threats import THREAT_RATES, THREATS
from pipeline.contracts.tables.trade import TARIFF_RATES, TRADE_FLOWS
from pipeline.report.evidence import ReadContributions, ReadTable

PAIRS, FIRST, DAYS = 60, date(2016, 1, 1), 3652
MEASURES, THREATS_OF_PAIR = 20, 20
STORIES = 12  # behind each value of the last day
_SIGNALS, _MONTHS, _RATES, _SOURCES = 40_000, 24, 12, 40
_VOCABULARY = 4_000
_STORY_KEY = ("index_date", "series", "channel", "story_id")
_PHASES = ("quiet", "dialogue", "stalemate", "escalation", "de-escalation", "unclear")


class LargeIndex(NamedTuple):
    """Tables of a made-up index, as the report reads them."""

    read: ReadTable
    read_contributions: ReadContributions


def make_large_index(count: int = PAIRS) -> LargeIndex:
    """Make the tables of `count` pairs; each call gives the same ones."""
    random = np.random.default_rng(7)
    codes = sorted(code for code in COUNTRIES if len(code) == 3)
    pairs = ["-".join(pair) for pair in itertools.islice(itertools.combinations(codes, 2), count)]
    sides = [(a, b) for pair in pairs for one, other in [pair.split("-")] for a, b in ((one, other), (other, one))]
    days = pl.date_range(FIRST, FIRST + timedelta(days=DAYS - 1), eager=True)
    ids = [f"{number:016x}" for number in range(_SIGNALS)]
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
    months = pl.DataFrame({"reference_month": days[-31 * _MONTHS :].gather_every(31)})
    flows = pl.concat(months.with_columns(reporter=pl.lit(reporter), partner=pl.lit(partner)) for reporter, partner in sides)
    changes = pl.DataFrame({"effective_date": days.sample(_RATES, seed=7)})
    rates = pl.concat(changes.with_columns(importer=pl.lit(importer), exporter=pl.lit(exporter)) for importer, exporter in sides)
    contributions = _contribute(keys.filter(~pl.col("series").str.contains(">")), days[-1], random, ids)
    signals = pl.DataFrame(
        {
            "signal_id": ids,
            "quote": _write_sentences(random),
            "url": [f"https://news.example/{number}/{'-'.join(_draw_words(random, 6))}" for number in range(_SIGNALS)],
            "published_at": [datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=number % DAYS) for number in range(_SIGNALS)],
        }
    )
    threats = _repeat(THREATS, sides, THREATS_OF_PAIR // 2, "threat_id")
    sources = [f"Outlet {number}" for number in range(_SOURCES)]
    tables = {
        TENSION_PAIR_DAILY.name: pl.concat(pooled),
        TENSION_DAILY.name: pl.concat(directed),
        CHANNEL_DAILY.name: _complete(CHANNEL_DAILY, shapes),
        TOP_CONTRIBUTIONS.name: stories,
        STORY_MASS.name: pl.concat([_complete(STORY_MASS, stories.select(*_STORY_KEY, mass=pl.lit(1.0))), _divide(contributions)]),
        SIGNALS.name: _complete(SIGNALS, signals.with_columns(tier=pl.lit("high"))),
        MEASURE_STATES.name: _repeat(MEASURE_STATES, sides, MEASURES // 2, "layer"),
        THREATS.name: threats.with_columns(signal_ids=pl.Series(ids).gather(random.integers(0, _SIGNALS, threats.height))),
        THREAT_RATES.name: _complete(THREAT_RATES, pl.DataFrame({"actor": sorted({actor for actor, _ in sides})})),
        TARIFF_RATES.name: _complete(TARIFF_RATES, rates.with_columns(rate_pct=pl.Series(random.uniform(0, 99, rates.height)))),
        TRADE_FLOWS.name: _complete(TRADE_FLOWS, flows.with_columns(value_usd=pl.Series(random.uniform(1e9, 5e10, flows.height)))),
        COVERAGE.name: _complete(COVERAGE, pl.DataFrame({"source": sources})),
        READING_OUTCOMES.name: _complete(READING_OUTCOMES, pl.DataFrame({"source": sources})),
    }

    def read(table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        assert days is None
        frame = tables.get(table.name, table.empty())
        return frame if columns is None else frame.select(list(columns))

    return LargeIndex(read, lambda day: contributions.filter(index_date=day))


def _contribute(keys: pl.DataFrame, day: date, random: np.random.Generator, ids: list[str]) -> pl.DataFrame:
    """Contributions of one day to the values of `keys` (series and channel): stories, and a prior of a tenth."""
    stories = keys.join(pl.DataFrame({"contribution": np.linspace(30.0, 5.0, STORIES)}), how="cross")
    chosen = pl.Series(ids).gather(random.integers(0, len(ids), stories.height))
    story_rows = stories.with_columns(part=pl.lit("story"), share_pct=pl.lit(90 / STORIES), story_id=chosen, signal_id=chosen)
    prior_rows = keys.with_columns(
        part=pl.lit("prior"), share_pct=pl.lit(10.0), contribution=pl.lit(10.0), story_id=pl.lit(None), signal_id=pl.lit(None)
    )
    rows = pl.concat([story_rows, prior_rows], how="diagonal_relaxed")
    return _complete(CONTRIBUTIONS, rows.with_columns(index_date=pl.lit(day), counts_on=pl.lit(day)))


def _divide(contributions: pl.DataFrame) -> pl.DataFrame:
    """Mass of the stories of pairs, divided between both directions."""
    one, other = pl.col("series").str.head(3), pl.col("series").str.tail(3)
    stories = contributions.filter(part="story")
    sides = [(one + ">" + other, 0.7), (other + ">" + one, 0.3)]
    return pl.concat(
        _complete(STORY_MASS, stories.select(*_STORY_KEY, mass=pl.lit(share)).with_columns(series=side)) for side, share in sides
    )


def _write_sentences(random: np.random.Generator) -> list[str]:
    """Sentences of made-up words, some of them frequent as in real ones, so that they compress no better."""
    return [" ".join(_draw_words(random, 26)) for _ in range(_SIGNALS)]


def _draw_words(random: np.random.Generator, count: int) -> list[str]:
    """Words whose frequency falls with their rank, about as in English (Zipf)."""
    ranks = np.minimum(random.zipf(1.3, count), _VOCABULARY)
    return [_make_word(int(rank)) for rank in ranks]


@cache
def _make_word(rank: int) -> str:
    """The word of a rank; frequent ones are short."""
    random = np.random.default_rng(rank)
    return "".join(random.choice(list("bcdfghlmnprstvw")) + random.choice(list("aeiou")) for _ in range(1 + min(4, rank.bit_length() // 2)))


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
