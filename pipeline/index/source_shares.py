"""The owner of sources with the largest share of each value.

A value is that of a series (direction or pair of countries), channel (such as escalation) and day. Belongs here: finding this owner and
the share. Does not: which sources may be read (settings), or the owners of sources (`pipeline/articles/owners.toml`).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.tables.contributions import SOURCE_SHARES
from pipeline.index.filter import accumulate

#: From this share on, a value is marked as that of one source.
MOST = 0.5
_CELL = ["series", "channel", "index_date"]
# Masses are summed as whole numbers, whose sum does not depend on the order.
_UNITS = 1e12


def find_source_shares(masses: pl.DataFrame, articles: pl.DataFrame, channels: pl.DataFrame) -> pl.DataFrame:
    """Find for each value the owner whose outlets contribute most to it.

    A value is that of a series (direction or pair), channel and day. `masses`: rows of STORY_MASS. `articles`: rows of STORY_ARTICLES.
    `channels`: rows of CHANNEL_DAILY, every day of each series and channel. Returns rows of SOURCE_SHARES; a value without a story so far
    has none. The share is the discounted mass (weight of stories, halved with time) of the owner's outlets, divided by the value's `shape`,
    which includes the prior. Each row of `masses` is divided equally among the owners that carried the story by the day of that row.
    `is_one_source`: the share is at least `MOST`. If two owners have equal shares, the first by name is taken.
    """
    series = channels.select("series", "channel").unique().sort("series", "channel").with_row_index("group")
    parts = _share_masses(masses, articles).join(series, on=["series", "channel"])
    owned = parts.select("group", "source_owner").unique().sort("group", "source_owner").with_row_index("place")
    if owned.is_empty():
        return SOURCE_SHARES.empty()
    added = parts.join(owned, on=["group", "source_owner"]).partition_by("index_date", as_dict=True)
    groups = owned["group"].to_numpy()
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    decay = 2.0 ** (-1 / channels["half_life_days"][0])
    faded, rows = np.zeros(owned.height), []
    for day in channels["index_date"].unique().sort():
        own = np.zeros((owned.height, 1))
        if (today := added.get((day,))) is not None:
            own[today["place"].to_numpy(), 0] = today["mass"].to_numpy()
        faded = accumulate(own, decay, faded)[:, 0]
        rows.append(_find_largest(faded, starts, groups).with_columns(pl.lit(day).alias("index_date")))
    largest = pl.concat(rows).join(owned, on="place").join(series, on="group")
    share = pl.col("largest") / pl.col("shape")
    return (
        largest.join(channels.select(*_CELL, "shape"), on=_CELL)
        .with_columns(source_share_max=share, is_one_source=share >= MOST)
        .select(SOURCE_SHARES.schema.names())
        .sort(SOURCE_SHARES.key)
    )


def _share_masses(masses: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Divide the mass (weight) of each story equally among its sources' owners.

    Owners whose sources carried the story only after the day on which the mass counts have no part. Returns `mass` by series, channel, day
    and owner.
    """
    owners = articles.select("story_id", "source_owner", "counts_on")
    carried = (
        masses.select(*_CELL, "story_id", "mass")
        .join(owners, on="story_id")
        .filter(pl.col("counts_on") <= pl.col("index_date"))
        .select(*_CELL, "story_id", "source_owner", "mass")
        .unique()
    )
    part = (pl.col("mass") * _UNITS / pl.len().over(*_CELL, "story_id")).round().cast(pl.Int64)
    summed = carried.with_columns(mass=part).group_by(*_CELL, "source_owner").agg(pl.col("mass").sum())
    return summed.with_columns(mass=pl.col("mass") / _UNITS)


def _find_largest(faded: NDArray[np.float64], starts: NDArray[np.int64], groups: NDArray[np.uint32]) -> pl.DataFrame:
    """Find the owner of sources with the most mass in each group.

    `faded`: discounted mass of each place; a place is an owner in a group, and a group is a series and channel. `groups`: the group of each
    place, in ascending order; `starts`: the first place of each group. Returns `place` and its mass (`largest`), without groups that have
    no mass left. Of equal owners the first is taken.
    """
    largest = np.maximum.reduceat(faded, starts)
    is_largest = faded == np.repeat(largest, np.diff(starts, append=len(faded)))
    places = np.flatnonzero(is_largest & (faded > 0))
    _, first = np.unique(groups[places], return_index=True)
    return pl.DataFrame({"place": places[first].astype(np.uint32), "largest": faded[places[first]]})
