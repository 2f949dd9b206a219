"""Correlation of the index, and of a keyword share, with reference series.

By month, the index is the mean of `tension`, the keyword share is all hits over all articles, and only whole months count. By day, the
index is `tension`, and in the share older days weigh less, by the half-life of the index. A change is a first difference. Intervals come
from the moving-block bootstrap (blocks of 3 months or 20 days).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.stats import rankdata

from pipeline.contracts.days import Days
from pipeline.validation.studies.figures import Figure, figure, to_frame
from pipeline.validation.studies.resampling import Numbers, draw_blocks, percentile_interval

BLOCK = {"month": 3, "day": 20}
EVERY = {"month": "1mo", "day": "1d"}
MIN_ROWS = 6  # fewer months or days make no meaningful correlation
#: Days of a reference that are excluded. The level of daily TPU breaks in the first months of the pandemic.
EXCLUDED_DAYS = {"tpu": Days(date(2020, 3, 1), date(2020, 10, 31))}
#: References that the index should follow, in order of preference for the picture; it should follow the others less.
CONVERGENT = ("trade_epu", "tpu")
#: Variants of tension: without severities (each is 1), and its parts from words and from actions.
VARIANTS = ("tension_unweighted", "tension_words", "tension_actions")
_MEASURED = ("index", "keyword")
_ALIGNED = pl.Schema({"period_date": pl.Date(), "index": pl.Float64(), "keyword": pl.Float64(), "value": pl.Float64()})


@dataclass(frozen=True)
class Inputs:
    """Series to compare, and how.

    `tension`: rows of TENSION_PAIR_DAILY; `keywords`: KEYWORD_HITS; `references`: REFERENCES; `window`: days to use, or None for all;
    `half_life_days`: half-life of the index.
    """

    tension: pl.DataFrame
    keywords: pl.DataFrame
    references: pl.DataFrame
    window: Days | None
    half_life_days: float


def list_comparisons(inputs: Inputs) -> list[tuple[str, str]]:
    """List the comparisons to make, as pairs of reference and frequency.

    A daily reference is also compared by month. References that the index should follow (CONVERGENT) come first, the others by name; of one
    reference, months come before days.
    """
    available = inputs.references.select("reference", "frequency").unique().sort("reference", "frequency").rows()
    both = {(str(name), of) for name, frequency in available for of in ({"month"} if frequency == "month" else {"month", "day"})}
    priority = {name: n for n, name in enumerate(CONVERGENT)}
    return sorted(both, key=lambda item: (priority.get(item[0], len(priority)), item[0], item[1] != "month"))


def align_series(inputs: Inputs, pair: str, reference: str, frequency: str, column: str = "tension") -> pl.DataFrame:
    """Join index, keyword share and reference over the days of the reference.

    One row per month or day (`frequency`), from the first to the last with a value of the reference within the window and the days of the
    index: `period_date`, `index` (the column `column` of the index), `keyword` (hits per 10,000 articles; by day both are discounted with
    the half-life), `value` (of the reference, without EXCLUDED_DAYS); gaps are null. By month, `index` is a mean; it is null if it lacks a
    value on a day of the month. There are no rows if index and reference have no day in common.
    """
    tension = inputs.tension.filter(pl.col("pair") == pair)
    keywords = inputs.keywords.filter(pl.col("pair") == pair)
    if tension.is_empty():
        return pl.DataFrame(schema=_ALIGNED)
    index = tension.select(pl.col("index_date").alias("period_date"), pl.col(column).alias("index"))
    # Over all days, so that the discounted sums do not restart at the window.
    share = _daily_keyword_share(keywords, index, inputs.half_life_days)
    index = _filter_days(index, "period_date", inputs.window)
    reference_series = _select_reference(inputs.references, reference, frequency)
    if frequency == "month":
        index, share = _average_months(index, "index"), _monthly_keyword_share(keywords)
    known = index.join(reference_series.drop_nulls("value"), on="period_date")["period_date"].sort()
    if known.is_empty():
        return pl.DataFrame(schema=_ALIGNED)
    series = pl.DataFrame({"period_date": pl.date_range(known[0], known[-1], EVERY[frequency], eager=True)})
    for other in (index, share, reference_series):
        series = series.join(other, on="period_date", how="left", maintain_order="left")
    return series.select(_ALIGNED.names())


def correlate_with_references(inputs: Inputs, pair: str) -> pl.DataFrame:
    """Correlate index and keyword share with each reference; return rows of VALIDATION.

    There are Pearson's and Spearman's coefficients of levels and of changes from the period before, for the index and the keyword share,
    and the difference of the two (index minus keyword), with 95 % intervals.
    """
    rows: list[Figure] = []
    for reference, frequency in list_comparisons(inputs):
        both = align_series(inputs, pair, reference, frequency)
        for transform in ("level", "change"):
            rows += _correlate(_transform(both, transform), pair, reference, frequency, transform)
    return to_frame(rows)


def compare_placebo_pairs(inputs: Inputs, pairs: Iterable[str]) -> pl.DataFrame:
    """Correlate each pair with each reference by month, as rows of VALIDATION.

    Coefficients are Pearson's, of levels and of changes, without intervals. Other rows are each pair's share of days whose `phase` is
    escalation and its number of signals. Placebos are all pairs but the one studied; references should follow them less.
    """
    rows: list[Figure] = []
    for pair in pairs:
        days = _filter_days(inputs.tension.filter(pl.col("pair") == pair), "index_date", inputs.window)
        share = (days["phase"] == "escalation").mean()
        rows.append(figure("placebo", "share of days in escalation", measured="index", pair=pair, value=share, count=days.height))
        signals = days["signal_count"].sum()
        rows.append(figure("placebo", "asserted signals", measured="index", pair=pair, value=float(signals), count=days.height))
        for reference, frequency in list_comparisons(inputs):
            if frequency == "month":
                both = align_series(inputs, pair, reference, frequency)
                rows += [_correlate_plain(both, pair, reference, transform, "placebo", "index") for transform in ("level", "change")]
    return to_frame(rows)


def compare_variants(inputs: Inputs, pair: str) -> pl.DataFrame:
    """Correlate VARIANTS with `tension` and references; return rows of VALIDATION.

    Coefficients are Pearson's, of levels and of changes, without intervals: with `tension` by day, with references by month.
    """
    days = _filter_days(inputs.tension.filter(pl.col("pair") == pair), "index_date", inputs.window).sort("index_date")
    rows: list[Figure] = []
    for name in VARIANTS:
        both = days.select(pl.col("index_date").alias("period_date"), pl.col(name).alias("index"), pl.col("tension").alias("value"))
        rows += [_correlate_plain(both, pair, "tension", transform, "variants", name, "day") for transform in ("level", "change")]
        for reference, frequency in list_comparisons(inputs):
            if frequency == "month":
                series = align_series(inputs, pair, reference, frequency, name)
                rows += [_correlate_plain(series, pair, reference, transform, "variants", name) for transform in ("level", "change")]
    return to_frame(rows)


def exclude_days(series: pl.DataFrame, reference: str) -> pl.DataFrame:
    """Drop the days on which a reference cannot be used (EXCLUDED_DAYS).

    `series`: the reference's rows of REFERENCES.
    """
    days = EXCLUDED_DAYS.get(reference)
    return series if days is None else series.filter(~pl.col("period_date").is_between(days.first, days.last))


def correlation(x: Numbers, y: Numbers) -> Numbers:
    """Compute Pearson's coefficient along the last axis; NaN for constant series.

    `x` and `y` have the same shape, whose last axis is time.
    """
    dx, dy = x - x.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    size = np.sqrt((dx**2).sum(axis=-1) * (dy**2).sum(axis=-1))
    # Constant up to rounding: the deviations are tiny next to the values.
    flat = size <= 1e-12 * np.maximum(1.0, np.abs(x).max(axis=-1) * np.abs(y).max(axis=-1))
    return np.asarray(np.divide((dx * dy).sum(axis=-1), size, out=np.full(np.shape(size), np.nan), where=~flat), dtype=np.float64)


def _filter_days(frame: pl.DataFrame, column: str, window: Days | None) -> pl.DataFrame:
    """Select the rows within a window; all if it is None.

    `column`: the date column.
    """
    return frame if window is None else frame.filter(pl.col(column).is_between(window.first, window.last))


def _select_reference(references: pl.DataFrame, reference: str, frequency: str) -> pl.DataFrame:
    """Select one reference without its EXCLUDED_DAYS.

    For the frequency `month`, a reference without monthly values is averaged over whole months.
    """
    of_reference = exclude_days(references.filter(reference=reference), reference).select("period_date", "value", "frequency")
    own = of_reference.filter(pl.col("frequency") == frequency).select("period_date", "value")
    if own.is_empty() and frequency == "month":
        return _average_months(of_reference.select("period_date", "value"), "value")
    return own


def _average_months(daily: pl.DataFrame, name: str) -> pl.DataFrame:
    """Average the column `name` over whole months.

    Months without a value on each day are left out.
    """
    month = pl.col("period_date").dt.truncate("1mo")
    months = daily.drop_nulls().group_by(month).agg(pl.col(name).mean(), pl.len().alias("days"))
    whole = months.filter(pl.col("days") == pl.col("period_date").dt.month_end().dt.day())
    return whole.drop("days").sort("period_date")


def _monthly_keyword_share(keywords: pl.DataFrame) -> pl.DataFrame:
    """Compute keyword hits per 10,000 articles by month.

    A hit is an article that matches the keyword rule (KEYWORD_HITS). All days that have articles count, also those of months that are not
    whole.
    """
    month = pl.col("index_date").dt.truncate("1mo").alias("period_date")
    return keywords.group_by(month).agg((10_000 * pl.col("hits").sum() / pl.col("articles").sum()).alias("keyword")).sort("period_date")


def _daily_keyword_share(keywords: pl.DataFrame, calendar: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Compute discounted hits per 10,000 discounted articles by day.

    Discounted are sums of all days so far, in which older days weigh less. A hit is an article that matches the keyword rule
    (KEYWORD_HITS). `calendar`: its `period_date` are the days of the result, one row for each day without gaps. Null until there is an
    article.
    """
    by_day = keywords.select(pl.col("index_date").alias("period_date"), "hits", "articles")
    days = calendar.select("period_date").sort("period_date").join(by_day, on="period_date", how="left", maintain_order="left")
    retention = 2.0 ** (-1.0 / half_life_days)
    hits = articles = 0.0
    shares: list[float | None] = []
    for new_hits, new_articles in days.select(pl.col("hits", "articles").fill_null(0)).iter_rows():
        hits, articles = retention * hits + new_hits, retention * articles + new_articles
        shares.append(10_000 * hits / articles if articles > 0 else None)
    return days.select("period_date").with_columns(keyword=pl.Series(shares, dtype=pl.Float64))


def _transform(both: pl.DataFrame, transform: str) -> pl.DataFrame:
    """Return the series as levels or as changes from period to period.

    `transform`: `level` or `change` (each row minus the row before). Rows that then lack index or reference are left out.
    """
    columns = [name for name in ("index", "keyword", "value") if name in both.columns]
    changed = both.with_columns(pl.col(columns).diff()) if transform == "change" else both
    return changed.drop_nulls(["index", "value"])


def _correlate(rows: pl.DataFrame, pair: str, reference: str, frequency: str, transform: str) -> list[Figure]:
    """Correlate index and keyword share with a reference, with intervals.

    Each coefficient, and the difference of the two, is a figure (row of VALIDATION). `rows`: result of `_transform`. Returns nothing below
    MIN_ROWS rows; only the index's figures if the keyword share has gaps. Each bootstrap sample has the same rows of all series.
    """
    if rows.height < MIN_ROWS:
        return []
    has_keyword = rows["keyword"].null_count() == 0
    measured = _MEASURED if has_keyword else _MEASURED[:1]
    drawn = draw_blocks(rows.height, BLOCK[frequency])
    reference_values = rows["value"].to_numpy()
    result = []
    for method in ("Pearson", "Spearman"):
        values, samples = {}, {}
        for name in measured:
            ours = rows[name].to_numpy()
            values[name] = float(_coefficient(method, ours, reference_values))
            samples[name] = _coefficient(method, ours[drawn], reference_values[drawn])
        if has_keyword:
            values["difference"] = values["index"] - values["keyword"]
            samples["difference"] = samples["index"] - samples["keyword"]
        for name, value in values.items():
            low, high = percentile_interval(samples[name])
            result.append(
                figure(
                    "agreement", f"{method}, {transform} by {frequency}", measured=name, pair=pair, reference=reference, value=value,
                    lo95=low, hi95=high, count=rows.height, **_date_range(rows, frequency),
                )
            )  # fmt: skip
    return result


def _coefficient(method: str, x: Numbers, y: Numbers) -> Numbers:
    """Compute Pearson's or Spearman's coefficient along the last axis."""
    return correlation(x, y) if method == "Pearson" else correlation(rankdata(x, axis=-1), rankdata(y, axis=-1))


def _correlate_plain(
    both: pl.DataFrame, pair: str, reference: str, transform: str, part: str, measured: str, frequency: str = "month"
) -> Figure:
    """Correlate `index` with `value` by Pearson, without an interval.

    `both`: result of `align_series`, or of the same columns; `transform`: `level` or `change`. `pair`, `reference`, `part` and `measured`
    are columns of the figure. Its value is null if there are fewer than MIN_ROWS rows.
    """
    rows = _transform(both, transform)
    value = float(correlation(rows["index"].to_numpy(), rows["value"].to_numpy())) if rows.height >= MIN_ROWS else None
    return figure(
        part, f"Pearson, {transform} by {frequency}", measured=measured, pair=pair, reference=reference, value=value, count=rows.height,
        **_date_range(rows, frequency),
    )  # fmt: skip


def _date_range(rows: pl.DataFrame, frequency: str) -> dict[str, date]:
    """Return `first_day` and `last_day` of the rows, by name.

    For months, the last day is the end of the last month. Empty without rows.
    """
    if rows.is_empty():
        return {}
    last = rows.select(pl.col("period_date").max().dt.month_end() if frequency == "month" else pl.col("period_date").max()).item()
    return {"first_day": rows["period_date"][0], "last_day": last}
