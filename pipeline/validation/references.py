"""Reference series that the index is held against, as their makers publish them: daily TPU, categorical EPU by month, daily GPR.

Belongs here: telling the formats apart by their first line and typing what they hold. Does not: comparing (`pipeline/validation`).
"""

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from pipeline.sources.errors import SourceError

REFERENCES = pl.Schema({"reference": pl.String(), "frequency": pl.String(), "period_date": pl.Date(), "value": pl.Float64()})
NAMES = {
    "trade_epu": "categorical EPU, trade policy (by month)",
    "tpu": "trade policy uncertainty (by day)",
    "epu": "categorical EPU, all policy (by month)",
    "gpr": "geopolitical risk (by day)",
}
_WANTED = "day,month,year,daily_tpu_index (TPU); Date,…,Trade policy (categorical EPU); DAY,…,GPRD (GPR)"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))", re.ASCII)

Row = Mapping[str, str | None]
Found = Iterator[tuple[str, str, date, float | None]]


def read_references(path: Path) -> pl.DataFrame:
    """All reference series of a file, or of the CSV files of a folder: REFERENCES, sorted, without the rows that hold no figure.

    `SourceError` names a file that is of none of the known formats, the line that cannot be read, or a series that stands in two files.
    """
    try:
        files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not files:
        raise SourceError(f"{path} holds no .csv file. Give a folder or a file of reference series: {_WANTED}")
    frames = [_read(file) for file in files]
    whole = pl.concat(frames).sort("reference", "period_date")
    twice = whole.filter(pl.struct("reference", "period_date").is_duplicated())
    if not twice.is_empty():
        name, _, day, _ = twice.row(0)
        raise SourceError(f"{path}: the series {name} has two values for {day}. Keep one row for each day, and one file for each series")
    return whole


def _read(path: Path) -> pl.DataFrame:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = [name.strip() for name in reader.fieldnames or () if name is not None]
            parse = _format(columns, path)
            rows: list[tuple[str, str, date, float]] = []
            for row in reader:
                line = reader.line_num
                rows += [found for found in parse(row) if found[3] is not None]  # type: ignore[misc]  # those without a figure are left out
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error}). Put the file there or name another path") from error
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(
            f"{path}, line {line}: cannot be read as a reference series ({error}). Mend the line or fetch the file again"
        ) from error
    if not rows:
        raise SourceError(f"{path}: holds a first line and no figure. Fetch the file again")
    return pl.DataFrame(rows, schema=REFERENCES, orient="row")


def _format(columns: Sequence[str], path: Path) -> Callable[[Row], Found]:
    if {"day", "month", "year", "daily_tpu_index"} <= set(columns):
        return _tpu
    if {"DAY", "GPRD"} <= set(columns):
        return _gpr
    trade = [name for name in columns if name.lower().endswith("trade policy")]
    if "Date" in columns and trade:
        general = [name for name in columns if name.lower().endswith("economic policy uncertainty")]
        return lambda row: _categorical(row, trade[0], general[0] if general else None)
    found = ", ".join(columns)[:200] or "nothing"
    raise SourceError(f"{path}: its first line ({found}) is of no known reference series. Known: {_WANTED}")


def _tpu(row: Row) -> Found:
    yield "tpu", "day", date(*(int(row[part] or "") for part in ("year", "month", "day"))), _number(row["daily_tpu_index"])


def _gpr(row: Row) -> Found:
    text = (row["DAY"] or "").strip()
    if text:  # the file ends with rows that only explain
        yield "gpr", "day", datetime.strptime(text, "%Y%m%d").date(), _number(row["GPRD"])  # noqa: DTZ007 - a day, no instant


def _categorical(row: Row, trade: str, general: str | None) -> Found:
    day = date.fromisoformat((row["Date"] or "").strip()).replace(day=1)
    yield "trade_epu", "month", day, _number(row[trade])
    if general:
        yield "epu", "month", day, _number(row[general])


def _number(text: str | None) -> float | None:
    """The figure, which may have commas between thousands; None where there is none."""
    if text is None or not text.strip():
        return None
    value = float(_THOUSANDS.sub("", text))
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is no number")
    return value
