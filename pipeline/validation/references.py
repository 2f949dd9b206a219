"""Indices by others in their publishers' formats: TPU, categorical EPU, GPR.

These are trade policy uncertainty, economic policy uncertainty and geopolitical risk. A format is recognized by its header line.
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
_KNOWN_FORMATS = "day,month,year,daily_tpu_index (TPU); Date,…,Trade policy (categorical EPU); DAY,…,GPRD (GPR)"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))", re.ASCII)

Row = Mapping[str, str | None]
Values = Iterator[tuple[str, str, date, float | None]]  # columns of REFERENCES; the value is None where the cell is blank


def read_references(path: Path) -> pl.DataFrame:
    """Read the reference series of a CSV file or folder.

    Returns REFERENCES, sorted by series and day, without rows that lack a value. A folder is read without its subfolders. Raises
    `SourceError` for a path that cannot be read or has no CSV file, an unknown format, an unreadable line, a file without values, or a
    second value of a series for the same day (of one or two files).
    """
    try:
        files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not files:
        raise SourceError(f"{path} contains no .csv file. Give a folder or a file of reference series: {_KNOWN_FORMATS}")
    frames = [_read_file(file) for file in files]
    series = pl.concat(frames).sort("reference", "period_date")
    repeated = series.filter(pl.struct("reference", "period_date").is_duplicated())
    if not repeated.is_empty():
        name, _, day, _ = repeated.row(0)
        raise SourceError(f"{path}: the series {name} has two values for {day}. Keep one row for each day, and one file for each series")
    return series


def _read_file(path: Path) -> pl.DataFrame:
    """Read a CSV file in a known format as REFERENCES.

    Rows stay in the order of the file; those without a value are left out. `SourceError` as in `read_references`.
    """
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            # The keys of rows are these names, without spaces around them.
            reader.fieldnames = [(name or "").strip() for name in reader.fieldnames or ()]
            parse = _choose_parser(reader.fieldnames, path)
            rows: list[tuple[str, str, date, float]] = []
            for row in reader:
                line = reader.line_num
                rows += [value for value in parse(row) if value[3] is not None]  # type: ignore[misc]  # rows without a value are dropped
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error}). Check the path") from error
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(
            f"{path}, line {line}: cannot be read as a reference series ({error}). Fix the line or download the file again"
        ) from error
    if not rows:
        raise SourceError(f"{path}: has a header but no values. Download the file again")
    return pl.DataFrame(rows, schema=REFERENCES, orient="row")


def _choose_parser(columns: Sequence[str], path: Path) -> Callable[[Row], Values]:
    """Return the function that parses rows of a reference file.

    The header decides which index it is; `SourceError` if it is none of the known ones.
    """
    if {"day", "month", "year", "daily_tpu_index"} <= set(columns):
        return _parse_tpu
    if {"DAY", "GPRD"} <= set(columns):
        return _parse_gpr
    # The categorical EPU numbers some names of columns: "8. Trade policy".
    trade = [name for name in columns if name.lower().endswith("trade policy")]
    if "Date" in columns and trade:
        general = [name for name in columns if name.lower().endswith("economic policy uncertainty")]
        return lambda row: _parse_categorical(row, trade[0], general[0] if general else None)
    header = ", ".join(columns)[:200] or "empty"
    raise SourceError(f"{path}: its header ({header}) matches no known reference series. Known: {_KNOWN_FORMATS}")


def _parse_tpu(row: Row) -> Values:
    """Parse a day of trade policy uncertainty.

    The value is None if blank. `ValueError` if the value or the day cannot be read, also if the day is blank.
    """
    yield "tpu", "day", date(*(int(row[part] or "") for part in ("year", "month", "day"))), _parse_number(row["daily_tpu_index"])


def _parse_gpr(row: Row) -> Values:
    """Parse a day of geopolitical risk; nothing if the day is blank.

    The value is None if blank. `ValueError` if the value or the day cannot be read.
    """
    text = (row["DAY"] or "").strip()
    if text:  # the file ends with rows of notes
        yield "gpr", "day", datetime.strptime(text, "%Y%m%d").date(), _parse_number(row["GPRD"])  # noqa: DTZ007 - a day, no instant


def _parse_categorical(row: Row, trade: str, general: str | None) -> Values:
    """Parse a month of economic policy uncertainty: trade and all policy.

    `trade`, `general`: names of the two columns; without `general` (None) only that of trade is read. The day is the first of the month,
    the value None if blank. `ValueError` if the date or a number cannot be read.
    """
    day = date.fromisoformat((row["Date"] or "").strip()).replace(day=1)
    yield "trade_epu", "month", day, _parse_number(row[trade])
    if general:
        yield "epu", "month", day, _parse_number(row[general])


def _parse_number(text: str | None) -> float | None:
    """Parse a number with optional thousands separators; None if blank.

    `ValueError` for anything else, also NaN and infinity.
    """
    if text is None or not text.strip():
        return None
    value = float(_THOUSANDS.sub("", text))
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a number")
    return value
