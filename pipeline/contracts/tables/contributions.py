"""Layer `index`: contributions of stories and sources to each index value."""

from dataclasses import replace

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.index import CHANNEL_DAILY, SERIES
from pipeline.contracts.tables.stories import COUNTS_ON

_CONTRIBUTION = Column(
    "contribution",
    pl.Float64(),
    "Index points contributed to the value",
    34.2,
    unit="index points",
    exclusive_minimum=0,
    reason="channels are not netted, so a contribution is never negative",
)
_SHARE = Column(
    "share_pct",
    pl.Float64(),
    "Contribution as a share of the value",
    16.1,
    unit="percent",
    minimum=0,
    maximum=100.000001,
    reason="no contribution exceeds the value; the margin above 100 is rounding",
)
_MAIN_SIGNAL = Column(
    "signal_id", pl.String(), "Most important signal of the story: key in table signals", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID
)

_COUNTS_ON = replace(COUNTS_ON, description="UTC day on which the story, or what late articles added to it, counts")

TOP_CONTRIBUTIONS = Table(
    "top_contributions",
    "Top contributions",
    "The stories with the largest contribution to each value: at most three per day, series and channel, from the last four half-lives. "
    "The view contributions has all contributions; the table signals has sentence and link under signal_id.",
    grain="one day, series, channel and rank",
    key=("index_date", "series", "channel", "place"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column(
            "place",
            pl.Int64(),
            "Rank of the story: 1 for the largest contribution",
            1,
            minimum=1,
            maximum=3,
            reason="only the three largest stories of each value are listed",
        ),
        c.STORY_ID,
        _COUNTS_ON,
        _CONTRIBUTION,
        _SHARE,
        _MAIN_SIGNAL,
        c.KIND,
        c.INSTRUMENT,
        c.STATUS,
        replace(c.IS_GENERAL, description="Whether that signal is a general act"),
    ),
    layer="index",
    published=True,
)

SOURCE_SHARES = Table(
    "source_shares",
    "Largest source",
    "The source with the largest share of each value, so that a value that rests on one source is seen. The mass of a story is shared "
    "equally among its owners; sources of one owner count as one. A value without a story has no row.",
    grain="one day, series and channel with a story",
    key=("index_date", "series", "channel"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        replace(c.SOURCE_OWNER, description="Owner of the source with the largest share"),
        Column(
            "source_share_max",
            pl.Float64(),
            "Share of the value that its stories make; the prior and other sources make the rest",
            0.38,
            unit="share",
            minimum=0,
            maximum=1.000001,
            reason="it is a share of the value; the margin above 1 is rounding",
        ),
        Column("is_one_source", pl.Boolean(), "Whether the value rests on one source: source_share_max is 0.5 or more", False),
    ),
    layer="index",
    published=True,
    is_side_table=True,
)

#: A view of `sql/views`, neither stored as Parquet nor built by an asset: a query over `story_mass` and `channel_daily`.
CONTRIBUTIONS = Table(
    "contributions",
    "Contributions",
    "All contributions to each value, a view over story_mass and channel_daily. The rows of one day, series and channel sum to the value: "
    "one row for each story of the last four half-lives, one for all earlier stories, and one for the prior. The table signals has "
    "sentence and link under signal_id (see view top_stories).",
    grain="one day, series, channel, story and day on which it counts (or all earlier stories, or the prior)",
    key=("index_date", "series", "channel", "part", "story_id", "counts_on"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        c.word_column("part", words.PART, "story"),
        replace(c.STORY_ID, nullable=True, description="The story; empty for the prior and for all earlier stories together"),
        replace(_COUNTS_ON, nullable=True),
        _CONTRIBUTION,
        _SHARE,
        replace(_MAIN_SIGNAL, nullable=True),
        *(replace(column, nullable=True) for column in (c.KIND, c.INSTRUMENT, c.STATUS, c.IS_GENERAL)),
        CHANNEL_DAILY.column("is_thin"),
    ),
    layer="index",
    published=True,
)

TABLES = (TOP_CONTRIBUTIONS, SOURCE_SHARES)
VIEWS = (CONTRIBUTIONS,)
