"""Labels of texts by annotators, to score readers and compute an index.

Used as a gold standard, labels score readers, which extract acts from texts. Used in place of FINDINGS, the table of what readers
extracted, they give the index of a perfect reader. The texts are real headlines, whose file of labels has ids and codes only, and the
articles of the bundled sample (`SAMPLE_LABELS`).
"""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.days import Days
from pipeline.contracts.scopes import ALL
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.index.parameters import model_variables
from pipeline.models.build import build_tables
from pipeline.signals.gold import ROWS_SCHEMA, Gold, read_gold
from pipeline.validation.studies.agreement import Inputs, align_series, correlation
from pipeline.validation.studies.keywords import KEYWORD_HITS
from pipeline.warehouse.lake import Lake

PAIR = "CHN-USA"
SAMPLE_LABELS = Path(__file__).parents[1] / "sample" / "gold.jsonl"
#: The months that are compared with a reference series; some labelled headlines are older.
MONTHS = Days(date(2018, 4, 1), date(2020, 6, 30))
SERIES = ("tension", "tension_unweighted", "tension_words", "tension_actions")

is_of_pair = pl.col("actor").is_in(PAIR.split("-")) & pl.col("target").is_in(PAIR.split("-"))


def read_labels(path: Path) -> pl.DataFrame:
    """Read the labels of acts between China and the United States.

    `path`: a CSV file. Acts towards others, or towards everybody, are left out. Adds `polarity`, which follows from the kind.
    """
    polarity = pl.col("kind").replace_strict(dict(KIND_POLARITY)).alias("polarity")
    return pl.read_csv(path, glob=False).filter(is_of_pair).with_columns(polarity)


def merge_labellings(rows: pl.DataFrame) -> pl.DataFrame:
    """Merge the labels of two independent labellings.

    An act (article, actor, target, polarity, modality) is doubtful if one labelling lacks it, or if all its rows in both are marked so (a
    mark in one is not enough): it becomes optional (`opt`), and a reader is not scored on it. Returns distinct rows without the column
    `labelling`.
    """
    act = ("article_id", "actor", "target", "polarity", "modality")
    in_both = pl.col("labelling").n_unique().over(act) > 1
    return rows.with_columns(opt=~in_both | pl.col("opt").all().over(act)).drop("labelling").unique(maintain_order=True)


def to_gold(rows: pl.DataFrame, articles: pl.DataFrame) -> Gold:
    """Convert labels to a gold standard, with one passage (text) per headline.

    `articles`: rows of ARTICLES; in one without a label, readers should find no signal. Fields that labels lack are false, empty or
    unknown.
    """
    passages = articles.select(id="article_id", date="index_date", source="source", text="title")
    missing = {"is_retaliation": False, "is_conditional": False, "rate_pct": None, "value_usd": None, "product": ""}
    quoted = rows.rename({"article_id": "id"}).join(passages.select("id", quote="text"), on="id", maintain_order="left")
    quoted = quoted.with_columns(
        span_start=0, span_end=pl.col("quote").str.len_chars(), **{name: pl.lit(value) for name, value in missing.items()}
    )
    return Gold(passages, quoted.select(pl.col(name).cast(dtype) for name, dtype in ROWS_SCHEMA.items()))


def to_findings(rows: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Convert labels to rows of FINDINGS with probability 1.

    `articles`: rows of ARTICLES, which give the day and source. A label towards everybody has the scope `all`; `rate_pct` is null if the
    labels lack it. Columns that the index does not use contain the example values of FINDINGS.
    """
    of_article = ["article_id", "index_date", "source", "published_at", "url"]
    labelled = [name for name in rows.columns if name in FINDINGS.schema]
    rest = (
        FINDINGS.example(1)
        .with_columns(rate_pct=pl.lit(None, dtype=pl.Float64))
        .drop(*{*labelled, *of_article, "signal_id", "probability"})
    )
    findings = rows.select(labelled).join(articles.select(of_article), on="article_id", maintain_order="left").join(rest, how="cross")
    number = pl.int_range(pl.len()).cast(pl.String)
    return findings.with_columns(
        probability=pl.lit(1.0),
        signal_id=pl.concat_str(pl.lit("label "), number),
        scope=pl.when(pl.col("target") == ALL_PARTNERS).then(pl.lit(ALL)),
    ).select(FINDINGS.schema.names())


def build_sample_labels_index(lake: Lake) -> pl.DataFrame:
    """Build the index (TENSION_PAIR_DAILY) from the labels of the sample.

    `lake`: tables of a home that was built from the bundled sample. Its articles, coverage and story links are used, and the pairs and
    the half-life of its index. The labels replace its findings; doubtful ones (`opt`) are left out. The baseline is estimated again, from
    the labels.
    """
    core = {table.name: lake.read(table) for table in (ARTICLES, COVERAGE, STORY_LINKS)}
    articles = core[ARTICLES.name]
    ids = articles.select("article_id", id=pl.col("article_id").str.split(":").list.last())
    labels = read_gold(SAMPLE_LABELS).rows.remove("opt").join(ids, on="id").drop("id")
    published = lake.read(TENSION_PAIR_DAILY)
    pairs = tuple(published["pair"].unique().sort())
    parameters = model_variables(pairs, published["half_life_days"][0], None, lake.span(COVERAGE))
    tables = core | {FINDINGS.name: to_findings(labels, articles)}
    return build_tables(tables, [TENSION_PAIR_DAILY], parameters)[TENSION_PAIR_DAILY.name]


def correlate_with_trade_epu(tension: pl.DataFrame, references: pl.DataFrame, half_life_days: float) -> dict[str, float]:
    """Correlate monthly means of PAIR's index with trade EPU over MONTHS.

    `tension`: rows of TENSION_PAIR_DAILY; `references`: REFERENCES with the uncertainty index trade EPU; `half_life_days`: that of the
    index, which does not change the result. Returns Pearson's correlation of each of SERIES, and `months`, the number of months with both
    values.
    """
    inputs = Inputs(tension, pl.DataFrame(schema=KEYWORD_HITS), references, MONTHS, half_life_days)
    row: dict[str, float] = {}
    for column in SERIES:
        months = align_series(inputs, PAIR, "trade_epu", "month", column).drop_nulls(["index", "value"])
        row[column] = float(correlation(months["index"].to_numpy(), months["value"].to_numpy()))
    return row | {"months": months.height}
