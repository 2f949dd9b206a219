"""The stories that add most to each value of the index.

A series is a pair or one of its directions. The mass of a story is its weight in the index on the day for which it counts. Belongs here:
selecting these stories. Does not: all parts of a value, i.e. every story and the prior (the view `contributions` in `sql/views`).
"""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.index import CHANNEL_DAILY

STORIES_SHOWN = 3
_CELL = ["series", "channel", "index_date"]
_NO_STORY = np.iinfo(np.int32).max

Ranks = NDArray[np.int32]  # ascending on the first axis; shape (STORIES_SHOWN, cells) or (STORIES_SHOWN, series and channels, days)


def select_top_contributions(masses: pl.DataFrame, channels: pl.DataFrame, story_days: int) -> pl.DataFrame:
    """Select the stories that add most to each value (`TOP_CONTRIBUTIONS`).

    A value is that of a series (pair or direction), channel (such as escalation) and day. `masses`: rows of STORY_MASS, sorted by key.
    `channels`: rows of CHANNEL_DAILY, every day of each series and channel. `story_days`: for how many days a story is listed. Returns at
    most `STORIES_SHOWN` stories for each value, the largest as `place` 1.

    All stories of a series lose weight at the same rate, so the order of two stories is the same on every day. Each row of STORY_MASS is
    ranked once, so what late articles add to a story has its own rank; a day takes the smallest ranks of its window of `story_days`.
    Windows are composed of windows of 1, 2, 4, ... days: the work grows with the number of days times the logarithm of the window.
    """
    cells = CHANNEL_DAILY.conform(channels).select(*_CELL, "rate", "value", "half_life_days").with_row_index("cell_no")
    stories = _rank_stories(masses, cells)
    own = _find_smallest_in_cells(stories["cell_no"].to_numpy(), cells.height)
    day_count = max(cells["index_date"].n_unique(), 1)
    own = own.reshape(STORIES_SHOWN, day_count, -1).transpose(0, 2, 1)
    ranks = _find_smallest_in_windows(own, story_days)
    day, group, place = np.nonzero(ranks.transpose(2, 1, 0) != _NO_STORY)  # in order of the table's key: no sort needed
    chosen = pl.concat(
        [
            cells[day * own.shape[1] + group],
            pl.DataFrame({"place": place + 1}, schema={"place": pl.Int64}),
            stories.drop("cell_no")[ranks[place, group, day]],
        ],
        how="horizontal",
    )
    age = (pl.col("index_date") - pl.col("counts_on")).dt.total_days()
    contribution = 100 * pl.col("mass") * (2.0 ** (-age / pl.col("half_life_days"))) / pl.col("rate")
    return (
        chosen.with_columns(contribution=contribution)
        .with_columns(share_pct=100 * pl.col("contribution") / pl.col("value"))
        .select(TOP_CONTRIBUTIONS.schema.names())
    )


def _rank_stories(masses: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Sort stories by mass, discounted to one common day, largest first.

    The position of a story in this order is its rank. Adds `cell_no`: number of its cell (series, channel and day) in `cells`. Stories of
    one day and mass stay in the order of the key, by `story_id`.
    """
    columns = ("story_id", "mass", "signal_id", "kind", "instrument", "status", "is_general")
    stories = masses.select(*_CELL, *columns).join(cells.select(*_CELL, "cell_no", "half_life_days"), on=_CELL, maintain_order="left")
    days = (pl.col("index_date") - pl.lit(date(1970, 1, 1))).dt.total_days()
    # The logarithm of the mass, discounted to any one day: stories of different days are in the order of their contributions.
    decayed = stories.select(pl.col("mass").log(2) + days / pl.col("half_life_days")).to_series().to_numpy()
    return stories.select("cell_no", *columns, counts_on="index_date")[np.argsort(-decayed, kind="stable")]


def _find_smallest_in_cells(cell_of: NDArray[np.uint32], cells: int) -> Ranks:
    """Find the smallest ranks in each cell, that is, its largest stories.

    A cell is a series, channel and day. The rank of a story is its position in the order of `_rank_stories`; `cell_of` has the number of
    its cell at that position. Returns the shape (STORIES_SHOWN, cells), ascending, with `_NO_STORY` where a cell has fewer stories.
    """
    by_cell = np.argsort(cell_of, kind="stable")
    counts = np.bincount(cell_of, minlength=cells)
    # Position within the cell: the running number minus that of the cell's first story.
    place = np.arange(by_cell.size) - np.repeat(np.cumsum(counts) - counts, counts)
    shown = place < STORIES_SHOWN
    ranks = np.full((STORIES_SHOWN, cells), _NO_STORY, dtype=np.int32)
    ranks[place[shown], cell_of[by_cell[shown]]] = by_cell[shown]
    return ranks


def _find_smallest_in_windows(ranks: Ranks, window: int) -> Ranks:
    """Find the smallest ranks in the window of each day.

    `ranks`: those of each day alone, shape (STORIES_SHOWN, series and channels, days). The window of a day is the day and the `window - 1`
    days before it. It is composed of windows whose lengths are powers of two, one for each bit of `window` that is 1.
    """
    smallest, days, width = np.full_like(ranks, _NO_STORY), 0, 1
    while days < window:
        if window & width:
            smallest = _merge_ranks(smallest, ranks, days)
            days += width
        if days < window:
            ranks, width = _merge_ranks(ranks, ranks, width), 2 * width
    return smallest


def _merge_ranks(ranks: Ranks, earlier: Ranks, lag: int) -> Ranks:
    """Merge the smallest ranks of each day and of an earlier one.

    `ranks`: ascending ranks of each day. `earlier`: the ranks to merge, taken from `lag` days before. Returns the n (STORIES_SHOWN)
    smallest of both, ascending. For each i, the smaller of item i of one list and item n - 1 - i of the other is one of them.
    """
    merged = ranks.copy()
    if lag < ranks.shape[2]:
        np.minimum(ranks[:, :, lag:], earlier[::-1, :, : ranks.shape[2] - lag], out=merged[:, :, lag:])
    for turn in range(STORIES_SHOWN):  # odd-even sort over the first axis, on whole arrays
        for item in range(turn % 2, STORIES_SHOWN - 1, 2):
            low, high = np.minimum(merged[item], merged[item + 1]), np.maximum(merged[item], merged[item + 1])
            merged[item], merged[item + 1] = low, high
    return merged
