"""Event study: how often the index rises around dated trade actions.

An event by `actor` towards `target` is looked up in that directed series and in the channel of its polarity. It is a hit if the evidence
per article within some days of it (WIDTHS) is among the highest tenth of all windows of that width in the series; if windows of equal value
do not all fit into the tenth, each is a part of a hit. The keyword rule is measured in the same way. The filter of the index is not used:
it only looks back and would rise too late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.tables.index import PAIR_OF_SIDES
from pipeline.validation.studies.figures import Figure, figure, sign_test, to_frame
from pipeline.validation.studies.resampling import DRAWS, SEED, Numbers, draw_cluster_rates, percentile_interval

WIDTHS = (1, 3)
REACH = 7  # days before and after an event in its path
NEAREST_SHIFT = 2 * REACH + 1  # days; smaller shifts would overlap with the same news
POLARITIES = ("escalation", "concession")
EVENT_COLUMNS = pl.Schema(
    {"event_id": pl.String(), "event_date": pl.Date(), "actor": pl.String(), "target": pl.String(), "polarity": pl.String()}
)
PATH = pl.Schema(
    {
        "polarity": pl.String(),
        "lag_days": pl.Int64(),
        "index": pl.Float64(),
        "keyword": pl.Float64(),
        "chance_lo95": pl.Float64(),
        "chance_hi95": pl.Float64(),
        "count": pl.Int64(),
    }
)

Hits = NDArray[np.float64]  # 1, 0, between for equal values that do not all fit into the tenth, or NaN if a window is incomplete
_DIGITS = 12  # digits after the point to which rates are rounded


@dataclass(frozen=True)
class DailyCounts:
    """Evidence and articles of each day, as arrays of shape (days,).

    Evidence is what should rise at an event: the observed mass (weighted stories) of a series and channel, or the hits of the keyword rule
    for a pair. `first`: the first day.
    """

    first: date
    evidence: Mapping[tuple[str, str], Numbers]  # by (series, channel), and by (pair, "keyword")
    articles: Mapping[str, Numbers]  # by "index" and "keyword"

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.articles["index"])


def to_daily_counts(daily_mass: pl.DataFrame, keywords: pl.DataFrame) -> DailyCounts:
    """Convert DAILY_MASS and KEYWORD_HITS to arrays over the days of DAILY_MASS.

    Evidence of the index is the observed mass, of the keyword rule the number of hits; 0 on days without a row.
    """
    days = daily_mass.select(pl.col("index_date").unique().sort())

    def column(frame: pl.DataFrame, name: str) -> Numbers:
        joined = days.join(frame.select("index_date", name), on="index_date", how="left", maintain_order="left")
        return joined[name].fill_null(0).cast(pl.Float64).to_numpy()

    evidence = {(series, channel): column(rows, "observed") for (series, channel), rows in daily_mass.group_by("series", "channel")}
    evidence |= {(pair, "keyword"): column(rows, "hits") for (pair,), rows in keywords.group_by("pair")}
    articles = {
        "index": column(daily_mass.group_by("index_date").agg(pl.col("articles_read").max()), "articles_read"),
        "keyword": column(keywords.group_by("index_date").agg(pl.col("articles").max()), "articles"),
    }
    return DailyCounts(days["index_date"][0], evidence, articles)


def window_rates(evidence: Numbers, articles: Numbers, width: int) -> Numbers:
    """Compute evidence per article within `width` days of each day.

    NaN if the window begins before the first day, ends after the last one, or has no articles. Rounded, so that windows with the same
    values in another order are equal.
    """
    ones = np.ones(2 * width + 1)
    result = np.full(len(evidence), np.nan)
    if len(evidence) >= len(ones):
        sums = np.convolve(evidence, ones, "valid")
        read = np.convolve(articles, ones, "valid")
        result[width : len(evidence) - width] = np.divide(sums, read, out=np.full(len(sums), np.nan), where=read > 0)
    return result.round(_DIGITS)


def share_top_decile(values: Numbers) -> Hits:
    """Return how far each value is in the highest tenth.

    1 for values in the tenth, 0 for others. The tenth has a tenth as many places as there are values, perhaps not a whole number; equal
    values at its edge share the places left for them in equal parts. A value of 0 gets 0. NaN stays NaN, and does not count.
    """
    finite = values[np.isfinite(values)]
    distinct, of_value, counts = np.unique(finite, return_inverse=True, return_counts=True)
    higher = len(finite) - np.cumsum(counts)
    result = np.full(len(values), np.nan)
    result[np.isfinite(values)] = (np.clip((len(finite) / 10 - higher) / counts, 0, 1) * (distinct > 0))[of_value]
    return result


def percentile_ranks(rates: Numbers) -> Numbers:
    """Return for each rate the share of strictly lower rates.

    NaN stays NaN, and does not count.
    """
    finite = np.sort(rates[np.isfinite(rates)])
    return np.where(np.isfinite(rates), np.searchsorted(finite, rates) / max(1, len(finite)), np.nan)


def select_usable_events(events: pl.DataFrame, counts: DailyCounts) -> pl.DataFrame:
    """Select the events within the days and directions of `counts`.

    Events of a polarity outside POLARITIES are dropped too. Adds `series` (`USA>CHN`), `pair` (`CHN-USA`) and `at`, the number of the day
    (0: the first); sorted by date.
    """
    last = counts.first + timedelta(days=counts.days - 1)
    with_series = events.select(EVENT_COLUMNS.names()).with_columns(
        series=pl.concat_str("actor", pl.lit(">"), "target"),
        pair=PAIR_OF_SIDES,
        at=(pl.col("event_date") - counts.first).dt.total_days(),
    )
    known = sorted({series for series, channel in counts.evidence if channel in POLARITIES})
    inside = pl.col("event_date").is_between(counts.first, last) & pl.col("series").is_in(known)
    return with_series.filter(inside & pl.col("polarity").is_in(POLARITIES)).sort("event_date", "event_id")


def run_event_study(events: pl.DataFrame, counts: DailyCounts) -> pl.DataFrame:
    """Compute hit rates and sign tests; return rows of VALIDATION.

    `events`: at least EVENT_COLUMNS; those that `select_usable_events` drops are not used. No rows if none remains.
    """
    chosen = select_usable_events(events, counts)
    rows: list[Figure] = []
    for width in WIDTHS:
        for grouping, pair, part in _split_into_groups(chosen):
            rows += _measure_hit_rates(part, counts, width, {"grouping": grouping, "pair": pair})
    for width in WIDTHS:
        rows += _run_sign_tests(chosen, counts, width)
    return to_frame(rows)


def compute_event_path(events: pl.DataFrame, counts: DailyCounts) -> pl.DataFrame:
    """Compute the evidence around events, in percent of an average day (PATH).

    Per polarity (POLARITIES), for index and keyword rule, on each day from `REACH` before to `REACH` after the events: the sum of evidence
    over the sum expected on an average day with as many articles in the same series. Left out are events that `select_usable_events` drops,
    and those less than `REACH` days from the first or last day. `chance_lo95` and `chance_hi95`: 95 % interval of the index at random
    dates, the same for all days of the path.
    """
    rows: list[dict[str, Any]] = []
    for (polarity,), part in select_usable_events(events, counts).group_by("polarity", maintain_order=True):
        random = np.random.default_rng(SEED)
        chosen = part.filter(pl.col("at").is_between(REACH, counts.days - 1 - REACH))
        if chosen.is_empty():
            continue
        at = chosen["at"].to_numpy()
        drawn = random.integers(0, counts.days, size=(DRAWS, chosen.height))
        low, high = percentile_interval(_percent_of_average(chosen, counts, "index", drawn))
        rows += [
            {
                "polarity": polarity,
                "lag_days": lag,
                **{measured: float(_percent_of_average(chosen, counts, measured, at[None] + lag)[0]) for measured in ("index", "keyword")},
                "chance_lo95": low,
                "chance_hi95": high,
                "count": chosen.height,
            }
            for lag in range(-REACH, REACH + 1)
        ]
    return pl.DataFrame(rows, schema=PATH).fill_nan(None).sort("polarity", "lag_days", descending=[True, False])


def _percent_of_average(events: pl.DataFrame, counts: DailyCounts, measured: str, at: NDArray[np.int64]) -> Numbers:
    """Compute the evidence of events as a percentage of an average day.

    `measured`: `index` or `keyword`; `at`: number of the day to look at for each event, shape (draws, events). Returns the shape (draws):
    the evidence (`DailyCounts`) on these days, divided by what as many articles have on average in the same series; NaN if that is 0.
    """
    articles = counts.articles[measured]
    evidence, average = np.zeros(len(at)), np.zeros(len(at))
    for n, (series, pair, polarity) in enumerate(events.select("series", "pair", "polarity").iter_rows()):
        of_series = counts.evidence.get((series, polarity) if measured == "index" else (pair, "keyword"))
        if of_series is not None:
            evidence += of_series[at[:, n]]
            average += articles[at[:, n]] * of_series.sum() / max(1.0, articles.sum())
    return np.asarray(np.divide(100 * evidence, average, out=np.full(len(evidence), np.nan), where=average > 0), dtype=np.float64)


def _split_into_groups(events: pl.DataFrame) -> list[tuple[str, str, pl.DataFrame]]:
    """Group events: all together, by polarity, by pair and by year.

    Returns for each group the columns `grouping` and `pair` of its figures, and its events.
    """
    groups = [("", "", events)] if not events.is_empty() else []
    groups += [(name, "", rows) for (name,), rows in sorted(events.group_by("polarity"), reverse=True)]
    groups += [("", name, rows) for (name,), rows in sorted(events.group_by("pair"))]
    return groups + [(str(year), "", rows) for (year,), rows in sorted(events.group_by(pl.col("event_date").dt.year()))]


def _mark_hits(counts: DailyCounts, keys: Sequence[tuple[str, str]], measured: str, width: int) -> NDArray[np.float64]:
    """Mark the days on which each event would be a hit.

    `keys`: for each event, the series of `counts.evidence` in which it is looked up; `measured`: `index` or `keyword`, whose articles
    count; `width`: days of a window on each side. Returns the shape (events, days): 1 for a hit, 0 for none, between for equal values that
    do not all fit into the highest tenth (`share_top_decile`), NaN where the window is incomplete.
    """
    articles = counts.articles[measured]
    no_evidence = np.zeros(counts.days)
    rates = {key: window_rates(counts.evidence.get(key, no_evidence), articles, width) for key in set(keys)}
    return np.stack([share_top_decile(rates[key]) for key in keys])


def _measure_hit_rates(events: pl.DataFrame, counts: DailyCounts, width: int, where: Mapping[str, str]) -> list[Figure]:
    """Compute the share of events that are hits, and what chance gives.

    At a hit, the evidence per article within `width` days is in the highest tenth. Returns figures for index, keyword rule and difference
    (index minus keyword rule). Only events whose window is complete in both count; no figures if there is none. Intervals: bootstrap over
    months, whose events are drawn together. `where`: the columns `grouping` and `pair` of the figures.
    """
    keys = {
        "index": list(events.select("series", "polarity").iter_rows()),
        "keyword": [(pair, "keyword") for pair in events["pair"]],
    }
    at = events["at"].to_numpy()
    on_days = {measured: _mark_hits(counts, of_measured, measured, width) for measured, of_measured in keys.items()}
    each = np.arange(events.height)
    at_events = np.stack([on_days["index"][each, at], on_days["keyword"][each, at]], axis=1)
    is_complete = np.isfinite(at_events).all(axis=1)
    if not is_complete.any():
        return []
    hits = at_events[is_complete]
    months = events["event_date"].dt.strftime("%Y-%m").to_numpy().astype(str)[is_complete]
    drawn = draw_cluster_rates(hits, months)
    rows = []
    for n, measured in enumerate(("index", "keyword")):
        rate = float(hits[:, n].mean())
        low, high = percentile_interval(drawn[:, n])
        chance = _measure_chance(on_days[measured][is_complete], at[is_complete], rate)
        rows.append(_hit_figure(width, where, measured, rate, (low, high), int(is_complete.sum()), chance))
    low, high = percentile_interval(drawn[:, 0] - drawn[:, 1])
    difference = float((hits[:, 0] - hits[:, 1]).mean())
    return [*rows, _hit_figure(width, where, "difference", difference, (low, high), int(is_complete.sum()), {})]


def _hit_figure(
    width: int,
    where: Mapping[str, str],
    measured: str,
    value: float,
    interval: tuple[float, float],
    count: int,
    chance: Mapping[str, float],
) -> Figure:
    """Build the figure (row of VALIDATION) of a hit rate.

    `width`: days of a window on each side of an event; `measured`: `index`, `keyword` or `difference`; `count`: number of events; `where`:
    its columns `grouping` and `pair`; `chance`: result of `_measure_chance`, or empty.
    """
    statistic = f"hit rate within {width} day{'s' if width > 1 else ''}"
    return figure("events", statistic, measured=measured, value=value, lo95=interval[0], hi95=interval[1], count=count, **where, **chance)


def _measure_chance(on_days: NDArray[np.float64], at: NDArray[np.int64], rate: float) -> dict[str, float]:
    """Compute the hit rates that chance gives.

    Chance is measured in two ways: at random dates, and with all events shifted by the same number of days (at least `NEAREST_SHIFT`),
    where days beyond the last one continue at the first. `on_days`: result of `_mark_hits`; `at`: the number of each event's day; `rate`:
    the hit rate of the events. Returns columns of a figure: `chance` and its interval are of random dates; `p_random` and `p_shift` are the
    shares of draws and of shifts with at least this rate, the events' own included (`p_shift` is NaN if there are too few days to shift).
    """
    random = np.random.default_rng(SEED)
    drawn = np.zeros(DRAWS)
    for of_event in on_days:
        finite = of_event[np.isfinite(of_event)]
        drawn += finite[random.integers(0, len(finite), size=DRAWS)]
    drawn /= len(on_days)
    low, high = percentile_interval(drawn)
    days = on_days.shape[1]
    shifts = np.arange(NEAREST_SHIFT, days - NEAREST_SHIFT + 1)
    each = np.arange(len(on_days))
    moved = np.array([_mean_hit_rate(on_days[each, (at + shift) % days]) for shift in shifts])
    as_good = rate - 1e-12  # equal rates may differ in the last bits
    return {
        "chance": float(drawn.mean()),
        "chance_lo95": low,
        "chance_hi95": high,
        "p_random": float((1 + (drawn >= as_good).sum()) / (1 + DRAWS)),
        "p_shift": float((1 + (moved >= as_good).sum()) / (1 + len(moved))) if len(moved) else float("nan"),
    }


def _mean_hit_rate(hits: Hits) -> float:
    """Average hits without NaN (incomplete windows); 0 if none is left."""
    finite = hits[np.isfinite(hits)]
    return float(finite.mean()) if len(finite) else 0.0


def _run_sign_tests(events: pl.DataFrame, counts: DailyCounts, width: int) -> list[Figure]:
    """Test how often the event's own channel ranks above the opposite one.

    The channels are escalation and concession. The rank of a day is the share of days of the same channel with less evidence per article
    within `width` days; ties and events with an incomplete window are dropped. The exact binomial test is one-sided (more than half).
    Returns one figure (row of VALIDATION) for each polarity with events left.
    """
    articles = counts.articles["index"]
    no_evidence = np.zeros(counts.days)
    rows = []
    for polarity, opposite in (POLARITIES, POLARITIES[::-1]):
        wins = losses = 0
        for series, at in events.filter(pl.col("polarity") == polarity).select("series", "at").iter_rows():
            own, other = (
                percentile_ranks(window_rates(counts.evidence.get((series, channel), no_evidence), articles, width))[at]
                for channel in (polarity, opposite)
            )
            wins += int(own > other)
            losses += int(own < other)
        if wins + losses:
            statistic = f"sign test within {width} day{'s' if width > 1 else ''}"
            rows.append(figure("events", statistic, measured="index", grouping=polarity, **sign_test(wins, wins + losses)))
    return rows
