"""Layer `core`: articles, duplicates, quarantine, coverage, links, findings, reading outcomes."""

from dataclasses import replace

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Implication, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.raw import RAW_ID

ARTICLES = Table(
    "articles",
    "Articles",
    "Accepted and cleaned articles. Their text belongs to the publisher and is never published.",
    grain="one article of one source",
    key=("article_id",),
    columns=(
        c.ARTICLE_ID,
        c.INDEX_DATE,
        c.SOURCE,
        c.SOURCE_OWNER,
        c.PUBLISHED_AT,
        Column(
            "first_seen_at",
            c.INSTANT,
            "Time when the article was first seen: fetched_at, or published_at where fetched_at is missing or earlier",
            c.EXAMPLE_INSTANT,
            unit="UTC instant",
            at_least=("published_at",),
        ),
        Column("title", pl.String(), "Headline", "China answers with 34 percent"),
        Column(
            "body",
            pl.String(),
            "Text of the article; empty when only the headline is available",
            "Beijing will impose a 34 percent tariff on all US goods.",
        ),
        c.URL,
        Column(
            "text_sha256",
            pl.String(),
            "Hash of title and body in lower case, with white space collapsed",
            "9f2c5d0e" * 8,
            pattern=patterns.SHA256,
        ),
        RAW_ID,
    ),
    layer="core",
    day="index_date",
)

DUPLICATES = Table(
    "duplicates",
    "Duplicates",
    "Copies of an accepted article of the same source and day.",
    grain="one duplicate row",
    key=("raw_id",),
    columns=(
        RAW_ID,
        c.INDEX_DATE,
        c.SOURCE,
        replace(c.ARTICLE_ID, description="The accepted article that this row is a copy of; reading_outcomes has its row"),
    ),
    layer="core",
    day="index_date",
    published=True,
)

QUARANTINE = Table(
    "quarantine",
    "Quarantine",
    "Rejected rows, each with the reason. The row itself stays in raw_articles under its raw_id.",
    grain="one rejected row",
    key=("raw_id",),
    columns=(
        RAW_ID,
        c.INDEX_DATE,
        Column("source", pl.String(), "Outlet, if the row names one", "Meridian Wire", nullable=True, min_length=1, max_length=120),
        c.word_column("reason", words.REJECTION, "undated"),
        Column(
            "detail",
            pl.String(),
            "The problem in a few words",
            "published_at is 'soon'",
            max_length=300,
            reason="article text in this column would be published",
        ),
    ),
    layer="core",
    day="index_date",
    published=True,
)

COVERAGE = Table(
    "coverage",
    "Coverage",
    "Articles received per source and day; those accepted are the denominator of every rate. No row: nothing was received.",
    grain="one source and day",
    key=("index_date", "source"),
    columns=(
        c.INDEX_DATE,
        replace(c.SOURCE, description="Name of the outlet; (unknown) where the rows name none"),
        replace(
            c.ARTICLE_COUNT,
            description="Rows read: accepted + duplicate + quarantined",
            minimum=1,
            at_least=("accepted",),
            reason="a source from which nothing was read has no row; 0 would say that it was read",
        ),
        Column(
            "accepted",
            pl.Int64(),
            "Rows accepted as articles",
            11,
            unit="articles",
            minimum=0,
            reason="accepted articles are the denominator of every rate",
        ),
        Column(
            "duplicate",
            pl.Int64(),
            "Rows that are copies of an article",
            1,
            unit="articles",
            minimum=0,
            reason="a negative count would hide lost rows",
        ),
        Column("quarantined", pl.Int64(), "Rejected rows", 0, unit="articles", minimum=0, reason="a negative count would hide lost rows"),
    ),
    layer="core",
    day="index_date",
    published=True,
)

STORY_LINKS = Table(
    "story_links",
    "Story links",
    "Articles that repeat the story of an article known earlier, with the first such article. Following the links leads to the story.",
    grain="one article that repeats an earlier one",
    key=("article_id",),
    columns=(
        c.ARTICLE_ID,
        c.INDEX_DATE,
        Column(
            "earlier_article_id",
            pl.String(),
            "The first known article with the same story, at most three days before this one (or after, if this one was seen late)",
            "Meridian Wire:2025-04-04:0042",
            pattern=patterns.ARTICLE_ID,
        ),
        Column(
            "similarity",
            pl.Float64(),
            "Jaccard similarity of word 5-grams; the shorter text is also compared with the start of the longer, and the higher value "
            "is used. 1 for the same text, link or long headline",
            0.93,
            unit="share",
            minimum=0.55,
            maximum=1,
            reason="below this similarity two articles are different stories",
        ),
    ),
    layer="core",
    day="index_date",
)

SIGNAL_COLUMNS = (
    Column(
        "signal_id",
        pl.String(),
        "Hash of article, span, actor, target, kind and instrument",
        "4e1f09ab52c77d31",
        pattern=patterns.SIGNAL_ID,
    ),
    c.ARTICLE_ID,
    c.INDEX_DATE,
    c.SOURCE,
    c.PUBLISHED_AT,
    c.URL,
    Column(
        "span_start",
        pl.Int64(),
        "Position of the sentence's first character in title + blank line + body",
        31,
        unit="characters",
        minimum=0,
    ),
    Column("span_end", pl.Int64(), "Position after the sentence's last character", 87, unit="characters", above=("span_start",)),
    c.QUOTE,
    c.ACTOR,
    c.TARGET,
    c.SCOPE,
    c.EXCEPTIONS,
    replace(c.KIND, implies=Implication("polarity", words.KIND_POLARITY)),
    c.word_column("polarity", words.POLARITY, "escalation"),
    c.STATUS,
    c.word_column("modality", words.MODALITY, "asserted"),
    c.INSTRUMENT,
    Column("is_retaliation", pl.Boolean(), "The text calls it a response to an act of the other side", True),
    c.IS_CONDITIONAL,
    c.RATE_PCT,
    Column("value_usd", pl.Float64(), "Amount of the act, if it is in US dollars", None, unit="USD", nullable=True),
    c.PRODUCT,
    c.PROBABILITY,
    c.TIER,
    Column(
        "readers",
        pl.String(),
        "Readers that found the signal",
        "rules+encoder",
        values=("rules", "encoder", "rules+encoder", "llm"),
        reason="the probability was measured for each of these values separately",
    ),
    *(
        Column(
            f"{side}_words",
            pl.String(),
            f"Words of the sentence that name the {side}; empty where it is inferred from the article",
            example,
            empty_is_none=True,
        )
        for side, example in (("actor", "Beijing"), ("target", "US"))
    ),
    Column("rule_id", pl.String(), "Rule that matched, or the kind found by the encoder", "impose.restriction"),
    Column(
        "alternatives",
        pl.String(),
        "Kinds the encoder found most likely, with scores; empty where it found none",
        "measure 0.81, threat 0.22",
        empty_is_none=True,
    ),
    Column(
        "extractor",
        pl.String(),
        "Readers that processed the article",
        "rules+encoder",
        min_length=1,
        reason="users must know which readers processed the article",
    ),
    Column("extractor_version", pl.String(), "Versions of the readers", "0.3.8+1.6.0"),
    Column("lexicon_sha", pl.String(), "Fingerprint of the lexicon", "5b1d7c9a0e3f", pattern=patterns.FINGERPRINT),
)

FINDINGS = Table(
    "findings",
    "Findings",
    "Signals found in each day's articles, sentence by sentence, before articles are grouped into stories.",
    grain="one actor, target, kind and instrument in one sentence",
    key=("signal_id",),
    columns=SIGNAL_COLUMNS,
    layer="core",
    day="index_date",
)

READING_OUTCOMES = Table(
    "reading_outcomes",
    "Reading outcomes",
    "Every accepted article: whether it was read for signals, and if not, why. Rates count all accepted articles, read or not.",
    grain="one accepted article",
    key=("article_id",),
    columns=(
        c.ARTICLE_ID,
        c.INDEX_DATE,
        c.SOURCE,
        c.word_column("outcome", words.READING_OUTCOME, "read"),
        Column(
            "score",
            pl.Int64(),
            "How much the likeliest sentence looks like trade policy between countries. An article is read from 0 on; null if it names "
            "no country",
            1482,
            unit="thousandths of log odds",
            nullable=True,
        ),
        RAW_ID,
    ),
    layer="core",
    day="index_date",
    published=True,
)

TABLES = (ARTICLES, DUPLICATES, QUARANTINE, COVERAGE, STORY_LINKS, FINDINGS, READING_OUTCOMES)
