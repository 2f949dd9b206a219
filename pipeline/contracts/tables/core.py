"""Layer `core`: clean articles, what was set aside, what was read, how articles join into stories, what was found in them."""

from dataclasses import replace

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table, WordsBy
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.raw import RAW_ID

ARTICLES = Table(
    "articles",
    "Articles",
    "Accepted articles, cleaned. The text is the publisher's and never leaves the lake.",
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
            "When the article was first seen: fetched_at, or published_at where that is not given",
            c.EXAMPLE_INSTANT,
            unit="UTC instant",
            at_least=("published_at",),
        ),
        Column("title", pl.String(), "Headline", "China answers with 34 percent"),
        Column(
            "body",
            pl.String(),
            "Text; empty when the article is a headline alone",
            "Beijing will impose a 34 percent tariff on all US goods.",
        ),
        c.URL,
        Column(
            "text_sha256", pl.String(), "Hash of title and body, lower case, white space folded", "9f2c5d0e" * 8, pattern=patterns.SHA256
        ),
        RAW_ID,
    ),
    layer="core",
    day="index_date",
)

DUPLICATES = Table(
    "duplicates",
    "Duplicates",
    "Rows that repeat an accepted article of the same source on the same day.",
    grain="one repeated row",
    key=("raw_id",),
    columns=(RAW_ID, c.INDEX_DATE, c.SOURCE, c.described(c.ARTICLE_ID, "The accepted article that this row repeats")),
    layer="core",
    day="index_date",
)

QUARANTINE = Table(
    "quarantine",
    "Quarantine",
    "Rows set aside, each with the reason. Nothing is lost: the row itself stays in raw_articles under its raw_id.",
    grain="one rejected row",
    key=("raw_id",),
    columns=(
        RAW_ID,
        c.INDEX_DATE,
        Column("source", pl.String(), "Outlet, as far as the row names one", "Meridian Wire", nullable=True, min_length=1, max_length=120),
        Column("reason", pl.String(), words.REJECTION.description, "undated", vocabulary=words.REJECTION),
        Column(
            "detail",
            pl.String(),
            "What was found, in a few words",
            "published_at is 'soon'",
            max_length=300,
            reason="a text that slipped into this column would be published",
        ),
    ),
    layer="core",
    day="index_date",
    published=True,
)

COVERAGE = Table(
    "coverage",
    "Coverage",
    "What was read: the denominator of every rate. A day and source without a row was not read, which is not the same as nothing found.",
    grain="one source and day",
    key=("index_date", "source"),
    columns=(
        c.INDEX_DATE,
        c.described(c.SOURCE, "Name of the outlet; (unknown) when the row named none"),
        replace(
            c.ARTICLE_COUNT,
            description="Rows that came in: accepted + duplicate + quarantined",
            minimum=1,
            at_least=("accepted",),
            reason="a source from which nothing was read has no row; 0 would claim that it was read",
        ),
        Column(
            "accepted",
            pl.Int64(),
            "Rows that became articles",
            11,
            unit="articles",
            minimum=0,
            reason="the accepted articles are the denominator of every rate",
        ),
        Column(
            "duplicate",
            pl.Int64(),
            "Rows that repeated an article",
            1,
            unit="articles",
            minimum=0,
            reason="a negative count would balance rows that were lost",
        ),
        Column(
            "quarantined",
            pl.Int64(),
            "Rows set aside with a reason",
            0,
            unit="articles",
            minimum=0,
            reason="a negative count would balance rows that were lost",
        ),
    ),
    layer="core",
    day="index_date",
    published=True,
)

STORY_LINKS = Table(
    "story_links",
    "Story links",
    "Each article that retells an earlier one, with the earliest it retells. Following the links to their end gives the story.",
    grain="one article that retells another",
    key=("article_id",),
    columns=(
        c.ARTICLE_ID,
        c.INDEX_DATE,
        Column(
            "earlier_article_id",
            pl.String(),
            "The earliest article of the last three days that it retells",
            "Meridian Wire:2025-04-04:0042",
            pattern=patterns.ARTICLE_ID,
        ),
        Column(
            "similarity",
            pl.Float64(),
            "Jaccard similarity of word 5-grams, of the shorter text with the beginning of the longer where that is more; 1 for the same "
            "text or link",
            0.93,
            unit="share",
            minimum=0.55,
            maximum=1,
            reason="below this likeness two articles are two stories",
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
    Column("span_start", pl.Int64(), "First character of the sentence in title, blank line, body", 31, unit="characters", minimum=0),
    Column("span_end", pl.Int64(), "Character after the sentence's last", 87, unit="characters", above=("span_start",)),
    c.QUOTE,
    c.ACTOR,
    c.TARGET,
    replace(c.KIND, words_by=WordsBy("polarity", words.KIND_POLARITY)),
    Column("polarity", pl.String(), words.POLARITY.description, "escalation", vocabulary=words.POLARITY),
    c.STATUS,
    Column("modality", pl.String(), words.MODALITY.description, "asserted", vocabulary=words.MODALITY),
    c.INSTRUMENT,
    Column("is_retaliation", pl.Boolean(), "The text says that it answers the other side's act", True),
    Column("is_conditional", pl.Boolean(), "Tied to a condition in the text", False),
    Column(
        "rate_pct",
        pl.Float64(),
        "Rate that belongs to the act",
        34.0,
        unit="percent",
        nullable=True,
        minimum=0,
        reason="a rate is told as a size; a negative one is a misread hyphen",
    ),
    Column("value_usd", pl.Float64(), "Sum that belongs to the act", None, unit="USD", nullable=True),
    c.PRODUCT,
    Column(
        "probability",
        pl.Float64(),
        "Chance that actor, target and polarity are right",
        0.7,
        unit="probability",
        exclusive_minimum=0,
        maximum=1,
        reason="masses and intervals are products of it; 0 would be a signal that was not found",
    ),
    Column("tier", pl.String(), words.TIER.description, "high", vocabulary=words.TIER),
    Column(
        "readers",
        pl.String(),
        "Which of the independent readers found it",
        "rules+encoder",
        values=("rules", "encoder", "rules+encoder", "llm"),
        reason="the probability was measured for each of these apart",
    ),
    Column("actor_words", pl.String(), "Words of the sentence that name the actor; empty where the article alone tells it", "Beijing"),
    Column("target_words", pl.String(), "Words of the sentence that name the target; empty where the article alone tells it", "US"),
    Column("rule_id", pl.String(), "Rule that fired, or the kind that the encoder gave", "impose.restriction"),
    Column(
        "alternatives", pl.String(), "The encoder's likeliest kinds with its scores; empty where it is silent", "measure 0.81, threat 0.22"
    ),
    Column(
        "extractor",
        pl.String(),
        "Readers that read the article",
        "rules+encoder",
        min_length=1,
        reason="a reader of the table must know what read the article",
    ),
    Column("extractor_version", pl.String(), "Versions of these readers", "0.3.1+1.2.0"),
    Column("lexicon_sha", pl.String(), "Fingerprint of the lexicon it read with", "5b1d7c9a0e3f", pattern=patterns.FINGERPRINT),
)

FINDINGS = Table(
    "findings",
    "Findings",
    "What the reader found in each day's articles, sentence by sentence, before articles are joined into stories.",
    grain="one actor, target, kind and instrument in one sentence",
    key=("signal_id",),
    columns=SIGNAL_COLUMNS,
    layer="core",
    day="index_date",
)

TABLES = (ARTICLES, DUPLICATES, QUARANTINE, COVERAGE, STORY_LINKS, FINDINGS)
