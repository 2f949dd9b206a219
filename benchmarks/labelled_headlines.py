"""Compare findings with labels of newspaper headlines, and the indices from both.

    uv run python benchmarks/labelled_headlines.py HOME REFERENCES

HOME: the folder of a `tension run` on the 17,760 headlines of the Guardian (`examples/README.md`); REFERENCES: a file or folder of indices
by others. The labels are `tests/gold/labels-of-headlines.csv` (ids and codes, no text). In the indices that ours is compared with, they
replace our findings between China and the United States; all else is equal. Repeats the figures in the section on validation of
docs/methodology.md.
"""

import argparse
from pathlib import Path

import polars as pl
from rich.console import Console

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.index.parameters import model_variables
from pipeline.index.phases import NO_DATA
from pipeline.models.build import build_tables
from pipeline.report.scores import render_scores
from pipeline.settings import Settings
from pipeline.signals.evaluate import evaluate, to_predictions
from pipeline.validation.labels import PAIR, correlate_with_trade_epu, is_of_pair, merge_labellings, read_labels, to_findings, to_gold
from pipeline.validation.references import read_references
from pipeline.warehouse.lake import Lake

LABELS = Path(__file__).parents[1] / "tests" / "gold" / "labels-of-headlines.csv"


def compare_days(index: pl.DataFrame, other: pl.DataFrame) -> dict[str, float]:
    """Correlate daily values of PAIR in two indices, and compare phases.

    `index`, `other`: rows of TENSION_PAIR_DAILY. The result has for each channel (tension, concession, dialogue) the correlation, and the
    number of days on which both have a value. `same_phase` is the share of days with the same phase, among days with data in either.
    """
    days = index.filter(pair=PAIR).join(other.filter(pair=PAIR), on="index_date", suffix="_other")
    row: dict[str, float] = {}
    for channel in ("tension", "concession", "dialogue"):
        both = days.drop_nulls([channel, f"{channel}_other"])
        row |= {channel: both.select(pl.corr(channel, f"{channel}_other")).item(), f"{channel}_days": both.height}
    read = days.filter((pl.col("phase") != NO_DATA) | (pl.col("phase_other") != NO_DATA))
    return row | {"same_phase": read.select((pl.col("phase") == pl.col("phase_other")).mean()).item()}


def main() -> None:
    """Print scores and correlations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("references", type=Path)
    options = parser.parse_args()
    lake = Lake(Settings(home=options.home).lake)
    core = {table.name: lake.read(table) for table in (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)}
    findings, articles = core[FINDINGS.name], core[ARTICLES.name]
    published, days_read = lake.read(TENSION_PAIR_DAILY), lake.span(COVERAGE)
    last, labels = published.row(-1, named=True), read_labels(LABELS)
    missing = labels.join(articles, on="article_id", how="anti")
    if missing.height:
        parser.error(f"{missing.height} labelled headlines are not in {options.home}; give a home of the 17,760 headlines")
    parameters = model_variables(
        tuple(published["pair"].unique().sort()), last["half_life_days"], (last["baseline_from"], last["baseline_to"]), days_read
    )
    series = {"ours": findings}
    others = findings.filter(~is_of_pair)
    for side in ("first", "second"):
        rows = labels.filter(pl.col("labelling") == side)
        for name, labelled in ((f"{side} labelling", rows.filter(~pl.col("opt"))), (f"{side} labelling, doubtful rows too", rows)):
            series[name] = pl.concat([others, to_findings(labelled, articles)])
    indices = {
        name: build_tables(core | {FINDINGS.name: own_findings}, [TENSION_PAIR_DAILY], parameters)[TENSION_PAIR_DAILY.name]
        for name, own_findings in series.items()
    }
    references = read_references(options.references)
    correlations = [
        {"findings": name} | correlate_with_trade_epu(index, references, last["half_life_days"]) for name, index in indices.items()
    ]
    pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, fmt_str_lengths=60, float_precision=3)
    pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True)
    ours = findings.filter(is_of_pair)
    passages = articles.join(pl.concat([labels.select("article_id"), ours.select("article_id")]), on="article_id", how="semi")
    first, second = (to_gold(labels.filter(pl.col("labelling") == side), passages) for side in ("first", "second"))
    agreement = evaluate(first, to_predictions(second)).levels["triple"].f1
    print(f"F1 of the second labelling against the first: {agreement.value:.3f} [{agreement.lo95:.2f}, {agreement.hi95:.2f}]")
    Console().print(render_scores(evaluate(to_gold(merge_labellings(labels), passages), ours).to_frame()))
    print(pl.DataFrame(correlations))
    print(pl.DataFrame([{"findings": name} | compare_days(index, indices["first labelling"]) for name, index in indices.items()]))


if __name__ == "__main__":
    main()
