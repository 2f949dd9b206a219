"""Scores of an extractor as tables for the terminal.

Belongs here: layout of the frames that an evaluation gives. Does not: computing a score (`pipeline/signals/evaluate.py`).
"""

import polars as pl
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

_RATES = ("precision", "recall", "f1")
_TITLES = {
    "level": "By level, with 95 % intervals",
    "polarity": "By polarity (actor, target and polarity right)",
    "kind": "By kind (actor, target and kind right)",
    "source": "By source (actor, target and polarity right)",
}
_NAMES = {"brier": "Brier score", "calibration_error": "expected calibration error", "accuracy": "accuracy"}
_NOTHING = "-"


def render(scores: pl.DataFrame, reliability: pl.DataFrame | None = None) -> Group:
    """All scores of a report one below the other.

    `scores`: one row a score with `part`, `name`, `score`, `value`, `lo95`, `hi95`, `count`; `reliability`: one row a bin of the
    probability with `lo`, `hi`, `count`, `mean_probability`, `share_right`, `lo95`, `hi95`. Shares are printed in percent.
    """
    present = scores["part"].unique().to_list()
    tables = [rates_table(scores.filter(pl.col("part") == part), title) for part, title in _TITLES.items() if part in present]
    single = scores.filter(~pl.col("part").is_in(list(_TITLES)))
    if not single.is_empty():
        tables.append(single_table(single))
    if reliability is not None and not reliability.is_empty():
        tables.append(reliability_table(reliability))
    return Group(*tables)


def rates_table(scores: pl.DataFrame, title: str) -> Table:
    """Precision, recall and F1 beside each other, a line a name in the order of the frame; `asked` counts what recall is over."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("")
    for head in ("precision", "recall", "F1", "asked", "called"):
        table.add_column(head, justify="right", no_wrap=True)
    for name in scores["name"].unique(maintain_order=True):
        of_name = {row["score"]: row for row in scores.filter(pl.col("name") == name).iter_rows(named=True)}
        shares = [_percent(of_name[rate]["value"], of_name[rate]["lo95"], of_name[rate]["hi95"]) for rate in _RATES]
        table.add_row(Text(name), *shares, f"{of_name['recall']['count']:,}", f"{of_name['precision']['count']:,}")
    return table


def single_table(scores: pl.DataFrame) -> Table:
    """Scores that stand alone: accuracies in percent, Brier score and calibration error as they are."""
    table = Table(title="Accuracy on matched rows, and the probability", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("")
    table.add_column("score")
    table.add_column("value", justify="right")
    table.add_column("over", justify="right")
    for row in scores.iter_rows(named=True):
        written = _percent if row["score"] == "accuracy" else _plain
        value = written(row["value"], row["lo95"], row["hi95"])
        table.add_row(row["name"], _NAMES.get(row["score"], row["score"]), value, f"{row['count']:,}")
    return table


def reliability_table(reliability: pl.DataFrame) -> Table:
    """How often predictions of each probability were right; bins without predictions are left out."""
    table = Table(title="Reliability of the probability", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("probability", "mean", "right", "predictions"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in reliability.filter(pl.col("count") > 0).iter_rows(named=True):
        right = _percent(row["share_right"], row["lo95"], row["hi95"])
        table.add_row(f"{row['lo']:.1f} to {row['hi']:.1f}", _percent(row["mean_probability"], None, None), right, f"{row['count']:,}")
    return table


def errors_by_source(errors: pl.DataFrame) -> Table:
    """How many errors of each type each source has, the commonest type first."""
    counts = errors.group_by("error", "source").len()
    sources = sorted(counts["source"].unique())
    table = Table(title="Errors by type and source", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("error", no_wrap=True)
    for source in (*sources, "all"):
        table.add_column(Text(source), justify="right")
    number = {(error, source): count for error, source, count in counts.rows()}
    totals = errors["error"].value_counts().sort("count", "error", descending=[True, False])
    for error, total in totals.rows():
        table.add_row(Text(error), *(f"{number.get((error, source), 0):,}" for source in sources), f"{total:,}")
    return table


def errors_table(errors: pl.DataFrame, limit: int = 50) -> Table:
    """The first `limit` errors: what the sentence says, what was asked for and what was called; the title tells how many there are."""
    table = Table(
        title=f"{min(limit, errors.height):,} of {errors.height:,} errors",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_lines=True,
    )
    for head in ("error", "source", "sentence", "asked", "called"):
        table.add_column(head, overflow="fold")
    for row in errors.head(limit).iter_rows(named=True):
        sides = [_side(row, side) for side in ("gold", "predicted")]
        table.add_row(row["error"], Text(row["source"]), Text(row["quote"]), *sides)
    return table


def _side(row: dict[str, object], side: str) -> Text:
    """`USA>CHN measure (historical)`; a dash where that side has nothing."""
    if row[f"{side}_actor"] is None:
        return Text(_NOTHING)
    modality = row[f"{side}_modality"]
    told = "" if modality == "asserted" else f" ({modality})"
    return Text(f"{row[f'{side}_actor']}>{row[f'{side}_target']} {row[f'{side}_kind']}{told}")


def _percent(value: float | None, lo: float | None, hi: float | None) -> str:
    """`84.7 [77, 92]`: limits in whole percent, which is as fine as some hundred passages tell."""
    if value is None:
        return _NOTHING
    return f"{100 * value:.1f}" + ("" if lo is None or hi is None else f" [{100 * lo:.0f}, {100 * hi:.0f}]")


def _plain(value: float | None, lo: float | None, hi: float | None) -> str:
    if value is None:
        return _NOTHING
    return f"{value:.3f}" + ("" if lo is None or hi is None else f" [{lo:.3f}, {hi:.3f}]")
