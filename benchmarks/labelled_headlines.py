"""What is labelled in the headlines of a newspaper, against what ours finds; and the index that each of them makes.

    uv run python benchmarks/labelled_headlines.py HOME REFERENCES

HOME: a home of `tension run` on the 17,760 headlines; REFERENCES: the folder or file of reference series. The labels are
`tests/gold/labels-of-headlines.csv`: ids and rows, no text. The models of `sql/` make both indices; only the findings between China and the
United States differ. The figures of docs/methodology.md, section 14.
"""

import argparse
from datetime import date
from pathlib import Path

import polars as pl
from rich.console import Console

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.index.parameters import variables
from pipeline.index.validation.agreement import Inputs, aligned, correlation
from pipeline.index.validation.keywords import KEYWORD_HITS
from pipeline.models.build import build_tables
from pipeline.report.scores import render
from pipeline.settings import Settings
from pipeline.signals.evaluate import as_predictions, evaluate
from pipeline.signals.gold import ROWS_SCHEMA, Gold
from pipeline.sources.references import read_references
from pipeline.warehouse.lake import Lake

LABELS = Path(__file__).parents[1] / "tests" / "gold" / "labels-of-headlines.csv"
PAIR = "CHN-USA"
MONTHS = Days(date(2018, 4, 1), date(2020, 6, 30))
SERIES = ("tension", "tension_unweighted", "tension_words", "tension_actions")

of_the_pair = pl.col("actor").is_in(PAIR.split("-")) & pl.col("target").is_in(PAIR.split("-"))


def labels() -> pl.DataFrame:
    """Rows between the two countries, of both labellings, with their polarity."""
    polarity = pl.col("kind").replace_strict(dict(KIND_POLARITY)).alias("polarity")
    return pl.read_csv(LABELS).filter(of_the_pair).with_columns(polarity)


def as_gold(rows: pl.DataFrame, articles: pl.DataFrame) -> Gold:
    """Labelled rows as gold, each headline a passage and a sentence; what the labels do not say is false, empty or unknown.

    `articles`: rows of ARTICLES, the passages; those without a row were read and carry nothing.
    """
    passages = articles.select(id="article_id", date="index_date", source="source", text="title")
    unsaid = {"is_retaliation": False, "is_conditional": False, "rate_pct": None, "value_usd": None, "product": ""}
    told = rows.rename({"article_id": "id"}).join(passages.select("id", quote="text"), on="id", maintain_order="left")
    told = told.with_columns(
        span_start=0, span_end=pl.col("quote").str.len_chars(), **{name: pl.lit(value) for name, value in unsaid.items()}
    )
    return Gold(passages, told.select(pl.col(name).cast(dtype) for name, dtype in ROWS_SCHEMA.items()))


def merged(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of both labellings; `opt` are those whose act (polarity, modality) one of them lacks, or both call doubtful."""
    act = ("article_id", "actor", "target", "polarity", "modality")
    in_both = pl.col("labelling").n_unique().over(act) > 1
    return rows.with_columns(opt=~in_both | pl.col("opt").all().over(act)).drop("labelling").unique(maintain_order=True)


def as_findings(rows: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Labelled rows as findings that are certain; what the index does not look at (quote, product, reader) is that of the example."""
    of_article = ["article_id", "index_date", "source", "published_at", "url"]
    given = [name for name in rows.columns if name in FINDINGS.schema]
    rest = FINDINGS.example(1).drop(*{*given, *of_article, "signal_id", "probability"})
    told = rows.select(given).join(articles.select(of_article), on="article_id", maintain_order="left").join(rest, how="cross")
    number = pl.int_range(pl.len()).cast(pl.String)
    return told.with_columns(probability=pl.lit(1.0), signal_id=pl.concat_str(pl.lit("label "), number)).select(FINDINGS.schema.names())


def correlations(name: str, tension: pl.DataFrame, references: pl.DataFrame, half_life_days: float) -> dict[str, object]:
    """Pearson of the monthly mean of each column of the index with categorical trade EPU, April 2018 to June 2020."""
    inputs = Inputs(tension, pl.DataFrame(schema=KEYWORD_HITS), references, MONTHS, half_life_days)
    row: dict[str, object] = {"read by": name}
    for column in SERIES:
        months = aligned(inputs, PAIR, "trade_epu", "month", column).drop_nulls(["index", "value"])
        row[column] = float(correlation(months["index"].to_numpy(), months["value"].to_numpy()))
    return row | {"months": months.height}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("references", type=Path)
    given = parser.parse_args()
    lake = Lake(Settings(home=given.home).lake)
    core = {table.name: lake.read(table) for table in (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)}
    findings, articles = core[FINDINGS.name], core[ARTICLES.name]
    published, read = lake.read(TENSION_PAIR_DAILY), lake.span(COVERAGE)
    last, known = published.row(-1, named=True), labels()
    unknown = known.join(articles, on="article_id", how="anti")
    if unknown.height:
        parser.error(f"{unknown.height} labelled headlines are not in {given.home}: this is not a home of the 17,760 headlines")
    settings = variables(
        tuple(published["pair"].unique().sort()), last["half_life_days"], (last["baseline_from"], last["baseline_to"]), read
    )
    series = {"ours": findings}
    others = findings.filter(~of_the_pair)
    for side in ("first", "second"):
        rows = known.filter(pl.col("labelling") == side)
        for name, of_name in ((f"{side} labelling", rows.filter(~pl.col("opt"))), (f"{side} labelling, doubtful rows too", rows)):
            series[name] = pl.concat([others, as_findings(of_name, articles)])
    told = [
        correlations(
            name,
            build_tables(core | {FINDINGS.name: of_name}, [TENSION_PAIR_DAILY], settings)[TENSION_PAIR_DAILY.name],
            read_references(given.references),
            last["half_life_days"],
        )
        for name, of_name in series.items()
    ]
    pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, fmt_str_lengths=60, float_precision=3)
    pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True)
    ours = findings.filter(of_the_pair)
    passages = articles.join(pl.concat([known.select("article_id"), ours.select("article_id")]), on="article_id", how="semi")
    first, second = (as_gold(known.filter(pl.col("labelling") == side), passages) for side in ("first", "second"))
    between = evaluate(first, as_predictions(second)).levels["triple"].f1
    print(f"F1 of the second labelling against the first: {between.value:.3f} [{between.lo95:.2f}, {between.hi95:.2f}]")
    Console().print(render(evaluate(as_gold(merged(known), passages), ours).as_frame()))
    print(pl.DataFrame(told))


if __name__ == "__main__":
    main()
