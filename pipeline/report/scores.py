"""Scores of an extractor as tables for the terminal.

Belongs here: layout. Does not: computing scores (`pipeline/signals/evaluate.py`).
"""

import polars as pl
from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipeline.report.tables import add_columns, add_label_column, new_table

_RATES = ("precision", "recall", "f1")
_TITLES = {
    "level": "By level, with 95 % intervals",
    "polarity": "By polarity (actor, target and polarity right)",
    "kind": "By kind (actor, target and kind right)",
    "source": "By source (actor, target and polarity right)",
}
#: Parts of the scores that are shares: title of their table, head of the column of names, head of the column of shares.
_SHARES = {
    "tier": ("By tier (actor, target and polarity right)", "tier", "share right"),
    "mass": ("By mass in the index: severity x probability (actor, target and polarity right)", "channel", "share of mass right"),
}
_NAMES = {"brier": "Brier score", "calibration_error": "expected calibration error", "accuracy": "accuracy"}
_NO_VALUE = "-"


def render_scores(scores: pl.DataFrame, reliability: pl.DataFrame | None = None) -> Group:
    """Lay out all scores, one table below the other.

    `scores`: one row for each score with `part`, `name`, `score`, `value`, `lo95`, `hi95`, `count`; `reliability`: one row for each bin
    of the probability with `lo`, `hi`, `count`, `mean_probability`, `share_right`, `lo95`, `hi95`. Shares are printed in percent.
    """
    present = scores["part"].unique().to_list()
    tables = [rates_table(scores.filter(pl.col("part") == part), title) for part, title in _TITLES.items() if part in present]
    for part, (title, name, share) in _SHARES.items():
        if part in present:
            tables.append(shares_table(scores.filter(pl.col("part") == part), title, name, share))
    single = scores.filter(~pl.col("part").is_in([*_TITLES, *_SHARES]))
    if not single.is_empty():
        tables.append(single_scores_table(single))
    if reliability is not None and not reliability.is_empty():
        tables.append(reliability_table(reliability))
    return Group(*tables)


def rates_table(scores: pl.DataFrame, title: str) -> Table:
    """Return a table of precision, recall and F1 by name.

    The columns `gold` (labelled rows) and `predicted` have the numbers of rows that recall and precision are shares of.
    """
    table = new_table(title)
    add_label_column(table, "", scores["name"])
    add_columns(table, "precision", "recall", "F1", "gold", "predicted")
    for name in scores["name"].unique(maintain_order=True):
        by_score = {row["score"]: row for row in scores.filter(pl.col("name") == name).iter_rows(named=True)}
        shares = [_format_percent(by_score[rate]["value"], by_score[rate]["lo95"], by_score[rate]["hi95"]) for rate in _RATES]
        table.add_row(Text(name), *shares, f"{by_score['recall']['count']:,}", f"{by_score['precision']['count']:,}")
    return table


def shares_table(scores: pl.DataFrame, title: str, name: str, share: str) -> Table:
    """Return a table of the share that is right, by group.

    A group is a tier of confidence (share of its findings) or a channel such as escalation (share of its mass, the weight in the index).
    `name` and `share`: headings of the columns with the group and its share. `scores`: one row for each group.
    """
    table = new_table(title)
    add_columns(table, name, justify="left")
    add_columns(table, "findings", share)
    for row in scores.iter_rows(named=True):
        table.add_row(row["name"], f"{row['count']:,}", _format_percent(row["value"], row["lo95"], row["hi95"]))
    return table


def single_scores_table(scores: pl.DataFrame) -> Table:
    """Return a table of scores that are single numbers.

    Accuracies are in percent; Brier score and calibration error are numbers.
    """
    table = new_table("Accuracy on matched rows, and the probability")
    add_label_column(table, "", scores["name"])
    add_label_column(table, "score", (_NAMES.get(score, score) for score in scores["score"]))
    table.add_column("value", justify="right")
    table.add_column("over", justify="right")
    for row in scores.iter_rows(named=True):
        format_value = _format_percent if row["score"] == "accuracy" else _format_number
        value = format_value(row["value"], row["lo95"], row["hi95"])
        table.add_row(row["name"], _NAMES.get(row["score"], row["score"]), value, f"{row['count']:,}")
    return table


def reliability_table(reliability: pl.DataFrame) -> Table:
    """Return a table of how often predictions are right, by probability.

    Bins without predictions are left out.
    """
    table = new_table("Reliability of the probability")
    add_columns(table, "probability", "mean", "right", "predictions")
    for row in reliability.filter(pl.col("count") > 0).iter_rows(named=True):
        right = _format_percent(row["share_right"], row["lo95"], row["hi95"])
        table.add_row(
            f"{row['lo']:.1f} to {row['hi']:.1f}", _format_percent(row["mean_probability"], None, None), right, f"{row['count']:,}"
        )
    return table


def errors_by_source(errors: pl.DataFrame) -> Table:
    """Return a table of error counts by type and source.

    It has a row for each type, the commonest first, a column for each source, and one for all sources.
    """
    counts = errors.group_by("error", "source").len()
    sources = sorted(counts["source"].unique())
    table = new_table("Errors by type and source")
    add_columns(table, "error", justify="left")
    for source in (*sources, "all"):
        table.add_column(Text(source), justify="right", overflow="fold")
    by_error = {(error, source): count for error, source, count in counts.rows()}
    totals = errors["error"].value_counts().sort("count", "error", descending=[True, False])
    for error, total in totals.rows():
        table.add_row(Text(error), *(f"{by_error.get((error, source), 0):,}" for source in sources), f"{total:,}")
    return table


def errors_table(errors: pl.DataFrame, limit: int = 50) -> Table:
    """Return a table of the first `limit` errors.

    Its title says how many there are in all.
    """
    table = new_table(f"{min(limit, errors.height):,} of {errors.height:,} errors", show_lines=True)
    for head in ("error", "source", "sentence", "gold", "predicted"):
        table.add_column(head, overflow="fold")
    for row in errors.head(limit).iter_rows(named=True):
        sides = [_format_side(row, side) for side in ("gold", "predicted")]
        table.add_row(row["error"], Text(row["source"]), Text(row["quote"]), *sides)
    return table


def _format_side(row: dict[str, object], side: str) -> Text:
    """Describe the gold (labelled) or predicted side of an error.

    For example `USA>CHN measure (historical)`; the modality is shown unless it is `asserted`. A dash if that side has no signal. `side`:
    `gold` or `predicted`.
    """
    if row[f"{side}_actor"] is None:
        return Text(_NO_VALUE)
    modality = row[f"{side}_modality"]
    suffix = "" if modality == "asserted" else f" ({modality})"
    return Text(f"{row[f'{side}_actor']}>{row[f'{side}_target']} {row[f'{side}_kind']}{suffix}")


def _format_percent(value: float | None, lo: float | None, hi: float | None) -> str:
    """Format a share with its interval, such as `84.7 [77, 92]`.

    The text is a dash if `value` is None, and has no interval if a bound is None. Bounds are in whole percent: a few hundred labelled
    passages allow no more precision.
    """
    if value is None:
        return _NO_VALUE
    return f"{100 * value:.1f}" + ("" if lo is None or hi is None else f" [{100 * lo:.0f}, {100 * hi:.0f}]")


def _format_number(value: float | None, lo: float | None, hi: float | None) -> str:
    if value is None:
        return _NO_VALUE
    return f"{value:.3f}" + ("" if lo is None or hi is None else f" [{lo:.3f}, {hi:.3f}]")
