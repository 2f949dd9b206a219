"""Layer `index`: weights, signals, stories, mass, baselines, phases, and the index."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Implication, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.core import SIGNAL_COLUMNS
from pipeline.contracts.tables.index_values import INDEX_VALUES, PHASE, PHASE_PROBABILITIES, STALEMATE
from pipeline.contracts.tables.stories import ARCHIVE_END, ARTICLES_READ, COUNTS_ON, STORIES, STORY_ARTICLES

SERIES = Column("series", pl.String(), "Directed pair (CHN>USA), or both directions combined (CHN-USA)", "CHN>USA", pattern=patterns.SERIES)
#: Expressions: whether a row's series is one direction, and the name of the pair of `actor` and `target`.
IS_DIRECTED = pl.col("series").str.contains(">", literal=True)
PAIR_OF_SIDES = pl.concat_str(pl.min_horizontal("actor", "target"), pl.lit("-"), pl.max_horizontal("actor", "target"))
VALID_FROM = Column("valid_from", pl.Date(), "First day that uses this version of the baseline", date(2025, 1, 20), unit="UTC day")
_MASS = "Mass: severity g of kind and status x probability x breadth; see docs/methodology.md"
_UNIT, _RATE = "mass", "mass per article"
_INDEX = "index, baseline = 100"
#: Source of the rows of `baseline` that hold for sources without a rate of their own; no article has it.
ANY_SOURCE = "(any)"
_USUAL_RATE = "Tariff with this severity; others count by the root of their ratio to it, from half to twice; empty: rates do not count"
_NO_PRIOR = "without a prior the value of a pair without articles would be 0 / 0"

WEIGHTS = Table(
    "weights",
    "Weights",
    "Severity g of each kind and status, from pipeline/index/weights.toml: our judgement, roughly a tenth of Goldstein's code.",
    grain="one kind and status",
    key=("kind", "status"),
    columns=(
        replace(c.KIND, implies=Implication("channel", words.KIND_POLARITY)),
        c.STATUS,
        c.CHANNEL,
        Column("is_action", pl.Boolean(), "Whether the signal is an action; otherwise it is words", True),
        Column(
            "weight",
            pl.Float64(),
            "Severity g",
            0.5,
            unit=_UNIT,
            minimum=0,
            maximum=1,
            reason="the scale is the Goldstein scale divided by ten, so a weight above 1 was not divided",
        ),
        Column(
            "general_share",
            pl.Float64(),
            "Share of the severity with which an act towards everybody counts for each partner; 0: it counts for none",
            0.25,
            unit="share",
            minimum=0,
            maximum=1,
            reason="an act towards everybody never counts more than the same act towards one partner",
        ),
        Column("usual_rate_pct", pl.Float64(), _USUAL_RATE, 25.0, unit="percent", nullable=True, exclusive_minimum=0, reason=_USUAL_RATE),
    ),
    layer="index",
    published=True,
)

SCOPE_MEMBERS = Table(
    "scope_members",
    "Members of scopes",
    "Countries of the regions and blocs to which a general act can be limited, from pipeline/contracts/scopes.toml.",
    grain="one scope and member",
    key=("scope", "member"),
    columns=(
        replace(c.SCOPE, nullable=False, example="asean"),
        Column("member", pl.String(), "Country that is a member", "VNM", unit="country", pattern=patterns.COUNTRY),
        Column("member_from", pl.Date(), "First day as a member, if it joined later", None, unit="UTC day", nullable=True),
        Column("member_until", pl.Date(), "Day from which it is no member any more, if it left", None, unit="UTC day", nullable=True),
    ),
    layer="index",
    published=True,
)

SIGNALS = Table(
    "signals",
    "Signals",
    "Every signal with its evidence and its story. Only signals with modality asserted are counted in the index; the others are listed "
    "for transparency.",
    grain="one actor, target, kind and instrument in one sentence",
    key=("signal_id",),
    columns=(*SIGNAL_COLUMNS, c.STORY_ID, COUNTS_ON),
    layer="index",
    published=True,
)

PAIR_SIGNALS = Table(
    "pair_signals",
    "Signals of pairs",
    "Signals that count in the index, and repeats, for each published pair that they are towards. A general act has a row for each partner "
    "that it plausibly hits.",
    grain="one signal and directed pair",
    key=("signal_id", "target"),
    columns=(
        SIGNALS.column("signal_id"),
        c.ARTICLE_ID,
        c.STORY_ID,
        c.INDEX_DATE,
        COUNTS_ON,
        c.PUBLISHED_AT,
        c.ACTOR,
        replace(c.ONE_TARGET, description="Partner that it counts for: the target, or one of those that a general act hits"),
        c.PAIR,
        c.IS_GENERAL,
        c.KIND,
        c.STATUS,
        c.INSTRUMENT,
        c.CHANNEL,
        WEIGHTS.column("is_action"),
        SIGNALS.column("probability"),
        replace(
            WEIGHTS.column("weight"),
            description="Severity g, times the size of a tariff by its rate; of a general act: times its share",
            maximum=2,
            reason="the severity is at most 1, and the size of a tariff at most 2",
        ),
        Column(
            "share",
            pl.Float64(),
            "1; of a general act: general_share of its kind",
            1.0,
            unit="share",
            exclusive_minimum=0,
            maximum=1,
            reason="a general act that counts for nothing has no row",
        ),
        Column(
            "is_repeat",
            pl.Boolean(),
            "Whether it does not count: the owner has a larger report of the act in another story of the day",
            False,
        ),
    ),
    layer="index",
)

STORY_MASS = Table(
    "story_mass",
    "Mass of stories",
    "The mass of each story for each series and channel: the input from which the index is computed. What late articles add to a "
    "story whose day was final is a row of its own.",
    grain="one story, series, channel and day on which it counts",
    key=("index_date", "series", "channel", "story_id"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        c.STORY_ID,
        Column("mass", pl.Float64(), _MASS, 0.98, unit=_UNIT, exclusive_minimum=0),
        Column("mass_words", pl.Float64(), "Part of the mass from words", 0.28, unit=_UNIT, minimum=0),
        Column("mass_actions", pl.Float64(), "Part of the mass from actions", 0.7, unit=_UNIT, minimum=0),
        Column("mass_unweighted", pl.Float64(), "Mass with g = 1 for all signals", 1.4, unit=_UNIT, minimum=0),
        Column("mass_bilateral", pl.Float64(), "Mass without general acts", 0.98, unit=_UNIT, minimum=0),
        Column(
            "second_moment",
            pl.Float64(),
            "Expected square of the mass if each signal is true with its probability, for the intervals: mass^2 + sum of p (1 - p) (g w)^2",
            1.1,
            unit="mass^2",
            exclusive_minimum=0,
        ),
        Column("is_first", pl.Boolean(), "Whether the story had no mass in the series before; false for what late articles add", True),
        replace(c.SIGNAL_COUNT, minimum=0),
        replace(c.ARTICLE_COUNT, description="Number of articles of the story that count on the day, with such a signal", minimum=0),
        Column(
            "signal_id",
            pl.String(),
            "Largest signal of the story, if possible published by the day",
            "4e1f09ab52c77d31",
            pattern=patterns.SIGNAL_ID,
        ),
        *(
            replace(column, description=f"{column.description.removesuffix('.')}, for that signal")
            for column in (c.KIND, c.INSTRUMENT, c.STATUS)
        ),
        replace(c.IS_GENERAL, description="Whether that signal is a general act"),
    ),
    layer="index",
    published=True,
)

BASELINE = Table(
    "baseline",
    "Baseline",
    "Expected mass per article of each source, estimated over the baseline window. The default baseline has versions: "
    "each is estimated from the days that were final before the first day that uses it.",
    grain="one version, series, channel and source; the source (any) is used for sources without a baseline",
    key=("valid_from", "series", "channel", "source"),
    columns=(
        VALID_FROM,
        SERIES,
        c.CHANNEL,
        replace(c.SOURCE, description="Name of the outlet, or (any)"),
        Column(
            "rate",
            pl.Float64(),
            "Expected mass per article",
            0.021,
            unit=_RATE,
            minimum=0,
            reason="expected mass is a sum of these rates; a negative rate would raise the index on quiet days",
        ),
        Column("rate_unweighted", pl.Float64(), "Expected mass per article with g = 1 for all signals", 0.05, unit=_RATE, minimum=0),
        Column("rate_bilateral", pl.Float64(), "Expected mass per article without general acts", 0.018, unit=_RATE, minimum=0),
        replace(c.ARTICLE_COUNT, description="Number of articles read from the source in the window"),
        replace(
            c.STORY_COUNT, description="Number of stories of the window; if 0 for a direction, a sixth of its prior is their assumed mass"
        ),
        Column(
            "prior",
            pl.Float64(),
            "Weight of the prior: three average stories of the channel",
            1.9,
            unit=_UNIT,
            exclusive_minimum=0,
            reason=_NO_PRIOR,
        ),
        Column(
            "prior_unweighted", pl.Float64(), "The same with g = 1 for all signals", 4.0, unit=_UNIT, exclusive_minimum=0, reason=_NO_PRIOR
        ),
        Column("prior_bilateral", pl.Float64(), "The same without general acts", 1.8, unit=_UNIT, exclusive_minimum=0, reason=_NO_PRIOR),
        Column("prior_dispersion", pl.Float64(), "Dispersion of the channel over the window", 0.8, unit=_UNIT, exclusive_minimum=0),
        Column("words_share", pl.Float64(), "Share of words in the mass over the window", 0.4, unit="share", minimum=0, maximum=1),
        Column("baseline_from", pl.Date(), "First day of the window", date(2025, 1, 20), unit="UTC day"),
        Column("baseline_to", pl.Date(), "Last day of the window", date(2025, 11, 30), unit="UTC day", at_least=("baseline_from",)),
        Column(
            "known_on",
            pl.Date(),
            "Last UTC day whose knowledge it uses; on it the last day of the window was final",
            date(2025, 12, 6),
            unit="UTC day",
            at_least=("baseline_from",),
        ),
        Column("lexicon_sha", pl.String(), "Fingerprints of the lexicons used in the window", "5b1d7c9a0e3f"),
        Column("extractor_version", pl.String(), "Versions of the readers used in the window", "rules 0.1.0"),
        Column("weights_sha", pl.String(), "Fingerprint of the weights", "77d0c1c7a3f9"),
        Column("index_version", pl.String(), "Version of the method", "2.5"),
        Column("is_frozen", pl.Boolean(), "Whether the window was over and final, after which these rows do not change", True),
    ),
    layer="index",
    published=True,
)
#: Columns that define a version of `BASELINE`. With another window, index version or table of weights, 100 means something else.
BASELINE_METHOD = ("valid_from", "baseline_from", "baseline_to", "index_version", "weights_sha")

DAILY_MASS = Table(
    "daily_mass",
    "Daily mass",
    "Observed and expected mass of each day, series and channel, for every day between the first and the last one read.",
    grain="one day, series and channel",
    key=("index_date", "series", "channel"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column("observed", pl.Float64(), "Sum of the masses of the day's stories", 3.4, unit=_UNIT, minimum=0),
        Column("observed_words", pl.Float64(), "Part of observed from words", 1.0, unit=_UNIT),
        Column("observed_actions", pl.Float64(), "Part of observed from actions", 2.4, unit=_UNIT),
        Column("observed_unweighted", pl.Float64(), "The sum with g = 1 for all signals", 6.0, unit=_UNIT, minimum=0),
        Column("observed_bilateral", pl.Float64(), "The sum without general acts", 3.2, unit=_UNIT, minimum=0),
        Column("second_moment", pl.Float64(), "Sum of the second moments of the day's stories", 3.0, unit="mass^2", minimum=0),
        Column("expected", pl.Float64(), "Sum over sources of articles read x baseline rate", 0.9, unit=_UNIT, minimum=0),
        Column("expected_unweighted", pl.Float64(), "The same with g = 1 for all signals", 2.0, unit=_UNIT),
        Column("expected_bilateral", pl.Float64(), "The same without general acts", 0.8, unit=_UNIT),
        c.STORY_COUNT,
        replace(c.SIGNAL_COUNT, at_least=("story_count",)),
        replace(c.ARTICLE_COUNT, description="Number of articles with such a signal"),
        Column(
            "articles_read",
            pl.Int64(),
            "Number of articles read on the day from all sources; 0 when nothing was read",
            120,
            unit="articles",
            minimum=0,
            reason="a count of articles is not negative; 0 means that nothing was read",
        ),
        VALID_FROM,
    ),
    layer="index",
    published=True,
)

CLUSTERING = Table(
    "clustering",
    "Clustering",
    "How much stories of a series come in clusters, measured in the baseline window and shrunk towards all directions of the channel.",
    grain="one version of the baseline, series and channel",
    key=("valid_from", "series", "channel"),
    columns=(
        VALID_FROM,
        SERIES,
        c.CHANNEL,
        Column(
            "clustering",
            pl.Float64(),
            "Variance of the number of stories of a day, divided by that of stories that come singly",
            1.4,
            unit="factor",
            minimum=1,
            maximum=10,
            reason="fewer errors than of single stories are chance",
        ),
    ),
    layer="index",
)

CHANNEL_DAILY = Table(
    "channel_daily",
    "Filtered channels",
    "Discounted Gamma-Poisson filter of each series and channel: its two sums, the value and its intervals. The contribution of a story in "
    "story_mass is 100 x mass x 2^(-age / half-life) / rate.",
    grain="one day, series and channel",
    key=("index_date", "series", "channel"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column("shape", pl.Float64(), "A: prior + discounted observed mass", 5.1, unit=_UNIT, at_least=("prior",)),
        Column("rate", pl.Float64(), "B: prior + discounted expected mass", 2.4, unit=_UNIT, at_least=("prior",)),
        Column("prior", pl.Float64(), "kappa: weight of the prior in A and B", 1.9, unit=_UNIT, exclusive_minimum=0, reason=_NO_PRIOR),
        Column(
            "dispersion",
            pl.Float64(),
            "phi: variance of a sum of masses per unit of mass, from single stories, their clusters and errors of reading",
            0.8,
            unit=_UNIT,
            exclusive_minimum=0,
        ),
        Column("value", pl.Float64(), "Value of the channel: 100 A / B", 212.5, unit=_INDEX, at_least=("lo95",)),
        Column("lo80", pl.Float64(), "Lower bound of the 80 % interval", 120.0, unit=_INDEX, at_least=("lo95",)),
        Column("hi80", pl.Float64(), "Upper bound of the 80 % interval", 320.0, unit=_INDEX, above=("lo80",)),
        Column("lo95", pl.Float64(), "Lower bound of the 95 % interval", 90.0, unit=_INDEX),
        Column("hi95", pl.Float64(), "Upper bound of the 95 % interval", 390.0, unit=_INDEX, at_least=("value", "hi80")),
        Column("value_words", pl.Float64(), "Part of the value from words; words + actions = value", 80.0, unit="index points", minimum=0),
        Column(
            "value_actions",
            pl.Float64(),
            "Part of the value from actions",
            132.5,
            unit="index points",
            minimum=-1e-9,
            reason="it is a part of the value; as a difference of two sums it may be slightly below 0 by rounding",
        ),
        Column("value_unweighted", pl.Float64(), "The value with g = 1 for all signals", 201.0, unit=_INDEX),
        Column("value_bilateral", pl.Float64(), "Without general acts; empty if too little is left", 205.0, unit=_INDEX, nullable=True),
        Column(
            "evidence_weight",
            pl.Float64(),
            "Weight of what was read or expected, next to the prior: 1 - kappa / max(A, B); 0.25 is the mass of one mean story",
            0.79,
            unit="share",
            minimum=0,
            maximum=1,
        ),
        Column("is_thin", pl.Boolean(), f"Whether the index withholds this value: evidence_weight is below {c.LEAST_EVIDENCE}", False),
        Column("half_life_days", pl.Float64(), "Half-life of the filter", 7.0, unit="days"),
    ),
    layer="index",
    published=True,
)

MOVEMENT_DAILY = Table(
    "movement_daily",
    "Daily movement",
    "Talk and action per pair and day, both directions: the two sums from which the stalemate is computed.",
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
    "Share of talk without action, discounted like the index, with a Beta interval.",
    grain="one day and pair",
    key=("index_date", "pair"),
    columns=(
        c.INDEX_DATE,
        c.PAIR,
        Column("hold", pl.Float64(), "Discounted sum of hold", 8.2, unit="signals", minimum=0),
        Column("move", pl.Float64(), "Discounted sum of move", 4.1, unit="signals", minimum=0),
        *STALEMATE,
        Column("is_thin", pl.Boolean(), "Whether the index withholds the stalemate: hold + move is below 1", False),
    ),
    layer="index",
)

PHASE_DAILY = Table(
    "phase_daily",
    "Phases",
    "Probability of each phase of a pair, from the posteriors of its channels and its stalemate, and the phase that is likely enough.",
    grain="one day and pair",
    key=("index_date", "pair"),
    columns=(c.INDEX_DATE, c.PAIR, *PHASE_PROBABILITIES, PHASE),
    layer="index",
)

INDEX_DAILY = Table(
    "index_daily",
    "Index by series",
    "All columns of the index for every series, directed and combined; the source of the two published tables.",
    grain="one day and series",
    key=("index_date", "series"),
    columns=(c.INDEX_DATE, SERIES, c.PAIR, *INDEX_VALUES),
    layer="index",
)

TENSION_DAILY = Table(
    "tension_daily",
    "Daily tension, directed",
    "The index: tension from actor to target by day, with intervals. 100 is the directed pair's own baseline.",
    grain="one day and directed pair",
    key=("index_date", "actor", "target"),
    columns=(c.INDEX_DATE, c.ACTOR, c.ONE_TARGET, *INDEX_VALUES),
    layer="index",
    published=True,
)

TENSION_PAIR_DAILY = Table(
    "tension_pair_daily",
    "Daily tension, both directions",
    "The same index with both directions of a pair combined, from the sums of their observed and expected mass.",
    grain="one day and pair",
    key=("index_date", "pair"),
    columns=(c.INDEX_DATE, c.PAIR, *INDEX_VALUES, *PHASE_PROBABILITIES),
    layer="index",
    published=True,
)

TABLES = (
    WEIGHTS, SCOPE_MEMBERS, ARCHIVE_END, STORY_ARTICLES, ARTICLES_READ, STORIES, SIGNALS, PAIR_SIGNALS, STORY_MASS, BASELINE, DAILY_MASS,
    CLUSTERING, CHANNEL_DAILY, MOVEMENT_DAILY, STALEMATE_DAILY, PHASE_DAILY, INDEX_DAILY, TENSION_DAILY, TENSION_PAIR_DAILY,
)  # fmt: skip
