"""Reads the user's CSV files of trade figures.

These are monthly flows, dated tariff rates and purchase commitments. Lists of rates by tariff line are in `tariffs.py`; months, changes and
release days are computed in `sql/trade`.
"""

import csv
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.raw import RAW_COMMITMENTS, RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.sources.errors import SourceError
from pipeline.sources.headers import reject_repeated_columns

FLOWS_FILE = "flows.csv"
TARIFFS_FILE = "tariffs.csv"
COMMITMENTS_FILE = "commitments.csv"

# Columns that may be absent or empty, with the value used then.
_ALL_GOODS = {"product": ""}
_FLOWS_OPTIONAL: Mapping[str, Any] = _ALL_GOODS | {
    "duties_usd": None,
    "consumption_usd": None,
    "released_on": None,
    "seen_on": "",
    "absent_on": None,
    "origin": "",
}
_COMMITMENTS_OPTIONAL: Mapping[str, Any] = _ALL_GOODS | {"baseline_year": None}

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?", re.ASCII)


def read_flows(folder: Path) -> pl.DataFrame:
    """Read monthly goods trade in USD from `flows.csv`.

    The result is of `RAW_TRADE_FLOWS`, which describes its columns; `origin` is always `file`. `SourceError`, with file and line (if any),
    if the file is missing or invalid; but texts, such as countries and months, may be anything but empty. The columns `product` (empty: all
    goods), `duties_usd`, `consumption_usd`, `released_on`, `seen_on` and `absent_on` may be absent or empty. A revised month may have
    several rows, each with the day (`seen_on`) from which its value is known (empty: the first value).
    """
    rows = _read_table(folder / FLOWS_FILE, RAW_TRADE_FLOWS, _FLOWS_OPTIONAL)
    return RAW_TRADE_FLOWS.conform(rows.with_columns(origin=pl.lit("file")))


def read_tariffs(folder: Path) -> pl.DataFrame:
    """Read dated average tariff rates in percent from `tariffs.csv`, if any.

    The result is of `RAW_TARIFFS`, without rows if there is no such file: lists by tariff line can take its place. All columns are
    required, without empty cells. `SourceError`, with file and line (if any), if the file is invalid; but texts, such as days, are not
    checked here, only numbers.
    """
    path = folder / TARIFFS_FILE
    return _read_table(path, RAW_TARIFFS, {}) if path.exists() else RAW_TARIFFS.empty()


def read_commitments(folder: Path) -> pl.DataFrame:
    """Read purchase commitments from `commitments.csv`, if there is one.

    The result is of `RAW_COMMITMENTS`, without rows if there is no such file. The columns `product` (empty: all goods) and `baseline_year`
    may be absent or empty. `SourceError`, with file and line (if any), if the file is invalid.
    """
    path = folder / COMMITMENTS_FILE
    return _read_table(path, RAW_COMMITMENTS, _COMMITMENTS_OPTIONAL) if path.exists() else RAW_COMMITMENTS.empty()


def _read_table(path: Path, table: Table, optional: Mapping[str, Any]) -> pl.DataFrame:
    """Read a CSV file as a table; other columns are ignored.

    `optional` maps the columns that may be absent or empty to the value used then. `SourceError`, with file and line (if any), if the file
    is missing or not CSV in UTF-8, a required column is missing, a column that is read is repeated, a required cell is empty, a cell of a
    column of numbers is no number, or a row has more cells than the header.
    """
    names = table.schema.names()
    columns: dict[str, list[Any]] = {name: [] for name in names}
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in names if name not in (reader.fieldnames or ()) and name not in optional]
            reject_repeated_columns(reader.fieldnames or (), names, path)
            if missing:
                raise SourceError(
                    f"{path}: missing columns: {', '.join(missing)}. Found: {', '.join(reader.fieldnames or ())}. "
                    f"Expected: {', '.join(names)}"
                )
            for row in reader:
                line = reader.line_num
                if None in row:  # where `DictReader` puts cells beyond the header
                    raise SourceError(f"{path}, line {line}: the row has more cells than the header. Write numbers without commas")
                for name, dtype in table.schema.items():
                    columns[name].append(_parse_cell(row, name, dtype, optional, f"{path}, line {line}"))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error}). Put the file there or choose another folder") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceError(f"{path}, after line {line}: not valid CSV in UTF-8 ({error}). Export the file again") from error
    return table.conform(pl.DataFrame(columns, schema=table.schema))


def _parse_cell(row: Mapping[str, str | None], name: str, dtype: pl.DataType, optional: Mapping[str, Any], place: str) -> Any:
    """Parse the text of a cell as the type of its column.

    `row` and `name` say which cell; `optional` has the values of columns that may be empty. `SourceError`, starting with `place` (file and
    line), if it is invalid, or empty but required.
    """
    text = (row.get(name) or "").strip()
    if not text and name in optional:
        return optional[name]
    if not text:
        raise SourceError(f"{place}: {name} is empty. Fill it in, or remove the row: a missing row means that the figure was not available")
    return _PARSERS[dtype](text, name, place)


def _parse_integer(text: str, name: str, place: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise SourceError(f"{place}: {name} is {text[:40]!r}, not a whole number. Use digits only, e.g. 25000000000")
    return int(text)


def _parse_decimal(text: str, name: str, place: str) -> float:
    if not _DECIMAL.fullmatch(text) or not math.isfinite(float(text)):
        raise SourceError(f"{place}: {name} is {text[:40]!r}, not a number. Use a decimal point, e.g. 19.3")
    return float(text)


def _parse_text(text: str, _name: str, _place: str) -> str:
    return text


_PARSERS: dict[pl.DataType, Callable[[str, str, str], Any]] = {
    pl.Int64(): _parse_integer,
    pl.Float64(): _parse_decimal,
    pl.String(): _parse_text,
}
