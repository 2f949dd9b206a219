"""Does the index move with series that others have made? Levels and changes, by month and by day, beside the keyword share.

Belongs here: bringing series onto one calendar, correlations and their limits. Does not: reading reference files, counting keywords.

By month: the mean of `tension` over the month's days; the keyword share as all the month's hits over all its articles; whole months only.
By day: `tension` as it is; the keyword share discounted with the half-life of the index, so that the two differ only in how they read.
Changes are first differences of consecutive months or days. Limits come from the moving-block bootstrap: months in blocks of 3, days in
blocks of 20, rows drawn together, so that the difference of two correlations has limits of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.stats import rankdata

from pipeline.contracts.days import Days
from pipeline.validation.studies.figures import Figure, figure, figures
from pipeline.validation.studies.resampling import DRAWS, SEED, Numbers, block_draws, limits

BLOCK = {"month": 3, "day": 20}
EVERY = {"month": "1mo", "day": "1d"}
LEAST_ROWS = 6  # of fewer months or days a correlation says nothing
#: Days of a reference that are not compared. TPU: its daily level breaks in the pandemic's first months.
LEFT_OUT = {"tpu": Days(date(2020, 3, 1), date(2020, 10, 31))}
#: References that the index should follow, the first of them drawn; the others should be followed less.
CONVERGENT = ("trade_epu", "tpu")
#: Other columns of the index: every severity g = 1, and the two parts of tension.
VARIANTS = ("tension_unweighted", "tension_words", "tension_actions")
_MEASURED = ("index", "keyword")


@dataclass(frozen=True)
class Inputs:
    """What is compared. `tension`: rows of TENSION_PAIR_DAILY; `keywords`: KEYWORD_HITS.

    `references`: `reference`, `frequency` (month or day), `period_date`, `value`; `window`: days that count, or None for all;
    `half_life_days`: that of the index.
    """

    tension: pl.DataFrame
    keywords: pl.DataFrame
    references: pl.DataFrame
    window: Days | None
    half_life_days: float


def comparisons(inputs: Inputs) -> list[tuple[str, str]]:
    """Which (reference, frequency) can be compared: each in its own frequency, daily ones also by month."""
    found = inputs.references.select("reference", "frequency").unique().sort("reference", "frequency").rows()
    both = {(str(name), of) for name, frequency in found for of in ({"month"} if frequency == "month" else {"month", "day"})}
    place = {name: n for n, name in enumerate(CONVERGENT)}
    return sorted(both, key=lambda item: (place.get(item[0], len(place)), item[0], item[1] != "month"))


def aligned(inputs: Inputs, pair: str, reference: str, frequency: str, column: str = "tension") -> pl.DataFrame:
    """One row a month or day of the overlap: `period_date`, `index`, `keyword` (may be empty), `value` of the reference; gaps are empty."""
    tension = inputs.tension.filter(pl.col("pair") == pair)
    keywords = inputs.keywords.filter(pl.col("pair") == pair)
    if tension.is_empty():
        return pl.DataFrame(schema={"period_date": pl.Date, "index": pl.Float64, "keyword": pl.Float64, "value": pl.Float64})
    index = tension.select(pl.col("index_date").alias("period_date"), pl.col(column).alias("index"))
    share = _daily_share(keywords, index, inputs.half_life_days)  # over all days, so that a window does not begin it anew
    index = _within(index, "period_date", inputs.window)
    theirs = _reference(inputs.references, reference, frequency)
    if frequency == "month":
        index, share = _monthly_mean(index, "index"), _monthly_share(keywords)
    joined = index.join(share, on="period_date", how="left").join(theirs, on="period_date", how="left").sort("period_date")
    known = joined.filter(pl.col("value").is_not_null())
    if known.is_empty():
        return joined.clear()
    inside = joined.filter(pl.col("period_date").is_between(known["period_date"][0], known["period_date"][-1]))
    return inside.upsample("period_date", every=EVERY[frequency]).select("period_date", "index", "keyword", "value")


def agreement(inputs: Inputs, pair: str, draws: int = DRAWS, seed: int = SEED) -> pl.DataFrame:
    """Rows of VALIDATION: for each comparison Pearson and Spearman of levels and changes, of index, keyword share and their difference."""
    rows: list[Figure] = []
    for reference, frequency in comparisons(inputs):
        both = aligned(inputs, pair, reference, frequency)
        for transform in ("level", "change"):
            rows += _correlations(_transformed(both, transform), pair, reference, frequency, transform, draws, seed)
    return figures(rows)


def placebo(inputs: Inputs, pairs: Iterable[str]) -> pl.DataFrame:
    """Rows of VALIDATION: each pair's correlation with each reference by month, and its share of days in escalation."""
    rows: list[Figure] = []
    for pair in pairs:
        days = _within(inputs.tension.filter(pl.col("pair") == pair), "index_date", inputs.window)
        share = (days["phase"] == "escalation").mean()
        rows.append(figure("placebo", "share of days in escalation", measured="index", pair=pair, value=share, count=days.height))
        signals = days["signal_count"].sum()
        rows.append(figure("placebo", "asserted signals", measured="index", pair=pair, value=float(signals), count=days.height))
        for reference, frequency in comparisons(inputs):
            if frequency == "month":
                both = aligned(inputs, pair, reference, frequency)
                rows += [_plain(both, pair, reference, transform, "placebo", "index") for transform in ("level", "change")]
    return figures(rows)


def variants(inputs: Inputs, pair: str) -> pl.DataFrame:
    """Rows of VALIDATION: each of VARIANTS against `tension` by day, and against each reference by month."""
    days = _within(inputs.tension.filter(pl.col("pair") == pair), "index_date", inputs.window).sort("index_date")
    rows: list[Figure] = []
    for name in VARIANTS:
        both = days.select(pl.col("index_date").alias("period_date"), pl.col(name).alias("index"), pl.col("tension").alias("value"))
        rows += [_plain(both, pair, "tension", transform, "variants", name, "day") for transform in ("level", "change")]
        for reference, frequency in comparisons(inputs):
            if frequency == "month":
                series = aligned(inputs, pair, reference, frequency, name)
                rows += [_plain(series, pair, reference, transform, "variants", name) for transform in ("level", "change")]
    return figures(rows)


def correlation(x: Numbers, y: Numbers) -> Numbers:
    """Pearson's coefficient along the last axis; not a number where a side does not move."""
    dx, dy = x - x.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    size = np.sqrt((dx**2).sum(axis=-1) * (dy**2).sum(axis=-1))
    flat = size <= 1e-12 * np.maximum(1.0, np.abs(x).max(axis=-1) * np.abs(y).max(axis=-1))
    return np.asarray(np.divide((dx * dy).sum(axis=-1), size, out=np.full(np.shape(size), np.nan), where=~flat), dtype=np.float64)


def _within(frame: pl.DataFrame, column: str, window: Days | None) -> pl.DataFrame:
    return frame if window is None else frame.filter(pl.col(column).is_between(pl.lit(window.first), pl.lit(window.last)))


def _reference(references: pl.DataFrame, reference: str, frequency: str) -> pl.DataFrame:
    of_reference = references.filter(pl.col("reference") == reference).select("period_date", "value", "frequency")
    if reference in LEFT_OUT:
        broken = LEFT_OUT[reference]
        of_reference = of_reference.filter(~pl.col("period_date").is_between(pl.lit(broken.first), pl.lit(broken.last)))
    own = of_reference.filter(pl.col("frequency") == frequency).select("period_date", "value")
    if own.is_empty() and frequency == "month":
        return _monthly_mean(of_reference.select("period_date", "value"), "value")
    return own


def _monthly_mean(daily: pl.DataFrame, name: str) -> pl.DataFrame:
    """Means of whole months: those with a row for each of their days."""
    month = pl.col("period_date").dt.truncate("1mo")
    counted = daily.drop_nulls().group_by(month).agg(pl.col(name).mean(), pl.len().alias("days"))
    whole = counted.filter(pl.col("days") == pl.col("period_date").dt.month_end().dt.day())
    return whole.drop("days").sort("period_date")


def _monthly_share(keywords: pl.DataFrame) -> pl.DataFrame:
    month = pl.col("index_date").dt.truncate("1mo").alias("period_date")
    return keywords.group_by(month).agg((10_000 * pl.col("hits").sum() / pl.col("articles").sum()).alias("keyword")).sort("period_date")


def _daily_share(keywords: pl.DataFrame, calendar: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Hits per 10,000 articles on every day of the calendar, both sums discounted; empty before the first article."""
    by_day = keywords.select(pl.col("index_date").alias("period_date"), "hits", "articles")
    days = calendar.select("period_date").sort("period_date").join(by_day, on="period_date", how="left", maintain_order="left")
    kept = 2.0 ** (-1.0 / half_life_days)
    hits = articles = 0.0
    shares: list[float | None] = []
    for found, read in days.select(pl.col("hits", "articles").fill_null(0)).iter_rows():
        hits, articles = kept * hits + found, kept * articles + read
        shares.append(10_000 * hits / articles if articles > 0 else None)
    return days.select("period_date").with_columns(keyword=pl.Series(shares, dtype=pl.Float64))


def _transformed(both: pl.DataFrame, transform: str) -> pl.DataFrame:
    """Levels as they are, or changes between consecutive periods; rows with a gap in index or reference are left out."""
    columns = [name for name in ("index", "keyword", "value") if name in both.columns]
    changed = both.with_columns(pl.col(columns).diff()) if transform == "change" else both
    return changed.drop_nulls(["index", "value"])


def _correlations(rows: pl.DataFrame, pair: str, reference: str, frequency: str, transform: str, draws: int, seed: int) -> list[Figure]:
    if rows.height < LEAST_ROWS:
        return []
    has_keyword = rows["keyword"].null_count() == 0
    measured = _MEASURED if has_keyword else _MEASURED[:1]
    drawn = block_draws(rows.height, BLOCK[frequency], draws, seed)
    theirs = rows["value"].to_numpy()
    found = []
    for method in ("Pearson", "Spearman"):
        values, samples = {}, {}
        for name in measured:
            ours = rows[name].to_numpy()
            values[name] = float(_coefficient(method, ours, theirs))
            samples[name] = _coefficient(method, ours[drawn], theirs[drawn])
        if has_keyword:
            values["difference"] = values["index"] - values["keyword"]
            samples["difference"] = samples["index"] - samples["keyword"]
        for name, value in values.items():
            low, high = limits(samples[name])
            found.append(
                figure(
                    "agreement", f"{method}, {transform} by {frequency}", measured=name, pair=pair, reference=reference, value=value,
                    lo95=low, hi95=high, count=rows.height, **_span(rows, frequency),
                )
            )  # fmt: skip
    return found


def _coefficient(method: str, x: Numbers, y: Numbers) -> Numbers:
    return correlation(x, y) if method == "Pearson" else correlation(rankdata(x, axis=-1), rankdata(y, axis=-1))


def _plain(both: pl.DataFrame, pair: str, reference: str, transform: str, part: str, measured: str, frequency: str = "month") -> Figure:
    """Pearson without limits."""
    rows = _transformed(both, transform)
    value = float(correlation(rows["index"].to_numpy(), rows["value"].to_numpy())) if rows.height >= LEAST_ROWS else None
    return figure(
        part, f"Pearson, {transform} by {frequency}", measured=measured, pair=pair, reference=reference, value=value, count=rows.height,
        **_span(rows, frequency),
    )  # fmt: skip


def _span(rows: pl.DataFrame, frequency: str) -> dict[str, date]:
    """First and last day of the periods; nothing when there are none."""
    if rows.is_empty():
        return {}
    last = rows.select(pl.col("period_date").max().dt.month_end() if frequency == "month" else pl.col("period_date").max()).item()
    return {"first_day": rows["period_date"][0], "last_day": last}
