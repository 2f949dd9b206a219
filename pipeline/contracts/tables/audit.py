"""Tables of the audit: mass of signals, verdicts, and precision."""

from dataclasses import replace

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

_SIGNAL_ID = Column("signal_id", pl.String(), "Signal: key in table signals", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID)
_MASS_UNIT = "mass"
READING = Column(
    "reading",
    pl.String(),
    "What was read: actor, target (* for a general act), kind, status and instrument. Another reading needs another verdict",
    "CHN>USA measure announced tariff",
    pattern=patterns.READING,
)
ALL_PAIRS = "(all)"

SIGNAL_MASS = Table(
    "signal_mass",
    "Mass of signals",
    "The mass of each signal that counts: the heaviest of its story, direction, kind and instrument. The masses of a story's signals sum "
    "to story_mass.",
    grain="one signal and directed pair",
    key=("signal_id", "target"),
    columns=(
        _SIGNAL_ID,
        replace(c.INDEX_DATE, description="UTC day of the story"),
        c.STORY_ID,
        c.PAIR,
        c.ACTOR,
        replace(c.ONE_TARGET, description="Country that it counts towards"),
        c.CHANNEL,
        READING,
        Column("mass", pl.Float64(), "Its part of the mass of the story, on all days on which it counts", 0.49, unit=_MASS_UNIT, minimum=0),
    ),
    layer="index",
    published=True,
    is_side_table=True,
)

VERDICTS = Table(
    "verdicts",
    "Verdicts",
    "Verdicts of people or language models on readings, from verdicts.csv in the home (see tension audit); the sample has those of two "
    "language models. A verdict counts only as long as the signal has the reading that was judged.",
    grain="one judge's verdict on one reading",
    key=("signal_id", "reading", "judge"),
    columns=(
        _SIGNAL_ID,
        READING,
        Column(
            "judge",
            pl.String(),
            "Name of the person or language model that judged",
            "A",
            min_length=1,
            max_length=40,
            reason="two verdicts of one judge are no second opinion",
        ),
        c.word_column("verdict", words.VERDICT, "right"),
    ),
    layer="core",
    published=True,
    is_side_table=True,
)

_SHARE = Column(
    "share",
    pl.Float64(),
    "A share",
    0.5,
    unit="share",
    minimum=0,
    maximum=1,
    reason="it is a share of mass or readings; anything else is an error of the query",
)

MASS_PRECISION = Table(
    "mass_precision",
    "Mass-weighted precision",
    "Share of the index's mass that comes from right readings, according to the verdicts; only for pairs and channels that have some.",
    grain="one pair (or all pairs) and channel",
    key=("pair", "channel"),
    columns=(
        Column("pair", pl.String(), "Both countries in alphabetical order, or (all)", "CHN-USA", pattern=patterns.PAIR_OR_ALL),
        c.CHANNEL,
        Column("reading_count", pl.Int64(), "Number of readings with mass", 210, unit="readings", at_least=("judged_count",)),
        Column("judged_count", pl.Int64(), "Number of them judged right or wrong", 30, unit="readings", minimum=0),
        Column("unsure_count", pl.Int64(), "Number of them on which every judge is unsure", 2, unit="readings", minimum=0),
        Column("mass", pl.Float64(), "Mass of all readings", 96.0, unit=_MASS_UNIT, exclusive_minimum=0),
        replace(_SHARE, name="judged_share", description="Share of the mass that was judged right or wrong", example=0.45),
        replace(
            _SHARE,
            name="precision",
            description="Share of the judged mass that is right; if judges disagree, the part of them who say so. Empty if all are unsure",
            example=0.84,
            nullable=True,
        ),
        replace(
            _SHARE,
            name="lo95",
            description="Lower bound of the 95 % interval of precision (Wilson; trials: (sum of mass)^2 / sum of mass^2 of stories)",
            example=0.7,
            nullable=True,
        ),
        replace(_SHARE, name="hi95", description="Upper bound of the 95 % interval of precision", example=0.92, nullable=True),
        replace(_SHARE, name="at_least", description="Share of all mass that is right if everything not judged is wrong", example=0.38),
        replace(_SHARE, name="at_most", description="Share of all mass that is right if everything not judged is right", example=0.93),
        Column("judged_twice_count", pl.Int64(), "Number of readings that two judges or more decided", 30, unit="readings", minimum=0),
        replace(
            _SHARE, name="agreement", description="Share of these on which all judges agree; empty without any", example=0.93, nullable=True
        ),
    ),
    layer="index",
    published=True,
    is_side_table=True,
)

TABLES = (SIGNAL_MASS, VERDICTS, MASS_PRECISION)
