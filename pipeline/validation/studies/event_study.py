"""Does the index rise when something is known to have happened? Hit rates of dated events beside chance and a keyword rule.

**Hit.** Of an event by `actor` towards `target` the index's own directed series and channel is looked at: escalation for an
escalation, concession for a concession. The mass found within `w` days of the event per article read is compared with all windows of
that width of the same series: a hit is strictly above their 90th percentile. So chance is a tenth by construction, for the narrow and
the wide window, for a busy and a silent series, and for the keyword rule, whose share of articles is judged by the same sentence.
What the filter makes of the masses plays no part: it only looks back, and would be punished for rising on time.

Belongs here: hits, chance, the sign test, the mean path. Does not: the list of events, counting keywords.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binomtest

from pipeline.validation.studies.figures import Figure, figure, figures
from pipeline.validation.studies.resampling import DRAWS, SEED, Numbers, cluster_rates, limits

WIDTHS = (1, 3)
DECILE = 0.9
REACH = 7  # days of the path before and after an event
NEAREST_SHIFT = 2 * REACH + 1  # days; a smaller shift would look at the same news
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

Hits = NDArray[np.float64]  # 1, 0, or not a number where a window is not whole


@dataclass(frozen=True)
class Counted:
    """What was found and what was read on each day of one calendar, as (days,) arrays by series."""

    first: date
    found: Mapping[tuple[str, str], Numbers]  # by (series, channel), and by (pair, "keyword")
    read: Mapping[str, Numbers]  # by "index" and "keyword"

    @property
    def days(self) -> int:
        """Days of the calendar."""
        return len(self.read["index"])


def counted(daily_mass: pl.DataFrame, keywords: pl.DataFrame) -> Counted:
    """Rows of DAILY_MASS and KEYWORD_HITS as arrays over the days of the former."""
    days = daily_mass.select(pl.col("index_date").unique().sort())

    def column(frame: pl.DataFrame, name: str) -> Numbers:
        joined = days.join(frame.select("index_date", name), on="index_date", how="left", maintain_order="left")
        return joined[name].fill_null(0).cast(pl.Float64).to_numpy()

    found = {
        (str(series), str(channel)): column(rows, "observed")
        for (series, channel), rows in daily_mass.partition_by("series", "channel", as_dict=True).items()
    }
    found |= {(str(pair), "keyword"): column(rows, "hits") for (pair,), rows in keywords.partition_by("pair", as_dict=True).items()}
    read = {
        "index": column(daily_mass.group_by("index_date").agg(pl.col("articles_read").max()), "articles_read"),
        "keyword": column(keywords.group_by("index_date").agg(pl.col("articles").max()), "articles"),
    }
    return Counted(days["index_date"][0], found, read)


def windows(found: Numbers, read: Numbers, width: int) -> Numbers:
    """What was found per article read in the days from `width` before to `width` after each day.

    Not a number where the window is cut by the end of the calendar or nothing was read in it.
    """
    ones = np.ones(2 * width + 1)
    result = np.full(len(found), np.nan)
    if len(found) >= len(ones):
        sums = np.convolve(found, ones, "valid")
        articles = np.convolve(read, ones, "valid")
        result[width : len(found) - width] = np.divide(sums, articles, out=np.full(len(sums), np.nan), where=articles > 0)
    return result


def top_decile(rates: Numbers) -> Hits:
    """1 where a rate lies strictly above the 90th percentile of all, else 0; not a number stays so."""
    finite = rates[np.isfinite(rates)]
    threshold = np.quantile(finite, DECILE) if len(finite) else np.nan
    return np.where(np.isfinite(rates), (rates > threshold).astype(float), np.nan)


def places(rates: Numbers) -> Numbers:
    """For each rate the share of all rates that are strictly lower: 0 where nothing was found."""
    finite = np.sort(rates[np.isfinite(rates)])
    return np.where(np.isfinite(rates), np.searchsorted(finite, rates) / max(1, len(finite)), np.nan)


def usable(events: pl.DataFrame, counts: Counted) -> pl.DataFrame:
    """The events within the days read whose directed pair has an index, by date, with `series`, `pair` and `at`, the day's number."""
    last = counts.first + timedelta(days=counts.days - 1)
    with_series = events.select(EVENT_COLUMNS.names()).with_columns(
        series=pl.concat_str("actor", pl.lit(">"), "target"),
        pair=pl.concat_str(pl.min_horizontal("actor", "target"), pl.lit("-"), pl.max_horizontal("actor", "target")),
        at=(pl.col("event_date") - pl.lit(counts.first)).dt.total_days(),
    )
    known = sorted({series for series, channel in counts.found if channel in POLARITIES})
    inside = pl.col("event_date").is_between(pl.lit(counts.first), pl.lit(last)) & pl.col("series").is_in(known)
    return with_series.filter(inside & pl.col("polarity").is_in(POLARITIES)).sort("event_date", "event_id")


def event_study(events: pl.DataFrame, counts: Counted, draws: int = DRAWS, seed: int = SEED) -> pl.DataFrame:
    """Rows of VALIDATION: hit rates of index and keyword rule, their difference, and the sign tests, in all and by group.

    `events`: EVENT_COLUMNS and more; those outside the days or pairs of the index are left out. No rows when none is left.
    """
    chosen = usable(events, counts)
    rows: list[Figure] = []
    for width in WIDTHS:
        for grouping, pair, part in _groups(chosen):
            rows += _hit_rates(part, counts, width, {"grouping": grouping, "pair": pair}, draws, seed)
    for width in WIDTHS:
        rows += _sign_tests(chosen, counts, width)
    return figures(rows)


def event_path(events: pl.DataFrame, counts: Counted, draws: int = DRAWS, seed: int = SEED) -> pl.DataFrame:
    """What is found on the days around events per article read, as a percentage of the ordinary day of the same series. PATH.

    The events of one polarity together: the sum of what was found over the sum of what their series find on an ordinary day with as
    many articles. `chance`: 95 % limits of the same for random dates.
    """
    rows: list[dict[str, Any]] = []
    for polarity, part in usable(events, counts).partition_by("polarity", as_dict=True).items():
        random = np.random.default_rng(seed)
        chosen = part.filter(pl.col("at").is_between(REACH, counts.days - 1 - REACH))
        if chosen.is_empty():
            continue
        at = chosen["at"].to_numpy()
        drawn = random.integers(0, counts.days, size=(draws, chosen.height))
        low, high = limits(_against_ordinary(chosen, counts, "index", drawn))
        rows += [
            {
                "polarity": polarity[0],
                "lag_days": lag,
                **{measured: float(_against_ordinary(chosen, counts, measured, at[None] + lag)[0]) for measured in ("index", "keyword")},
                "chance_lo95": low,
                "chance_hi95": high,
                "count": chosen.height,
            }
            for lag in range(-REACH, REACH + 1)
        ]
    return pl.DataFrame(rows, schema=PATH).fill_nan(None).sort("polarity", "lag_days", descending=[True, False])


def _against_ordinary(events: pl.DataFrame, counts: Counted, measured: str, at: NDArray[np.int64]) -> Numbers:
    """For each row of day numbers (draws, events): 100 times what was found on these days over what is ordinary there."""
    read = counts.read[measured]
    found, ordinary = np.zeros(len(at)), np.zeros(len(at))
    for n, (series, pair, polarity) in enumerate(events.select("series", "pair", "polarity").iter_rows()):
        of_series = counts.found.get((series, polarity) if measured == "index" else (pair, "keyword"))
        if of_series is not None:
            found += of_series[at[:, n]]
            ordinary += read[at[:, n]] * of_series.sum() / max(1.0, read.sum())
    return np.asarray(np.divide(100 * found, ordinary, out=np.full(len(found), np.nan), where=ordinary > 0), dtype=np.float64)


def _groups(events: pl.DataFrame) -> list[tuple[str, str, pl.DataFrame]]:
    groups = [("", "", events)] if not events.is_empty() else []
    groups += [(str(name), "", rows) for (name,), rows in sorted(events.partition_by("polarity", as_dict=True).items(), reverse=True)]
    groups += [("", str(name), rows) for (name,), rows in sorted(events.partition_by("pair", as_dict=True).items())]
    by_year = events.with_columns(year=pl.col("event_date").dt.year()).partition_by("year", as_dict=True)
    return groups + [(str(name), "", rows) for (name,), rows in sorted(by_year.items())]


def _hits(counts: Counted, keys: Sequence[tuple[str, str]], measured: str, width: int) -> NDArray[np.float64]:
    """Hits on every day for the series of every event; shape (events, days). A series without an index hits nothing."""
    read = counts.read[measured]
    nothing = np.zeros(counts.days)
    by_key = {key: top_decile(windows(counts.found.get(key, nothing), read, width)) for key in set(keys)}
    return np.stack([by_key[key] for key in keys])


def _hit_rates(events: pl.DataFrame, counts: Counted, width: int, where: Mapping[str, str], draws: int, seed: int) -> list[Figure]:
    keys = {
        "index": list(events.select("series", "polarity").iter_rows()),
        "keyword": [(pair, "keyword") for pair in events["pair"]],
    }
    at = events["at"].to_numpy()
    on_days = {measured: _hits(counts, of_measured, measured, width) for measured, of_measured in keys.items()}
    each = np.arange(events.height)
    at_events = np.stack([on_days["index"][each, at], on_days["keyword"][each, at]], axis=1)
    whole = np.isfinite(at_events).all(axis=1)
    if not whole.any():
        return []
    hits = at_events[whole]
    months = events["event_date"].dt.strftime("%Y-%m").to_numpy().astype(str)[whole]
    drawn = cluster_rates(hits, months, draws, seed)
    rows = []
    for n, measured in enumerate(("index", "keyword")):
        rate = float(hits[:, n].mean())
        low, high = limits(drawn[:, n])
        chance = _chance(on_days[measured][whole], at[whole], rate, draws, seed)
        rows.append(_hit_figure(width, where, measured, rate, (low, high), int(whole.sum()), chance))
    low, high = limits(drawn[:, 0] - drawn[:, 1])
    difference = float((hits[:, 0] - hits[:, 1]).mean())
    return [*rows, _hit_figure(width, where, "difference", difference, (low, high), int(whole.sum()), {})]


def _hit_figure(
    width: int, where: Mapping[str, str], measured: str, value: float, ends: tuple[float, float], count: int, chance: Mapping[str, float]
) -> Figure:
    statistic = f"hit rate within {width} day{'s' if width > 1 else ''}"
    return figure("events", statistic, measured=measured, value=value, lo95=ends[0], hi95=ends[1], count=count, **where, **chance)


def _chance(on_days: NDArray[np.float64], at: NDArray[np.int64], rate: float, draws: int, seed: int) -> dict[str, float]:
    """What dates without meaning give: drawn at random for each event, and all events moved by the same number of days."""
    random = np.random.default_rng(seed)
    drawn = np.zeros(draws)
    for of_event in on_days:
        whole = of_event[np.isfinite(of_event)]
        drawn += whole[random.integers(0, len(whole), size=draws)]
    drawn /= len(on_days)
    low, high = limits(drawn)
    days = on_days.shape[1]
    shifts = np.arange(NEAREST_SHIFT, days - NEAREST_SHIFT + 1)
    each = np.arange(len(on_days))
    moved = np.array([_mean(on_days[each, (at + shift) % days]) for shift in shifts])
    as_good = rate - 1e-12
    return {
        "chance": float(drawn.mean()),
        "chance_lo95": low,
        "chance_hi95": high,
        "p_random": float((1 + (drawn >= as_good).sum()) / (1 + draws)),
        "p_shift": float((1 + (moved >= as_good).sum()) / (1 + len(moved))) if len(moved) else float("nan"),
    }


def _mean(hits: NDArray[np.float64]) -> float:
    finite = hits[np.isfinite(hits)]
    return float(finite.mean()) if len(finite) else 0.0


def _sign_tests(events: pl.DataFrame, counts: Counted, width: int) -> list[Figure]:
    """At events of each polarity: how often its own channel stands higher among its windows than the opposite channel among its own.

    Where neither found anything, or both stand alike, an event says nothing and is left out. Exact binomial test against one half.
    """
    read = counts.read["index"]
    nothing = np.zeros(counts.days)
    rows = []
    for polarity, opposite in (POLARITIES, POLARITIES[::-1]):
        wins = losses = 0
        for series, at in events.filter(pl.col("polarity") == polarity).select("series", "at").iter_rows():
            own, other = (
                places(windows(counts.found.get((series, channel), nothing), read, width))[at] for channel in (polarity, opposite)
            )
            wins += int(own > other)
            losses += int(own < other)
        if wins + losses:
            test = binomtest(wins, wins + losses, 0.5, alternative="greater")
            ends = binomtest(wins, wins + losses).proportion_ci(0.95)  # two-sided limits beside the one-sided test
            rows.append(
                figure(
                    "events", f"sign test within {width} day{'s' if width > 1 else ''}", measured="index", grouping=polarity,
                    value=wins / (wins + losses), lo95=float(ends.low), hi95=float(ends.high), chance=0.5,
                    p_random=float(test.pvalue), count=wins + losses,
                )
            )  # fmt: skip
    return rows
