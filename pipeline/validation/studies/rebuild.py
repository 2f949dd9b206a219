"""A second, independent computation of the index from published tables.

It follows the formulas of `docs/methodology.md` and must share no code with `index/filter.py` or `sql/`, so that agreement means something.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import gamma

from pipeline.validation.studies.figures import figure, to_frame

# The name that a baseline has for all sources together.
_ANY_SOURCE = "(any)"
_CHANNELS = {"escalation": "tension", "concession": "concession", "dialogue": "dialogue"}
_QUANTILES = {"lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}
_SUMS = ("mass", "mass_words", "second_moment", "mass_unweighted", "mass_bilateral")
#: Endings of the columns of each variant of the index: with severity; without severity; without general acts (towards all or a group).
_VARIANTS = ("", "_unweighted", "_bilateral")
_NOTHING = (0.0,) * len(_VARIANTS)
TOLERANCE = 1e-9
_MISREAD = 0.175  # share of mass that wrong readings bring from other news (docs/methodology.md)
# Repeated here, because this module shares no code with the index.
_IS_DIRECTED = pl.col("series").str.contains(">", literal=True)

Row = dict[str, Any]


def rebuild_index(
    story_mass: pl.DataFrame,
    articles_read: pl.DataFrame,
    baseline: pl.DataFrame,
    clustering: pl.DataFrame,
    last_day: date,
    half_life_days: float,
    least_evidence: float,
) -> pl.DataFrame:
    """Rebuild the index, one row per day and direction or pair.

    Columns: `tension`, `concession`, `dialogue`, `net_tension`, each with its intervals; the parts from words and actions;
    `tension_unweighted`; `tension_bilateral`; the evidence weights. Values are null where the evidence weight of their channel is below
    `least_evidence`; `tension_bilateral`, without acts towards all countries or a group, also where the weight without these is. The first
    four arguments are the published tables of these names. `last_day`, `half_life_days`, `least_evidence`: those of the published index.
    """
    calendar = _list_days(articles_read, last_day)
    baseline = baseline.join(clustering, on=["valid_from", "series", "channel"])
    read = list(articles_read.select("source", "index_date", "weight").iter_rows())
    stories = story_mass.partition_by("series", "channel", as_dict=True)
    frames = []
    for series in baseline["series"].unique().sort():
        columns: dict[str, Any] = {"index_date": calendar, "series": [series] * len(calendar)}
        for channel, name in _CHANNELS.items():
            rates = baseline.filter((pl.col("series") == series) & (pl.col("channel") == channel))
            of_channel = stories.get((series, channel), story_mass.clear())
            versions = _Versions.read(rates)
            values = _rebuild_channel(name, _sum_observed(of_channel), _sum_expected(read, versions), versions, calendar, half_life_days)
            evidence, evidence_bilateral = values.pop("evidence_weight"), values.pop("evidence_weight_bilateral")
            if name == "tension":
                is_thin_bilateral = evidence_bilateral < least_evidence - TOLERANCE
                values["tension_bilateral"] = np.where(is_thin_bilateral, np.nan, values["tension_bilateral"])
            is_thin = evidence < least_evidence - TOLERANCE
            columns |= {column: np.where(is_thin, np.nan, computed) for column, computed in values.items()}
            columns["evidence_weight" if name == "tension" else f"{name}_evidence_weight"] = evidence
        columns |= _net_columns(columns)
        frames.append(pl.DataFrame(columns).fill_nan(None))
    return pl.concat(frames)


def measure_differences(published: pl.DataFrame, rebuilt: pl.DataFrame, table: str) -> pl.DataFrame:
    """Measure the largest relative difference of each column; return rows of VALIDATION.

    `published`: rows of TENSION_DAILY or TENSION_PAIR_DAILY; `rebuilt`: from `rebuild_index`. Differences are relative to the published
    value, or to 1 if that is smaller. That of a column is null if there are no rows, if days or series differ, or if a value is in only one
    of the two.
    """
    series = pl.col("pair") if "pair" in published.columns else pl.concat_str("actor", pl.lit(">"), "target")
    published_series = published.with_columns(series=series)
    rebuilt_series = rebuilt.filter(("pair" in published.columns) != _IS_DIRECTED)
    joined = published_series.join(rebuilt_series, on=["index_date", "series"], how="full", suffix="_rebuilt", coalesce=True)
    is_same_days = (
        published_series.select("index_date", "series").sort(pl.all()).equals(rebuilt_series.select("index_date", "series").sort(pl.all()))
    )
    rows = []
    for name in [name for name in rebuilt.columns if name not in ("index_date", "series")]:
        relative = (joined[name] - joined[f"{name}_rebuilt"]).abs() / pl.select(
            pl.max_horizontal(joined[name].abs(), pl.lit(1.0))
        ).to_series()
        is_complete = not joined.is_empty() and (joined[name].is_null() == joined[f"{name}_rebuilt"].is_null()).all() and is_same_days
        value = float(relative.max() or 0) if is_complete else None  # type: ignore[arg-type]  # the largest of numbers
        rows.append(figure("rebuild", "largest relative difference", measured=name, grouping=table, value=value, count=joined.height))
    return to_frame(rows)


@dataclass(frozen=True)
class _Versions:
    """Versions of the baseline of one series and channel, oldest first.

    Each list has one item for each version. `rates`: by source, its usual mass per article in each of `_VARIANTS`; `priors`: the row of all
    sources together, `(any)`, which is used for sources without a rate, with the columns of the prior.
    """

    valid_from: list[date]
    rates: list[dict[str, tuple[float, ...]]]
    priors: list[Row]

    @staticmethod
    def read(baseline: pl.DataFrame) -> "_Versions":
        """Convert the baseline of one series and channel, oldest version first."""
        valid_from, rates, priors = [], [], []
        for (day,), rows in baseline.sort("valid_from").group_by("valid_from", maintain_order=True):
            valid_from.append(day)
            names = [f"rate{variant}" for variant in _VARIANTS]
            rates.append({source: tuple(each) for source, *each in rows.select("source", *names).iter_rows()})
            priors.append(rows.filter(pl.col("source") == _ANY_SOURCE).row(0, named=True))
        return _Versions(valid_from, rates, priors)

    def number(self, day: date) -> int:
        """Return the number of the version that a day uses.

        It is the last one valid by then, or else the first.
        """
        return max(bisect_right(self.valid_from, day) - 1, 0)


def _list_days(articles_read: pl.DataFrame, last: date) -> list[date]:
    """List all days from the first with an article to `last`."""
    first = articles_read.select(pl.col("index_date").min()).item()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _sum_observed(stories: pl.DataFrame) -> dict[date, Row]:
    """Sum each day's masses (weights) of stories, and their parts (`_SUMS`).

    `stories`: rows of STORY_MASS of one series and channel. A day without stories has no item.
    """
    sums: dict[date, Row] = {}
    for row in stories.select("index_date", *_SUMS).iter_rows(named=True):
        of_day = sums.setdefault(row["index_date"], dict.fromkeys(_SUMS, 0.0))
        for name in _SUMS:
            of_day[name] += row[name]
    return sums


def _sum_expected(read: list[tuple[str, date, float]], versions: _Versions) -> dict[date, tuple[float, ...]]:
    """Sum the expected mass of each day, for each of `_VARIANTS`.

    These are mass with severity, without severity, and without general acts. `read`: source, day and `weight` of ARTICLES_READ (number of
    articles, late ones counting less). The expected mass of a source is its weight times its rate (mass per article), or times that of all
    sources, `(any)`, if it has none.
    """
    sums: dict[date, tuple[float, ...]] = {}
    for source, day, weight in read:
        of_source = versions.rates[versions.number(day)]
        rate = of_source.get(source, of_source[_ANY_SOURCE])
        sums[day] = tuple(mass + weight * each for mass, each in zip(sums.get(day, _NOTHING), rate, strict=True))
    return sums


def _rebuild_channel(
    name: str,
    observed: Mapping[date, Row],
    expected: Mapping[date, tuple[float, ...]],
    versions: _Versions,
    calendar: list[date],
    half_life_days: float,
) -> dict[str, Any]:
    """Compute the columns of one channel day by day.

    Each discounted sum is S(t) = S(t-1) / 2^(1/h) + news(t), with the half-life h. `name`: that of the channel's value; `observed` and
    `expected`: results of `_sum_observed` and `_sum_expected`. Returns arrays over the days of `calendar` by column, also `evidence_weight`
    and `evidence_weight_bilateral`, the same without acts towards all countries or a group. Values with too little evidence are not
    removed.
    """
    retention = math.exp(-math.log(2) / half_life_days)
    sums = dict.fromkeys((*_SUMS, *(f"expected{variant}" for variant in _VARIANTS)), 0.0)
    shapes, rates, dispersions, words, priors = [], [], [], [], []
    plain: list[float] = []
    bilateral: list[float] = []
    evidence_bilateral: list[float] = []
    for day in calendar:
        prior = versions.priors[versions.number(day)]
        priors.append(prior["prior"])
        news = observed.get(day, {})
        for sum_name in _SUMS:
            sums[sum_name] = sums[sum_name] * retention + news.get(sum_name, 0.0)
        for variant, mass in zip(_VARIANTS, expected.get(day, _NOTHING), strict=True):
            sums[f"expected{variant}"] = sums[f"expected{variant}"] * retention + mass
        shape, rate = prior["prior"] + sums["mass"], prior["prior"] + sums["expected"]
        shapes.append(shape)
        rates.append(rate)
        stories = (prior["prior"] * prior["prior_dispersion"] + sums["second_moment"]) / shape
        clusters = (prior["clustering"] - 1) * prior["prior"] / 3  # the prior weighs three mean stories
        misread = (_MISREAD * (shape - rate) / (1 - _MISREAD)) ** 2 / shape
        dispersions.append(min(stories + clusters + misread, 2 * shape))  # the shape of the Gamma is at least one half
        words.append(100 * (prior["prior"] * prior["words_share"] + sums["mass_words"]) / rate)
        for values, variant in ((plain, "_unweighted"), (bilateral, "_bilateral")):
            kappa = prior[f"prior{variant}"]
            values.append(100 * (kappa + sums[f"mass{variant}"]) / (kappa + sums[f"expected{variant}"]))
        kappa = prior["prior_bilateral"]
        evidence_bilateral.append(1 - kappa / (kappa + max(sums["mass_bilateral"], sums["expected_bilateral"])))
    columns = _channel_columns(name, np.array(shapes), np.array(rates), np.array(dispersions), np.array(words))
    if name == "tension":
        columns |= {"tension_unweighted": np.array(plain), "tension_bilateral": np.array(bilateral)}
    return columns | {
        "evidence_weight": 1 - np.array(priors) / np.maximum(shapes, rates),
        "evidence_weight_bilateral": np.array(evidence_bilateral),
    }


def _channel_columns(name: str, shapes: Any, rates: Any, dispersions: Any, words: Any) -> dict[str, Any]:
    """Compute value, intervals, and the parts from words and from actions.

    `name`: of the channel's value; the others are arrays over days: `shapes` and `rates`, those of a Gamma distribution before division by
    `dispersions`, and the part from `words`. Dialogue is not split.
    """
    value = 100 * shapes / rates
    columns = {name: value}
    for bound, probability in _QUANTILES.items():
        columns[f"{name}_{bound}"] = 100 * gamma.ppf(probability, shapes / dispersions, scale=dispersions / rates)
    if name != "dialogue":
        columns |= {f"{name}_words": words, f"{name}_actions": value - words}
    return columns


def _net_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Compute tension minus concession, with the interval of Zou and Donner (2008)."""
    net = columns["tension"] - columns["concession"]
    result = {"net_tension": net}
    for level in ("80", "95"):
        below, above = columns["tension"] - columns[f"tension_lo{level}"], columns[f"concession_hi{level}"] - columns["concession"]
        result[f"net_tension_lo{level}"] = net - np.hypot(below, above)
        below, above = columns[f"tension_hi{level}"] - columns["tension"], columns["concession"] - columns[f"concession_lo{level}"]
        result[f"net_tension_hi{level}"] = net + np.hypot(below, above)
    return result
