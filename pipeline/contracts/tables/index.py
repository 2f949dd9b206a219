"""Layer `index`: stories, their masses, what was expected, and the index with its limits."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table, WordsBy
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.core import SIGNAL_COLUMNS
from pipeline.contracts.tables.index_values import INDEX_VALUES, STALEMATE

SERIES = Column("series", pl.String(), "Directed pair (CHN>USA) or both directions pooled (CHN-USA)", "CHN>USA", pattern=patterns.SERIES)
KNOWN_ON = Column(
    "known_on", pl.Date(), "UTC day at whose end this is first known: the day it was first seen, or its own where that is later",
    c.EXAMPLE_DAY, unit="UTC day", at_least=("index_date",))  # fmt: skip
_MASS = "g of kind and status, times probability, times breadth; see docs/methodology.md"
_UNIT = "mass"
_NO_PRIOR = "without a prior a pair nobody wrote about is nothing over nothing"

WEIGHTS = Table(
    "weights",
    "Weights",
    "The severity g of each kind and status, on the Goldstein scale divided by ten. Data, not code: pipeline/index/weights.toml.",
    grain="one kind and status",
    key=("kind", "status"),
    columns=(
        replace(c.KIND, words_by=WordsBy("channel", words.KIND_POLARITY)),
        c.STATUS,
        c.CHANNEL,
        Column("is_action", pl.Boolean(), "Whether the signal counts as an action (else as words)", True),
        Column(
            "weight",
            pl.Float64(),
            "Severity g",
            0.5,
            unit=_UNIT,
            minimum=0,
            maximum=1,
            reason="the scale is Goldstein's divided by ten; a weight above 1 was not divided",
        ),
    ),
    layer="index",
    published=True,
)

STORY_ARTICLES = Table(
    "story_articles",
    "Articles of stories",
    "Which story each article tells.",
    grain="one article",
    key=("article_id",),
    columns=(c.ARTICLE_ID, c.STORY_ID, c.described(c.INDEX_DATE, "UTC day of the article"), c.SOURCE, c.SOURCE_OWNER, KNOWN_ON),
    layer="index",
    published=True,
)

STORIES = Table(
    "stories",
    "Stories",
    "Stories that carry a signal: clusters of articles that tell the same. The first telling gives the day, the headline and the link.",
    grain="one story",
    key=("story_id",),
    columns=(
        c.STORY_ID,
        c.described(c.INDEX_DATE, "UTC day of the first telling"),
        Column(
            "first_seen_at",
            c.INSTANT,
            "When the first telling was first seen",
            c.EXAMPLE_INSTANT,
            unit="UTC instant",
            minimum=datetime(1900, 1, 1, tzinfo=UTC),
        ),
        c.described(c.SOURCE, "Source of the first telling"),
        c.URL,
        Column(
            "headline_sha256",
            pl.String(),
            "Hash of the first telling's text; the text itself is the publisher's",
            "9f2c5d0e" * 8,
            pattern=patterns.SHA256,
        ),
        Column("source_owner_count", pl.Int64(), "Distinct owners of the sources that carried it", 3, unit="owners", minimum=1),
        replace(c.ARTICLE_COUNT, description="Articles that tell it", at_least=("source_owner_count",)),
        Column(
            "breadth",
            pl.Float64(),
            "1 + ln(min(owners, 20))",
            2.0986,
            unit="factor",
            minimum=1,
            maximum=4,
            reason="1 + ln(20) is the cap; beyond it one story would outweigh a day",
        ),
    ),
    layer="index",
    published=True,
)

SIGNALS = Table(
    "signals",
    "Signals",
    "Every signal with its evidence and its story. Only those of modality asserted count in the index; the others show what was set aside.",
    grain="one actor, target, kind and instrument in one sentence",
    key=("signal_id",),
    columns=(*SIGNAL_COLUMNS, c.STORY_ID),
    layer="index",
    published=True,
)

STORY_MASS = Table(
    "story_mass",
    "Mass of stories",
    "What each story weighs for each series and channel; everything that the index is made of.",
    grain="one story, series and channel",
    key=("index_date", "series", "channel", "story_id"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        c.STORY_ID,
        Column("mass", pl.Float64(), _MASS, 0.98, unit=_UNIT, exclusive_minimum=0),
        Column("mass_words", pl.Float64(), "The part of mass from words", 0.28, unit=_UNIT, minimum=0),
        Column("mass_actions", pl.Float64(), "The part of mass from actions", 0.7, unit=_UNIT, minimum=0),
        Column("mass_unweighted", pl.Float64(), "Mass with every g = 1", 1.4, unit=_UNIT, at_least=("mass",)),
        Column(
            "second_moment",
            pl.Float64(),
            "Expected square of the mass, each signal true with its probability, for the limits: mass^2 + sum of p (1 - p) (g w)^2",
            1.1,
            unit="mass^2",
            exclusive_minimum=0,
        ),
        Column("second_moment_unweighted", pl.Float64(), "The same with every g = 1", 2.0, unit="mass^2"),
        replace(c.SIGNAL_COUNT, minimum=1),
        replace(c.ARTICLE_COUNT, description="Articles of the story that carry such a signal", minimum=1),
        Column("signal_id", pl.String(), "The heaviest signal, which speaks for the story", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID),
        *(c.described(column, f"{column.description}; of that signal") for column in (c.KIND, c.INSTRUMENT, c.STATUS)),
    ),
    layer="index",
    published=True,
)

BASELINE = Table(
    "baseline",
    "Baseline",
    "What each source is expected to carry for each article read from it, from the baseline window, with what made it.",
    grain="one series, channel and source; the source (any) holds for sources without a baseline",
    key=("series", "channel", "source"),
    columns=(
        SERIES,
        c.CHANNEL,
        c.described(c.SOURCE, "Name of the outlet, or (any)"),
        Column(
            "rate",
            pl.Float64(),
            "Expected mass per article",
            0.021,
            unit="mass per article",
            minimum=0,
            reason="expected mass is a sum of these rates; a negative one would make a calm day look tense",
        ),
        Column(
            "rate_unweighted", pl.Float64(), "Expected mass per article with every g = 1", 0.05, unit="mass per article", at_least=("rate",)
        ),
        c.described(c.ARTICLE_COUNT, "Articles read from the source in the window"),
        c.described(c.STORY_COUNT, "Stories of the series and channel in the window; 0: 100 means half a story in the window"),
        Column(
            "prior",
            pl.Float64(),
            "Weight of the prior: three mean stories of the channel",
            1.9,
            unit=_UNIT,
            exclusive_minimum=0,
            reason=_NO_PRIOR,
        ),
        Column("prior_unweighted", pl.Float64(), "The same with every g = 1", 4.0, unit=_UNIT, exclusive_minimum=0, reason=_NO_PRIOR),
        Column("prior_dispersion", pl.Float64(), "Dispersion of the channel in the window", 0.8, unit=_UNIT, exclusive_minimum=0),
        Column("words_share", pl.Float64(), "Share of words in the channel's mass in the window", 0.4, unit="share", minimum=0, maximum=1),
        Column("baseline_from", pl.Date(), "First day of the window", date(2025, 1, 20), unit="UTC day"),
        Column("baseline_to", pl.Date(), "Last day of the window", date(2025, 11, 30), unit="UTC day", at_least=("baseline_from",)),
        Column("lexicon_sha", pl.String(), "Fingerprints of the lexicons that read the window", "5b1d7c9a0e3f"),
        Column("extractor_version", pl.String(), "Versions of the readers that read the window", "rules 0.1.0"),
        Column("weights_sha", pl.String(), "Fingerprint of the weights", "77d0c1c7a3f9"),
        Column("index_version", pl.String(), "Version of the method", "1.0"),
        Column("is_frozen", pl.Boolean(), "Whether the window is over: from then on these rows stand", True),
    ),
    layer="index",
    published=True,
)

DAILY_MASS = Table(
    "daily_mass",
    "Daily mass",
    "Observed and expected mass of each day, series and channel, for every day from the first to the last one read.",
    grain="one day, series and channel",
    key=("index_date", "series", "channel"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column("observed", pl.Float64(), "Sum of the masses of the day's stories", 3.4, unit=_UNIT, minimum=0),
        Column("observed_words", pl.Float64(), "The part from words", 1.0, unit=_UNIT),
        Column("observed_actions", pl.Float64(), "The part from actions", 2.4, unit=_UNIT),
        Column("observed_unweighted", pl.Float64(), "The sum with every g = 1", 6.0, unit=_UNIT, at_least=("observed",)),
        Column("second_moment", pl.Float64(), "Sum of the second moments of the day's stories", 3.0, unit="mass^2", minimum=0),
        Column("expected", pl.Float64(), "Articles read from each source times its baseline rate", 0.9, unit=_UNIT, minimum=0),
        Column("expected_unweighted", pl.Float64(), "The same with every g = 1", 2.0, unit=_UNIT),
        c.STORY_COUNT,
        replace(c.SIGNAL_COUNT, at_least=("story_count",)),
        c.described(c.ARTICLE_COUNT, "Articles with an asserted signal"),
        Column(
            "articles_read",
            pl.Int64(),
            "Articles read on the day from all sources; 0 when nothing was read",
            120,
            unit="articles",
            minimum=0,
            reason="0 says that nothing was read, which is not the same as nothing found",
        ),
    ),
    layer="index",
    published=True,
)

CHANNEL_DAILY = Table(
    "channel_daily",
    "Filtered channels",
    "The discounted Gamma-Poisson filter of each series and channel: its two sums, the value and its limits. With story_mass it gives the "
    "contribution of every story: 100 mass 2^(-age / half-life) / rate.",
    grain="one day, series and channel",
    key=("index_date", "series", "channel"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column("shape", pl.Float64(), "A: prior plus discounted observed mass", 5.1, unit=_UNIT, at_least=("prior",)),
        Column("rate", pl.Float64(), "B: prior plus discounted expected mass", 2.4, unit=_UNIT, at_least=("prior",)),
        Column("prior", pl.Float64(), "kappa, the weight of the prior in both", 1.9, unit=_UNIT, exclusive_minimum=0, reason=_NO_PRIOR),
        Column("dispersion", pl.Float64(), "phi: second moment over mass in the same window", 0.8, unit=_UNIT, exclusive_minimum=0),
        Column("value", pl.Float64(), "100 A / B", 212.5, unit="index, baseline = 100", at_least=("lo95",)),
        Column("lo80", pl.Float64(), "Lower 80 % limit", 120.0, unit="index, baseline = 100", at_least=("lo95",)),
        Column("hi80", pl.Float64(), "Upper 80 % limit", 320.0, unit="index, baseline = 100", above=("lo80",)),
        Column("lo95", pl.Float64(), "Lower 95 % limit", 90.0, unit="index, baseline = 100"),
        Column("hi95", pl.Float64(), "Upper 95 % limit", 390.0, unit="index, baseline = 100", at_least=("value", "hi80")),
        Column(
            "value_words",
            pl.Float64(),
            "The part of the value from words; words + actions = value",
            80.0,
            unit="index points",
            minimum=0,
        ),
        Column(
            "value_actions",
            pl.Float64(),
            "The part of the value from actions",
            132.5,
            unit="index points",
            minimum=-1e-9,
            reason="words and actions are parts of the value; as a difference of two sums it may be a hair below 0",
        ),
        Column("value_unweighted", pl.Float64(), "The value with every g = 1", 201.0, unit="index, baseline = 100"),
        Column("evidence_weight", pl.Float64(), "1 - kappa / B: how much of the value is data", 0.79, unit="share", minimum=0, maximum=1),
        Column("half_life_days", pl.Float64(), "Half-life of the filter", 7.0, unit="days"),
    ),
    layer="index",
    published=True,
)

MOVEMENT_DAILY = Table(
    "movement_daily",
    "Daily movement",
    "What was said and what moved, per pair and day, both directions: the two sums behind the stalemate.",
    grain="one day and pair",
    key=("index_date", "pair"),
    columns=(
        c.INDEX_DATE,
        c.PAIR,
        Column("hold", pl.Float64(), "Sum of probabilities of dialogue, demands and refusals", 2.1, unit="signals", minimum=0),
        Column("move", pl.Float64(), "Sum of probabilities of easings, purchases, agreements and measures", 1.4, unit="signals", minimum=0),
    ),
    layer="index",
)

STALEMATE_DAILY = Table(
    "stalemate_daily",
    "Stalemate",
    "Share of talk without movement, discounted like the index, with a Beta interval.",
    grain="one day and pair",
    key=("index_date", "pair"),
    columns=(
        c.INDEX_DATE,
        c.PAIR,
        Column("hold", pl.Float64(), "Discounted sum of hold", 8.2, unit="signals", minimum=0),
        Column("move", pl.Float64(), "Discounted sum of move", 4.1, unit="signals", minimum=0),
        *STALEMATE,
    ),
    layer="index",
)

INDEX_DAILY = Table(
    "index_daily",
    "Index by series",
    "All columns of the index for every series, directed and pooled; the two published tables are cut from it.",
    grain="one day and series",
    key=("index_date", "series"),
    columns=(c.INDEX_DATE, SERIES, c.PAIR, *INDEX_VALUES),
    layer="index",
)

TENSION_DAILY = Table(
    "tension_daily",
    "Daily tension, directed",
    "The index: who presses whom, day by day, with limits. 100 is the directed pair's own baseline.",
    grain="one day and directed pair",
    key=("index_date", "actor", "target"),
    columns=(c.INDEX_DATE, c.ACTOR, c.ONE_TARGET, *INDEX_VALUES),
    layer="index",
    published=True,
)

TENSION_PAIR_DAILY = Table(
    "tension_pair_daily",
    "Daily tension, pooled",
    "The same index with both directions of a pair pooled: sum of observed over sum of expected.",
    grain="one day and pair",
    key=("index_date", "pair"),
    columns=(c.INDEX_DATE, c.PAIR, *INDEX_VALUES),
    layer="index",
    published=True,
)

TABLES = (
    WEIGHTS, STORY_ARTICLES, STORIES, SIGNALS, STORY_MASS, BASELINE, DAILY_MASS, CHANNEL_DAILY,
    MOVEMENT_DAILY, STALEMATE_DAILY, INDEX_DAILY, TENSION_DAILY, TENSION_PAIR_DAILY,
)  # fmt: skip
