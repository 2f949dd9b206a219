"""Layer `index`, what each value is made of: the largest stories as a table, and all parts as a view."""

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.index import SERIES

_CONTRIBUTION = Column(
    "contribution",
    pl.Float64(),
    "Points that this adds to the value",
    34.2,
    unit="index points",
    exclusive_minimum=0,
    reason="channels are never netted; what lowers tension has a channel of its own",
)
_SHARE = Column(
    "share_pct",
    pl.Float64(),
    "Share of the value",
    16.1,
    unit="percent",
    minimum=0,
    maximum=100.000001,
    reason="no part is more than the whole; the margin above 100 is rounding",
)
_SPEAKER = Column(
    "signal_id",
    pl.String(),
    "The signal that speaks for the story: its key in signals",
    "4e1f09ab52c77d31",
    pattern=patterns.SIGNAL_ID,
)

TOP_CONTRIBUTIONS = Table(
    "top_contributions",
    "Top contributions",
    "The stories that add most to each value: at most three for each day, series and channel, of the last four half-lives. All parts of a "
    "value are in the view contributions; sentence and link of a story are in signals, under signal_id.",
    grain="one day, series, channel and place",
    key=("index_date", "series", "channel", "place"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column(
            "place",
            pl.Int64(),
            "1 for the story that adds most, 2 for the next",
            1,
            minimum=1,
            maximum=3,
            reason="the three largest stories of each value are listed",
        ),
        c.STORY_ID,
        _CONTRIBUTION,
        _SHARE,
        _SPEAKER,
        c.KIND,
        c.INSTRUMENT,
        c.STATUS,
    ),
    layer="index",
    published=True,
)

#: A view of `sql/views`: no file and no asset, because a query computes it from `story_mass` and `channel_daily`.
CONTRIBUTIONS = Table(
    "contributions",
    "Contributions",
    "What each value is made of, a view of the database over story_mass and channel_daily. The rows of one day, series and channel sum to "
    "the value: each story of the last four half-lives, all earlier ones together, and the prior. Sentence and link of a story are in "
    "signals, under signal_id (view top_stories).",
    grain="one day, series, channel and story (or the earlier stories together, or the prior)",
    key=("index_date", "series", "channel", "part", "story_id"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column("part", pl.String(), words.PART.description, "story", vocabulary=words.PART),
        c.nullable(c.STORY_ID, "The story; empty for the prior and for the earlier stories together"),
        _CONTRIBUTION,
        _SHARE,
        c.nullable(_SPEAKER),
        *(c.nullable(column) for column in (c.KIND, c.INSTRUMENT, c.STATUS)),
    ),
    layer="index",
    published=True,
)

TABLES = (TOP_CONTRIBUTIONS,)
VIEWS = (CONTRIBUTIONS,)
