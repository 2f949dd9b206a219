"""Every published value a second time, day by day, from what is published beside it: `story_mass`, `coverage` and `baseline`.

Belongs here: the formulas of the index once more, as a reader would write them down from the methodology. Nothing is shared with
`index/filter.py` or `sql/`, and must not be: two ways that agree are the point.
"""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import gamma

from pipeline.validation.studies.figures import figure, figures

_CHANNELS = {"escalation": "tension", "concession": "concession", "dialogue": "dialogue"}
_QUANTILES = {"lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}
_SUMS = ("mass", "mass_words", "second_moment", "mass_unweighted")
TOLERANCE = 1e-9

Row = dict[str, Any]


def rebuilt(story_mass: pl.DataFrame, coverage: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """One row a day and series with the columns of the index that can be rebuilt.

    `tension`, `concession`, `dialogue`, `net_tension`, each with limits; the parts from words and actions; `tension_unweighted`;
    `evidence_weight`. `half_life_days` as the index was made with.
    """
    calendar = _calendar(coverage)
    read = [(source, day, accepted) for source, day, accepted in coverage.select("source", "index_date", "accepted").iter_rows()]
    stories = story_mass.partition_by("series", "channel", as_dict=True)
    frames = []
    for series in baseline["series"].unique().sort():
        columns: dict[str, Any] = {"index_date": calendar, "series": [series] * len(calendar)}
        for channel, name in _CHANNELS.items():
            rates = baseline.filter((pl.col("series") == series) & (pl.col("channel") == channel))
            found = stories.get((series, channel), story_mass.clear())
            columns |= _channel(name, _observed(found), _expected(read, rates), rates, calendar, half_life_days)
        columns |= _net(columns)
        frames.append(pl.DataFrame(columns))
    return pl.concat(frames)


def differences(published: pl.DataFrame, again: pl.DataFrame, table: str) -> pl.DataFrame:
    """Rows of VALIDATION: for each column the largest difference, relative to the published value (to 1 where that is smaller).

    `published`: rows of TENSION_DAILY or TENSION_PAIR_DAILY; `again`: what `rebuilt` gives. A day that only one of them has counts as
    an infinite difference, told as no value.
    """
    of_pair = pl.col("pair") if "pair" in published.columns else pl.concat_str("actor", pl.lit(">"), "target")
    ours = published.with_columns(series=of_pair)
    wanted = again.filter(pl.col("series").str.contains(">", literal=True) != ("pair" in published.columns))
    joined = ours.join(wanted, on=["index_date", "series"], how="full", suffix="_again", coalesce=True)
    rows = []
    for name in [name for name in again.columns if name not in ("index_date", "series")]:
        theirs = joined[f"{name}_again"]
        relative = (joined[name] - theirs).abs() / pl.select(pl.max_horizontal(joined[name].abs(), pl.lit(1.0))).to_series()
        is_whole = relative.null_count() == 0 and not joined.is_empty()
        value = float(relative.max()) if is_whole else None  # type: ignore[arg-type]  # the largest of numbers
        rows.append(figure("rebuild", "largest relative difference", measured=name, grouping=table, value=value, count=joined.height))
    return figures(rows)


def _calendar(coverage: pl.DataFrame) -> list[date]:
    first, last = coverage.select(pl.col("index_date").min().alias("first"), pl.col("index_date").max().alias("last")).row(0)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _observed(stories: pl.DataFrame) -> dict[date, Row]:
    """What was found on each day: sums over its stories."""
    sums: dict[date, Row] = {}
    for row in stories.select("index_date", *_SUMS).iter_rows(named=True):
        of_day = sums.setdefault(row["index_date"], dict.fromkeys(_SUMS, 0.0))
        for name in _SUMS:
            of_day[name] += row[name]
    return sums


def _expected(read: list[tuple[str, date, int]], rates: pl.DataFrame) -> dict[date, tuple[float, float]]:
    """What was to be expected on each day, weighted and unweighted: articles of each source times its rate, or that of (any)."""
    of_source = {source: (rate, unweighted) for source, rate, unweighted in rates.select("source", "rate", "rate_unweighted").iter_rows()}
    sums: dict[date, tuple[float, float]] = {}
    for source, day, accepted in read:
        rate, unweighted = of_source.get(source, of_source["(any)"])
        before = sums.get(day, (0.0, 0.0))
        sums[day] = (before[0] + accepted * rate, before[1] + accepted * unweighted)
    return sums


def _channel(
    name: str,
    observed: Mapping[date, Row],
    expected: Mapping[date, tuple[float, float]],
    rates: pl.DataFrame,
    calendar: list[date],
    half_life_days: float,
) -> dict[str, Any]:
    """The columns of one channel: the recursion S(t) = S(t-1) / 2^(1/h) + what the day adds, for each of the sums."""
    prior = rates.filter(pl.col("source") == "(any)").row(0, named=True)
    fades = math.exp(-math.log(2) / half_life_days)
    held = dict.fromkeys((*_SUMS, "expected", "expected_unweighted"), 0.0)
    a, b, phi, words, plain = [], [], [], [], []
    for day in calendar:
        added = observed.get(day, {})
        weighted, unweighted = expected.get(day, (0.0, 0.0))
        for sum_name in _SUMS:
            held[sum_name] = held[sum_name] * fades + added.get(sum_name, 0.0)
        held["expected"] = held["expected"] * fades + weighted
        held["expected_unweighted"] = held["expected_unweighted"] * fades + unweighted
        shape, rate = prior["prior"] + held["mass"], prior["prior"] + held["expected"]
        a.append(shape)
        b.append(rate)
        phi.append(min((prior["prior"] * prior["prior_dispersion"] + held["second_moment"]) / shape, 2 * shape))
        words.append(100 * (prior["prior"] * prior["words_share"] + held["mass_words"]) / rate)
        plain.append(
            100 * (prior["prior_unweighted"] + held["mass_unweighted"]) / (prior["prior_unweighted"] + held["expected_unweighted"])
        )
    return _columns(name, np.array(a), np.array(b), np.array(phi), np.array(words), np.array(plain), prior["prior"])


def _columns(name: str, a: Any, b: Any, phi: Any, words: Any, plain: Any, prior: float) -> dict[str, Any]:
    value = 100 * a / b
    columns = {name: value} | {f"{name}_{limit}": 100 * gamma.ppf(q, a / phi, scale=phi / b) for limit, q in _QUANTILES.items()}
    if name != "dialogue":
        columns |= {f"{name}_words": words, f"{name}_actions": value - words}
    if name == "tension":
        columns |= {"tension_unweighted": plain, "evidence_weight": 1 - prior / b}
    return columns


def _net(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Tension less concession, its limits by the squares of the distances to theirs (Zou and Donner 2008)."""
    net = columns["tension"] - columns["concession"]
    found = {"net_tension": net}
    for level in ("80", "95"):
        below, above = columns["tension"] - columns[f"tension_lo{level}"], columns[f"concession_hi{level}"] - columns["concession"]
        found[f"net_tension_lo{level}"] = net - np.hypot(below, above)
        below, above = columns[f"tension_hi{level}"] - columns["tension"], columns["concession"] - columns[f"concession_lo{level}"]
        found[f"net_tension_hi{level}"] = net + np.hypot(below, above)
    return found
