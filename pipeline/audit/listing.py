"""List the readings that carry most of the index, with evidence.

A reading is what was read of a signal (`CHN>USA measure announced tariff`), its mass its weight in the index.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.durable_files import replacing
from pipeline.spreadsheets import quote_formulas

#: Columns of a listing that come from the table `signals`.
_EVIDENCE = ("quote", "probability", "tier", "readers", "alternatives", "source", "published_at", "url", "article_id", "index_date")


def select_masses(masses: pl.DataFrame, pair: str | None, channels: Sequence[str], first: date | None, last: date | None) -> pl.DataFrame:
    """Select rows of SIGNAL_MASS by pair, channel and day of the story.

    `pair` is in alphabetical order, e.g. `CHN-USA`. Both `first` and `last` are included. None sets no limit: all pairs, no first day, or
    no last day.
    """
    chosen = masses.filter(pl.col("channel").is_in(channels))
    if pair is not None:
        chosen = chosen.filter(pl.col("pair") == pair)
    if first is not None:
        chosen = chosen.filter(pl.col("index_date") >= first)
    return chosen if last is None else chosen.filter(pl.col("index_date") <= last)


def list_largest(masses: pl.DataFrame, signals: pl.DataFrame, number: int) -> pl.DataFrame:
    """List the `number` signals with the largest mass, and their readings.

    `masses`: rows of SIGNAL_MASS; `signals`: rows of SIGNALS. A signal that counts towards several countries is one row with the sum of its
    masses. `mass_pct`: percent of the mass of the same channel in all of `masses`, listed or not. The largest mass comes first, equal ones
    by `signal_id`.
    """
    return (
        masses.sort("signal_id", "target")  # sums of doubles depend on the order
        .group_by("signal_id", "reading", "channel", maintain_order=True)
        .agg(pl.col("mass").sum())
        .with_columns(mass_pct=100 * pl.col("mass") / pl.col("mass").sum().over("channel"))
        .sort("mass", "signal_id", descending=[True, False])
        .head(number)
        .join(signals.select("signal_id", *_EVIDENCE), on="signal_id", how="left", maintain_order="left")
    )


def add_titles(listing: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    """Add the `title` of each reading's article, null if it is unknown.

    `titles`: `article_id` and `title`. The columns `article_id` and `index_date` of `listing` are dropped.
    """
    return listing.join(titles, on="article_id", how="left", maintain_order="left").drop("article_id", "index_date")


def add_opinions(listing: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Add the column `opinions`: all verdicts, e.g. `A right, B unsure`.

    `A` and `B` are judges, in alphabetical order. A verdict counts only on the same signal and reading. Empty text if nobody judged it.
    """
    opinion = pl.col("judge") + " " + pl.col("verdict")
    by_reading = verdicts.sort("judge").group_by("signal_id", "reading", maintain_order=True).agg(opinions=opinion.str.join(", "))
    return listing.join(by_reading, on=["signal_id", "reading"], how="left", maintain_order="left").with_columns(
        pl.col("opinions").fill_null("")
    )


def drop_judged(listing: pl.DataFrame, verdicts: pl.DataFrame, judge: str) -> pl.DataFrame:
    """Leave out the readings on which this judge has a verdict.

    `unsure` is a verdict, too. A verdict on another reading of the signal does not count.
    """
    own = verdicts.filter(pl.col("judge") == judge)
    return listing.join(own, on=["signal_id", "reading"], how="anti", maintain_order="left")


def write_listing(listing: pl.DataFrame, path: Path, judge: str) -> None:
    """Write a listing as a CSV file, to fill in verdicts.

    `judge` is in every row; the columns `verdict` and `reason` are empty. An apostrophe is put before texts that a spreadsheet would take
    for formulas. An existing file is overwritten. Judges see sentence, headline and reading, but neither probability nor other verdicts.
    """
    columns = ("signal_id", "reading", "verdict", "reason", "judge", "quote", "title", "source", "date", "url")
    rows = listing.with_columns(
        quote_formulas(pl.col("quote", "title", "source", "url").fill_null("")),
        verdict=pl.lit(""),
        reason=pl.lit(""),
        judge=pl.lit(judge),
        date=pl.col("published_at").dt.date(),
    ).select(columns)
    with replacing(path) as temporary:
        rows.write_csv(temporary)
