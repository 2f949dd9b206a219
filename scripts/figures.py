"""Figures of documents that are computed from the files in `examples/`; `documents.py` puts them into their documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.tables.index import PAIR_OF_SIDES
from pipeline.index.phases import NO_DATA
from pipeline.validation.contract import VALIDATION
from pipeline.validation.events import read_events
from pipeline.validation.independent_acts import read_independent_acts
from pipeline.validation.studies import independent_study
from scripts.tables import ROOT, render_table

EXAMPLES = ROOT / "examples"  # written by examples.py
GUARDIAN = EXAMPLES / "guardian-2018-2020"


def read_figures(path: Path) -> pl.DataFrame:
    """Read a `validation.csv` as rows of VALIDATION; empty texts stay empty."""
    return pl.read_csv(path, schema=VALIDATION.schema).with_columns(pl.col(pl.String).fill_null(""))


def read_guardian_days() -> pl.DataFrame:
    """Read the values of the Guardian's pairs, a row for each pair and day."""
    return pl.read_parquet(GUARDIAN / "tension_pair_daily.parquet")


def format_number(value: float, digits: int = 2) -> str:
    """Format a number as documents do: `.05`, `1.6`, with a minus sign."""
    text = f"{abs(value):.{digits}f}".removeprefix("0")
    return f"\N{MINUS SIGN}{text}" if value < 0 else text


def format_interval(row: Mapping[str, Any]) -> str:
    """Format value and 95 % interval of a row of VALIDATION: `.41 [.10, .81]`."""
    value, low, high = (format_number(row[name]) for name in ("value", "lo95", "hi95"))
    return f"{value} [{low}, {high}]"


def render_hits(part: str, folder: Path = EXAMPLES) -> str:
    """Render the hit rates of each example: of all acts, and by polarity.

    A hit is an act with much evidence on the days around it (`pipeline/validation/studies`). `part` is the study: `independent` (acts that
    others chose) or `events` (the project's own list). `folder` has a subfolder with a `validation.csv` for each example; without any, a
    sentence says so instead of the table.
    """
    lines = []
    for path in sorted(folder.glob("*/validation.csv")):
        figures = read_figures(path).filter(part=part, pair="")
        for grouping in ("", "escalation", "concession"):
            of_group = figures.filter(grouping=grouping)
            line = _render_hits_line(of_group, _HITS[part])
            if line:
                lines.append((path.parent.name, grouping or "all", *line))
    if not lines:
        return "*Not measured yet: run `python -m scripts.examples`.*"
    heads = ("news", "acts", "number", "index", "chance", "keywords", "chance", "same false alarms", "right sign")
    return render_table(heads if part == independent_study.PART else heads[:7], lines)


#: Name of the hit rate in each study.
_HITS = {independent_study.PART: independent_study.HIT_RATE, "events": "hit rate within 1 day"}


def _render_hits_line(figures: pl.DataFrame, statistic: str) -> tuple[str, ...]:
    """Render the cells of one line: hit rates of index and keywords.

    They are the number of acts, then rate and chance (the rate on random days) of the index and of the keyword rule
    (`pipeline/validation/studies/keywords.py`). For the independent study they are also the rule's rate with as many false alarms as the
    index, and how often the index shows the right sign. Empty if the index was not measured.
    """
    rows = {row["measured"]: row for row in figures.filter(pl.col("statistic") == statistic).iter_rows(named=True)}
    if "index" not in rows:
        return ()
    index, keyword = rows["index"], rows["keyword"]
    cells = [str(index["count"]), *(text for row in (index, keyword) for text in (_render_rate(row), _render_chance(row)))]
    if figures["part"][0] == independent_study.PART:
        signs = figures.filter(statistic=independent_study.RIGHT_SIGN).to_dicts()
        cells += [_render_rate(rows[independent_study.MATCHED]), *(f"{_render_rate(row)} of {row['count']}" for row in signs)]
        cells += [""] * (not signs)
    return tuple(cell.replace("%", " %") for cell in cells)


def _render_chance(row: Mapping[str, Any]) -> str:
    return "" if row["chance"] is None else f"{row['chance']:.0%}"  # there is no chance without placebo dates


def _render_rate(row: Mapping[str, Any]) -> str:
    interval = "" if row["lo95"] is None else f" [{100 * row['lo95']:.0f}, {100 * row['hi95']:.0f}]"
    return f"{row['value']:.0%}{interval}"


def render_agreement() -> str:
    """Render how tension of CHN-USA follows other indices by month.

    Correlations are those of levels, of tension and of the keyword index (`pipeline/validation/studies`), and those of tension's changes.
    """
    figures = read_figures(GUARDIAN / "validation.csv").filter(part="agreement", pair="CHN-USA")
    lines = []
    for reference, name in (("trade_epu", "trade EPU"), ("tpu", "TPU"), ("gpr", "GPR")):
        rows = {(row["statistic"], row["measured"]): row for row in figures.filter(reference=reference).iter_rows(named=True)}
        level, change = (rows[f"Pearson, {what} by month", "index"] for what in ("level", "change"))
        keyword = format_number(rows["Pearson, level by month", "keyword"]["value"])
        lines.append((name, str(level["count"]), format_interval(level), keyword, str(change["count"]), format_interval(change)))
    return render_table(("other index", "months", "tension", "keyword index", "changes", "change of tension"), lines)


def render_phases() -> str:
    """Render how often a day's phase in the Guardian has a dated act.

    A day is right if an act of the phase's sign between the two countries is dated at most 14 days before or 3 days after it. Chance is the
    share of such days among all days with a value.
    """
    days = read_guardian_days().filter(pl.col("phase") != NO_DATA)
    is_odd = pl.col("index_date").dt.epoch("d") // 7 % 2 == 1
    lists = (read_events().rename({"event_date": "act_date"}), read_independent_acts())
    lines = []
    for phase, polarity in (("escalation", "escalation"), ("de-escalation", "concession")):
        for weeks, in_weeks in (("odd", is_odd), ("even", ~is_odd)):
            of_phase, all_days = days.filter(in_weeks, phase=phase), days.filter(in_weeks)
            rates = (f"{_share_right(of_phase, acts, polarity)} ({_share_right(all_days, acts, polarity)})" for acts in lists)
            lines.append((phase, weeks, str(of_phase.height), *rates))
    heads = ("phase", "weeks", "days", "right by our list of acts (by chance)", "right by the fewer acts of Wikipedia (by chance)")
    return render_table(heads, lines)


def _share_right(days: pl.DataFrame, acts: pl.DataFrame, polarity: str) -> str:
    dates = acts.filter(polarity=polarity).select("act_date", pair=PAIR_OF_SIDES)
    days_to_act = (pl.col("act_date") - pl.col("index_date")).dt.total_days()
    right = days.select("index_date", "pair").join(dates, on="pair").filter(days_to_act.is_between(-14, 3)).drop("act_date").unique()
    return f"{right.height / days.height:.0%}".replace("%", " %")
