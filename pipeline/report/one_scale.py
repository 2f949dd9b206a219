"""Tables of the index with all days on one scale, for charts.

In the first year the baseline grows, so published values of different days can have different scales, and a line through them shows wrong
heights. Here all days are compared with the newest baseline, as by the SQL macro `on_one_scale`. These values use later knowledge than the
published ones, which differ also some weeks after a change of the baseline: until then, the expected mass of earlier days counts in them.
Intervals, and parts from words and actions, keep their ratio to the value.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.columns import LEAST_EVIDENCE
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.index import ANY_SOURCE, BASELINE, CHANNEL_DAILY, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.stories import ARTICLES_READ
from pipeline.report.evidence import ReadTable

_NAMES = MappingProxyType({"escalation": "tension", "concession": "concession", "dialogue": "dialogue"})
_BOUNDS = ("lo80", "hi80", "lo95", "hi95")
_PARTS = ("value_words", "value_actions")
_HALF_LIVES = 40  # after which mass adds less than a billionth, as in the macro
_NOT_COMPUTED = ("tension_unweighted", "tension_bilateral")
_GROUP = ["series", "channel"]
_KEY = ["index_date", *_GROUP]


@dataclass(frozen=True)
class OneScale:
    """Reads tables, with values of all days on one scale.

    A function like `read`. In rows of the index, of CHANNEL_DAILY and of TOP_CONTRIBUTIONS before `until`, values are changed, and those of
    `_NOT_COMPUTED` are null; phases are those published. From `until` on, published values are on the scale; it is None if all are.
    `window`: first and last day of the newest baseline. `early`: rows of CHANNEL_DAILY before `until` with the new values, and `factor`, by
    which points of stories are multiplied.
    """

    read: ReadTable
    until: date | None
    window: tuple[date, date]
    early: pl.DataFrame

    def __call__(self, table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """Read the columns (None: all) of the days (None: all)."""
        change = {
            TENSION_DAILY.name: self._rescale_index,
            TENSION_PAIR_DAILY.name: self._rescale_index,
            CHANNEL_DAILY.name: self._rescale_channels,
            TOP_CONTRIBUTIONS.name: self._rescale_stories,
        }.get(table.name)
        if self.until is None or change is None:
            return self.read(table, days, columns)
        frame = self.read(table, days)
        names = frame.columns if columns is None else list(columns)
        is_early = pl.col("index_date") < self.until
        return pl.concat([change(frame.filter(is_early)).select(names), frame.filter(~is_early).select(names)])

    @property
    def note(self) -> str:
        """Sentence for charts on what they compare; empty if `until` is None."""
        if self.until is None:
            return ""
        return "All days are compared with the newest baseline; published values with that of their day."

    def _rescale_channels(self, frame: pl.DataFrame) -> pl.DataFrame:
        return _replace(frame, self.early.drop("factor"), _KEY)

    def _rescale_stories(self, frame: pl.DataFrame) -> pl.DataFrame:
        points = pl.col("contribution") * pl.col("factor")
        joined = frame.join(self.early.select(*_KEY, "factor", "value"), on=_KEY, how="left", maintain_order="left")
        return joined.with_columns(contribution=points, share_pct=100 * points / pl.col("value"))

    def _rescale_index(self, frame: pl.DataFrame) -> pl.DataFrame:
        series = pl.concat_str("actor", pl.lit(">"), "target") if "actor" in frame.columns else pl.col("pair")
        rows = frame.with_columns(series=series)
        for channel, name in _NAMES.items():
            new = {f"{name}_{bound}": bound for bound in _BOUNDS} | {name: "value"}
            new |= {f"{name}_{part.removeprefix('value_')}": part for part in _PARTS}
            values = [pl.when(~pl.col("is_thin")).then(pl.col(old)).alias(column) for column, old in new.items() if column in rows.columns]
            weight = pl.col("evidence_weight").alias("evidence_weight" if name == "tension" else f"{name}_evidence_weight")
            thin = [pl.col("is_thin")] if name == "tension" else []
            rows = _replace(
                rows, self.early.filter(channel=channel).select("index_date", "series", *values, weight, *thin), ["index_date", "series"]
            )
        first, last = self.window
        nothing = {name: pl.lit(None, pl.Float64()) for name in _NOT_COMPUTED}
        return _add_net(rows).with_columns(baseline_from=pl.lit(first), baseline_to=pl.lit(last), **nothing)


def put_on_one_scale(read: ReadTable) -> OneScale:
    """Return a reader of tables with all days on one scale.

    It is that of the last day. `read`: reads the tables as published. The index must not be empty.
    """
    days = read(TENSION_PAIR_DAILY, columns=["index_date", "baseline_from", "baseline_to"]).unique().sort("index_date")
    first, last = days.select("baseline_from", "baseline_to").row(-1)
    channels, newest = read(CHANNEL_DAILY), days.filter(baseline_to=last)["index_date"][0]
    if newest == days["index_date"][0]:
        return OneScale(read, None, (first, last), channels.clear())
    until = newest + timedelta(days=math.ceil(_HALF_LIVES * channels["half_life_days"][0]))
    is_early = pl.col("index_date") < until
    articles = read(ARTICLES_READ, columns=["index_date", "source", "weight"]).filter(is_early)
    early = _compare_with(channels.filter(is_early), read(BASELINE).filter(baseline_to=last), articles)
    return OneScale(read, until, (first, last), early)


def _compare_with(channels: pl.DataFrame, rates: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Compare values with another baseline.

    `channels`: rows of CHANNEL_DAILY, all days of each group (series and channel) from the first on; `rates`: rows of BASELINE of one
    version; `articles`: `index_date`, `source` and `weight` of what was read on these days. Adds `factor`.
    """
    groups = rates.filter(source=ANY_SOURCE).select(*_GROUP, "rate", new_prior="prior").sort(_GROUP)
    first, last = channels.select(pl.col("index_date").min(), pl.col("index_date").max().alias("last")).row(0)
    days = pl.DataFrame({"index_date": pl.date_range(first, last, eager=True)})
    mass = _accumulate(_expect(days, groups, rates, articles), 2.0 ** (-1.0 / channels["half_life_days"][0]))
    expected = groups.select(_GROUP).join(days, how="cross", maintain_order="left_right").with_columns(expected=pl.Series(mass.T.ravel()))
    priors = groups.select(*_GROUP, "new_prior")
    joined = channels.join(priors, on=_GROUP, maintain_order="left").join(expected, on=_KEY, how="left", maintain_order="left")
    shape, rate = pl.col("new_prior") + pl.col("shape") - pl.col("prior"), pl.col("new_prior") + pl.col("expected")
    compared = joined.with_columns(shape=shape, rate=rate, factor=pl.col("rate") / rate, prior=pl.col("new_prior"))
    weight, value = 1 - pl.col("prior") / pl.max_horizontal("shape", "rate"), 100 * pl.col("shape") / pl.col("rate")
    ratio = value / pl.col("value")
    return compared.with_columns(
        pl.col(*_BOUNDS, *_PARTS) * ratio,
        value=value,
        evidence_weight=weight,
        is_thin=weight < LEAST_EVIDENCE - 1e-9,
        value_unweighted=pl.lit(None, pl.Float64()),
        value_bilateral=pl.lit(None, pl.Float64()),
    ).select(*channels.columns, "factor")


def _expect(days: pl.DataFrame, groups: pl.DataFrame, rates: pl.DataFrame, articles: pl.DataFrame) -> NDArray[np.float64]:
    """Compute the mass expected of each day's articles, by day and group.

    The rate of each source is that of the baseline, or that of all sources together if the baseline lacks it.
    """
    sources = articles["source"].unique().sort()
    weights = np.zeros((days.height, len(sources)))
    numbered_sources = sources.to_frame().with_row_index("source_no")
    read = articles.join(numbered_sources, on="source").join(days.with_row_index("day_no"), on="index_date")
    weights[read["day_no"].to_numpy(), read["source_no"].to_numpy()] = read["weight"].to_numpy()
    own = np.repeat(groups["rate"].to_numpy()[None, :], len(sources), axis=0)
    known = rates.join(numbered_sources, on="source").join(groups.select(_GROUP).with_row_index("group_no"), on=_GROUP)
    own[known["source_no"].to_numpy(), known["group_no"].to_numpy()] = known["rate"].to_numpy()
    return np.asarray(weights @ own, dtype=np.float64)


def _accumulate(daily: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """Sum up to each day (first axis); the day before weighs `decay`.

    The same sums as `accumulate` in `pipeline/index/filter.py`, which a report does not import.
    """
    sums = daily.copy()
    for day in range(1, len(sums)):
        sums[day] += decay * sums[day - 1]
    return sums


def _replace(frame: pl.DataFrame, new: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Replace the columns of a frame that `new` has, except the key."""
    names = [name for name in new.columns if name not in key]
    return frame.drop(names).join(new, on=key, how="left", maintain_order="left")


def _add_net(rows: pl.DataFrame) -> pl.DataFrame:
    """Compute net tension and its intervals (formula in `index_daily.sql`)."""
    tension, concession = pl.col("tension"), pl.col("concession")
    columns = {"net_tension": tension - concession}
    for level in ("80", "95"):
        below = (tension - pl.col(f"tension_lo{level}")) ** 2 + (pl.col(f"concession_hi{level}") - concession) ** 2
        above = (pl.col(f"tension_hi{level}") - tension) ** 2 + (concession - pl.col(f"concession_lo{level}")) ** 2
        columns |= {
            f"net_tension_lo{level}": tension - concession - below.sqrt(),
            f"net_tension_hi{level}": tension - concession + above.sqrt(),
        }
    return rows.with_columns(**columns)
