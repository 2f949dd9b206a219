"""Differences between two releases: values, readings of sentences, threats.

Belongs here: frames in, frames out. Does not: finding the releases (`pipeline/commands/compare.py`), printing
(`pipeline/report/compare.py`).
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS, parse_pair
from pipeline.contracts.tables.audit import SIGNAL_MASS
from pipeline.contracts.tables.core import READING_OUTCOMES
from pipeline.contracts.tables.index import ANY_SOURCE, BASELINE, BASELINE_METHOD, SIGNALS, TENSION_PAIR_DAILY
from pipeline.contracts.tables.threats import THREATS

#: Columns of TENSION_PAIR_DAILY that are compared.
MEASURES = ("tension", "concession", "dialogue")
#: Columns of TENSION_PAIR_DAILY on which the scale of all values depends.
SCALES = ("half_life_days", "index_version")
#: Smaller differences of a value, in index points, count as none: values are printed with one decimal.
LEAST_DIFFERENCE = 0.05
#: Smaller relative differences of a prior or rate come from sums in another order.
_LEAST_CHANGE = 1e-9

#: Tables that a comparison reads, with their columns.
COLUMNS = (
    (TENSION_PAIR_DAILY, ("index_date", "pair", *MEASURES, "phase", *SCALES, "baseline_from", "baseline_to")),
    (SIGNAL_MASS, ("signal_id", "pair", "channel", "reading", "mass")),
    (SIGNALS, ("signal_id", "article_id", "index_date", "source", "quote", "actor", "target", "extractor_version", "lexicon_sha")),
    (READING_OUTCOMES, ("article_id", "index_date")),
    (BASELINE, ("series", "channel", "source", *BASELINE_METHOD, "prior", "rate")),
    (THREATS, ("threat_id", "actor", "target", "scope", "instrument", "product", "rate_pct", "first_on", "threat_outcome")),
)
_SENTENCE = ("article_id", "quote")
_THREAT = ("actor", "target", "scope", "instrument", "product", "rate_pct", "first_on")


class Tables(NamedTuple):
    """The tables of one release that are compared.

    Each has its columns of `COLUMNS`.
    """

    values: pl.DataFrame
    masses: pl.DataFrame
    signals: pl.DataFrame
    outcomes: pl.DataFrame
    baselines: pl.DataFrame
    threats: pl.DataFrame


def select_rows(tables: Tables, pair: str | None, first: date | None, last: date | None) -> Tables:
    """Select the rows of a pair and a range of days.

    `first` and `last` are included; None sets no limit. Signals are those of articles of these days, threats those first stated on them: by
    one country of the pair towards the other, or towards all partners. Masses are selected by pair only, since they are later joined with
    the signals; baselines not at all, since they apply to many days.
    """

    def is_in_range(frame: pl.DataFrame, day: str = "index_date") -> pl.DataFrame:
        if first is not None:
            frame = frame.filter(pl.col(day) >= first)
        return frame if last is None else frame.filter(pl.col(day) <= last)

    values, masses = (frame if pair is None else frame.filter(pair=pair) for frame in (tables.values, tables.masses))
    threats = is_in_range(tables.threats, "first_on")
    if pair is not None:
        both = parse_pair(pair)
        threats = threats.filter(pl.col("actor").is_in(both) & pl.col("target").is_in([*both, ALL_PARTNERS]))
    return Tables(is_in_range(values), masses, is_in_range(tables.signals), is_in_range(tables.outcomes), tables.baselines, threats)


def compare_values(before: Tables, after: Tables) -> pl.DataFrame:
    """Compare each measure of each pair by day.

    Returns a row for each `pair` and `measure` with a value in one of the releases. `days`: days with a value in both; `other_days`: with a
    value in one of them only; `changed_days`: those of `days` whose values differ by `LEAST_DIFFERENCE` or more; `mean_difference`: mean of
    the absolute differences, None without `days`; `day`, `value_before`, `value_after`: the day of the largest difference, the earliest if
    several, or without `days` the first day with a value.
    """
    both = before.values.join(after.values, on=["index_date", "pair"], how="full", coalesce=True, suffix="_after").sort(
        "pair", "index_date"
    )
    parts = [_compare_measure(both, name) for name in MEASURES]
    return pl.concat(parts).sort("pair", pl.col("measure").cast(pl.Enum(MEASURES)))


def _compare_measure(both: pl.DataFrame, name: str) -> pl.DataFrame:
    """Compare one measure by pair, in the columns of `compare_values`.

    `name`: the measure; `both`: rows of both releases, joined by pair and day, in order of days; columns of the second end in `_after`.
    """
    value, after = pl.col("value_before"), pl.col("value_after")
    difference = (after - value).abs()
    largest = pl.struct("index_date", "value_before", "value_after").get(difference.fill_null(-1.0).arg_max())
    has_both = value.is_not_null() & after.is_not_null()
    rows = both.select("index_date", "pair", value_before=name, value_after=f"{name}_after").filter(
        value.is_not_null() | after.is_not_null()
    )
    return (
        rows.group_by("pair", maintain_order=True)
        .agg(
            pl.lit(name).alias("measure"),
            has_both.sum().cast(pl.Int64).alias("days"),
            (~has_both).sum().cast(pl.Int64).alias("other_days"),
            (difference >= LEAST_DIFFERENCE).sum().cast(pl.Int64).alias("changed_days"),
            difference.mean().alias("mean_difference"),
            largest.alias("largest"),
        )
        .unnest("largest")
        .rename({"index_date": "day"})
    )


def count_phases(before: Tables, after: Tables) -> tuple[int, int]:
    """Count days of pairs in both releases, and those whose phase differs.

    A phase is the word for a pair's state on a day, such as `stalemate`.
    """
    both = before.values.join(after.values, on=["index_date", "pair"], suffix="_after")
    return both.height, both.filter(pl.col("phase").cast(pl.String) != pl.col("phase_after").cast(pl.String)).height


def compare_articles(before: Tables, after: Tables) -> tuple[int, int, int]:
    """Count the accepted articles in both releases, and in only one.

    Returns three numbers: in both, only in the first, only in the second.
    """
    one, other = (tables.outcomes.select("article_id").unique() for tables in (before, after))
    common = one.join(other, on="article_id", how="semi").height
    return common, one.height - common, other.height - common


def compare_readings(before: Tables, after: Tables) -> pl.DataFrame:
    """Compare the readings of each sentence of articles that both releases have.

    A reading counts with its mass, the weight that it has in the index; one without mass does not count. Returns a row for each sentence
    with a mass in one of the releases: `article_id`, `quote`, `source`, `index_date`, `readings_before` and `readings_after` (the readings
    in words, heaviest first), `mass_before` and `mass_after` (their sums), and `difference`, the sum of the absolute differences by actor,
    target and channel. The largest difference comes first. The mass of a story is that of its heaviest readings, so that it can move to
    another sentence when a reading changes.
    """
    common = before.outcomes.select("article_id").join(after.outcomes.select("article_id"), on="article_id", how="semi").unique()
    one, other = (_sum_by_channel(tables, common) for tables in (before, after))
    keys = [*_SENTENCE, "actor", "target", "channel"]
    both = one.join(other, on=keys, how="full", coalesce=True, suffix="_after").with_columns(pl.col("mass", "mass_after").fill_null(0.0))
    heaviest = pl.max_horizontal("mass", "mass_after")
    return (
        both.sort(heaviest, *keys, descending=[True, *[False] * len(keys)])
        .group_by(*_SENTENCE, maintain_order=True)
        .agg(
            pl.coalesce("source", "source_after").first().alias("source"),
            pl.coalesce("index_date", "index_date_after").first().alias("index_date"),
            pl.col("reading").drop_nulls().str.join("; ").alias("readings_before"),
            pl.col("reading_after").drop_nulls().str.join("; ").alias("readings_after"),
            pl.col("mass").sum().alias("mass_before"),
            pl.col("mass_after").sum().alias("mass_after"),
            (pl.col("mass") - pl.col("mass_after")).abs().sum().alias("difference"),
        )
        .sort("difference", *_SENTENCE, descending=[True, False, False])
    )


def _sum_by_channel(tables: Tables, articles: pl.DataFrame) -> pl.DataFrame:
    """Sum masses by sentence, actor, target and channel.

    `articles`: only signals of these count. Returns a row for each, with `mass` (the sum) and `reading` (the readings in words, heaviest
    first).
    """
    of_signal = tables.signals.join(articles, on="article_id", how="semi").drop("extractor_version", "lexicon_sha")
    rows = tables.masses.join(of_signal, on="signal_id").with_columns(pl.col("channel").cast(pl.String))
    return (
        rows.sort("mass", "signal_id", "pair", descending=[True, False, False])
        .group_by(*_SENTENCE, "source", "index_date", "actor", "target", "channel", maintain_order=True)
        .agg(pl.col("mass").sum(), pl.col("reading").unique(maintain_order=True).str.join("; "))
    )


def compare_threats(before: Tables, after: Tables) -> pl.DataFrame:
    """Compare the outcomes of the threats of both releases.

    Threats are the same if they have one `threat_id`; without such, if they agree in actor, target, scope, instrument, product, rate and
    first day: the id is that of a signal, which another reader may read otherwise. Returns a row for each threat with these columns, and
    with `outcome_before` and `outcome_after`, None in a release without it. Sorted by first day.
    """
    # Words as strings: another version may have other words.
    one, other = (tables.threats.with_columns(pl.col(pl.Enum).cast(pl.String)) for tables in (before, after))
    one, other = one.rename({"threat_outcome": "outcome_before"}), other.rename({"threat_outcome": "outcome_after"})
    same = one.join(other.select("threat_id", "outcome_after"), on="threat_id")
    rest, rest_after = (frame.join(same, on="threat_id", how="anti") for frame in (one, other))
    # Of several that agree, the n-th of one release is compared with the n-th of the other.
    number = pl.int_range(pl.len()).over(_THREAT).alias("number")
    rest, rest_after = (frame.sort("threat_id").with_columns(number) for frame in (rest, rest_after))
    alike = rest.join(rest_after.drop("threat_id"), on=[*_THREAT, "number"], how="full", coalesce=True, nulls_equal=True)
    columns = [*_THREAT, "outcome_before", "outcome_after"]
    return pl.concat([same.select(columns), alike.select(columns)]).sort("first_on", *_THREAT)


def list_versions(tables: Tables) -> list[tuple[str, str]]:
    """List reader versions that found signals, each with its lexicon's hash."""
    return sorted(tables.signals.select("extractor_version", "lexicon_sha").unique().iter_rows())


def compare_scales(before: Tables, after: Tables) -> list[tuple[str, str, str]]:
    """List what differs in the scale of the values.

    Values are comparable only if nothing does. Returns name, text of the first and text of the second release for each of these that both
    have and that differs: baseline windows, half-life, method (`index_version`), hash of the weights, pairs, which share a prior, and prior
    and rate of the same window (`_compare_baselines`).
    Windows are compared on days that a pair has in both releases, as each newer version of a baseline applies to later days.
    """
    both = before.values.join(after.values, on=["index_date", "pair"], suffix="_after")
    is_other = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in ("baseline_from", "baseline_to"))
    others = both.filter(is_other)
    sides = [
        {"baseline": _list_windows(windows)}
        | {name: _list_texts(tables.values[name]) for name in SCALES}
        | {"weights_sha": _list_texts(tables.baselines["weights_sha"])}
        | {"pairs": _list_texts(tables.baselines.filter(~pl.col("series").str.contains(">"))["series"])}
        for tables, windows in (
            (before, others.select("baseline_from", "baseline_to")),
            (after, others.select(baseline_from="baseline_from_after", baseline_to="baseline_to_after")),
        )
    ]
    settings = [(name, text, sides[1][name]) for name, text in sides[0].items() if text and sides[1][name] and text != sides[1][name]]
    return [*settings, *_compare_baselines(before.baselines, after.baselines)]


def _compare_baselines(before: pl.DataFrame, after: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Yield the largest relative change of prior and rate, if any.

    A stored baseline has the pairs and articles of the run that computed it, so two releases with the same settings can differ. Rows of all
    sources together are compared, if they agree in `BASELINE_METHOD`.
    """
    # Words as strings: another version may have other words.
    one, other = (rows.filter(source=ANY_SOURCE).with_columns(pl.col("channel").cast(pl.String)) for rows in (before, after))
    both = one.join(other, on=["series", "channel", *BASELINE_METHOD], suffix="_after")
    for name in ("prior", "rate"):
        changes = both.select(
            "series", "channel", name, f"{name}_after", change=(pl.col(f"{name}_after") / pl.col(name)).log().abs().fill_nan(0.0)
        )
        changed = changes.filter(pl.col("change") > _LEAST_CHANGE).sort("change", "series", "channel", descending=[True, False, False])
        for series, channel, value, value_after, _ in changed.head(1).iter_rows():
            yield f"{name} in the baseline, by up to ({series}, {channel})", f"{value:.4g}", f"{value_after:.4g}"


def _list_windows(windows: pl.DataFrame) -> str:
    """Return the different baseline windows as text, in order."""
    rows = windows.unique().sort("baseline_from", "baseline_to").rows()
    return ", ".join("none" if first is None else f"{first} to {last}" for first, last in rows)


def _list_texts(values: pl.Series) -> str:
    return ", ".join(map(str, values.drop_nulls().unique().sort()))
