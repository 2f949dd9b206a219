"""Headlines labelled by hand: as gold for the reader's scores, and as findings from which an index is built.

Belongs here: turning rows of labels into gold and findings, and comparing an index with trade EPU. Does not: the labels (they hold ids
and codes but no text), or reading the headlines.
"""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import FINDINGS
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.gold import ROWS_SCHEMA, Gold
from pipeline.validation.studies.agreement import Inputs, aligned, correlation
from pipeline.validation.studies.keywords import KEYWORD_HITS

PAIR = "CHN-USA"
#: The months in which every labelled headline lies.
MONTHS = Days(date(2018, 4, 1), date(2020, 6, 30))
SERIES = ("tension", "tension_unweighted", "tension_words", "tension_actions")

is_of_pair = pl.col("actor").is_in(PAIR.split("-")) & pl.col("target").is_in(PAIR.split("-"))


def read_labels(path: Path) -> pl.DataFrame:
    """Read the rows between the two countries of both labellings, with their polarity."""
    polarity = pl.col("kind").replace_strict(dict(KIND_POLARITY)).alias("polarity")
    return pl.read_csv(path).filter(is_of_pair).with_columns(polarity)


def merge_labellings(rows: pl.DataFrame) -> pl.DataFrame:
    """Merge both labellings; `opt` marks an act (polarity, modality) that one of them lacks or both call doubtful."""
    act = ("article_id", "actor", "target", "polarity", "modality")
    in_both = pl.col("labelling").n_unique().over(act) > 1
    return rows.with_columns(opt=~in_both | pl.col("opt").all().over(act)).drop("labelling").unique(maintain_order=True)


def to_gold(rows: pl.DataFrame, articles: pl.DataFrame) -> Gold:
    """Turn labelled rows into gold, where each headline is a passage of one sentence.

    `articles` are rows of ARTICLES; those without a labelled row were read and carry nothing. What labels do not say is false, empty or
    unknown.
    """
    passages = articles.select(id="article_id", date="index_date", source="source", text="title")
    unsaid = {"is_retaliation": False, "is_conditional": False, "rate_pct": None, "value_usd": None, "product": ""}
    quoted = rows.rename({"article_id": "id"}).join(passages.select("id", quote="text"), on="id", maintain_order="left")
    quoted = quoted.with_columns(
        span_start=0, span_end=pl.col("quote").str.len_chars(), **{name: pl.lit(value) for name, value in unsaid.items()}
    )
    return Gold(passages, quoted.select(pl.col(name).cast(dtype) for name, dtype in ROWS_SCHEMA.items()))


def to_findings(rows: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Turn labelled rows into findings of probability 1; columns that the index does not use hold the example of FINDINGS."""
    of_article = ["article_id", "index_date", "source", "published_at", "url"]
    labelled = [name for name in rows.columns if name in FINDINGS.schema]
    rest = FINDINGS.example(1).drop(*{*labelled, *of_article, "signal_id", "probability"})
    found = rows.select(labelled).join(articles.select(of_article), on="article_id", maintain_order="left").join(rest, how="cross")
    number = pl.int_range(pl.len()).cast(pl.String)
    return found.with_columns(probability=pl.lit(1.0), signal_id=pl.concat_str(pl.lit("label "), number)).select(FINDINGS.schema.names())


def correlate_with_trade_epu(tension: pl.DataFrame, references: pl.DataFrame, half_life_days: float) -> dict[str, float]:
    """Correlate the monthly mean of each series of an index with categorical trade EPU over MONTHS; `months` counts them."""
    inputs = Inputs(tension, pl.DataFrame(schema=KEYWORD_HITS), references, MONTHS, half_life_days)
    row: dict[str, float] = {}
    for column in SERIES:
        months = aligned(inputs, PAIR, "trade_epu", "month", column).drop_nulls(["index", "value"])
        row[column] = float(correlation(months["index"].to_numpy(), months["value"].to_numpy()))
    return row | {"months": months.height}
