"""Official figures from a folder of CSV files, typed by contract, words as given: monthly flows, dated tariff rates, promises to buy.

Belongs here: reading the three files and refusing what is no figure. Does not: months, changes or release days (`sql/trade`).
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

FLOWS_FILE = "flows.csv"
TARIFFS_FILE = "tariffs.csv"
COMMITMENTS_FILE = "commitments.csv"

# cells that may be empty and columns that older files lack, with what their absence means
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


def read_census_flows(folder: Path) -> pl.DataFrame:
    """Monthly goods trade from `flows.csv` in the folder, as `RAW_TRADE_FLOWS`; values in USD. `SourceError` names file and line.

    The columns `product` (empty: all goods), `duties_usd`, `consumption_usd`, `released_on` and `seen_on` may be absent or empty. A month
    that was revised may have several rows, each with the day (`seen_on`) from which its value is known.
    """
    rows = _read(folder / FLOWS_FILE, RAW_TRADE_FLOWS, _FLOWS_OPTIONAL)
    return RAW_TRADE_FLOWS.conform(rows.with_columns(origin=pl.lit("file")))


def read_tariffs(folder: Path) -> pl.DataFrame:
    """Dated average tariff rates from `tariffs.csv` in the folder, as `RAW_TARIFFS`; in percent. `SourceError` names file and line."""
    return _read(folder / TARIFFS_FILE, RAW_TARIFFS, {})


def read_commitments(folder: Path) -> pl.DataFrame:
    """Purchase commitments from `commitments.csv` in the folder, as `RAW_COMMITMENTS`. `SourceError` names file and line.

    A folder without the file holds no promises: no rows.
    """
    path = folder / COMMITMENTS_FILE
    return _read(path, RAW_COMMITMENTS, _COMMITMENTS_OPTIONAL) if path.exists() else RAW_COMMITMENTS.empty()


def _read(path: Path, table: Table, optional: Mapping[str, Any]) -> pl.DataFrame:
    names = table.schema.names()
    columns: dict[str, list[Any]] = {name: [] for name in names}
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in names if name not in (reader.fieldnames or ()) and name not in optional]
            if missing:
                raise SourceError(
                    f"{path}: lacks {', '.join(missing)}. Found: {', '.join(reader.fieldnames or ())}. Wanted: {', '.join(names)}"
                )
            for row in reader:
                line = reader.line_num
                for name, dtype in table.schema.items():
                    columns[name].append(_value(row, name, dtype, optional, f"{path}, line {line}"))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error}). Put the file there or name another folder") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceError(f"{path}, after line {line}: is no CSV text in UTF-8 ({error}). Write the file again") from error
    return table.conform(pl.DataFrame(columns, schema=table.schema))


def _value(row: Mapping[str, str | None], name: str, dtype: pl.DataType, optional: Mapping[str, Any], place: str) -> Any:
    text = (row.get(name) or "").strip()
    if not text and name in optional:
        return optional[name]
    if not text:
        raise SourceError(
            f"{place}: {name} is empty. Fill it, or leave the whole row out: an absent row says that the figure was not available"
        )
    return _READ[dtype](text, name, place)


def _integer(text: str, name: str, place: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise SourceError(f"{place}: {name} is {text[:40]!r}, not a whole number. Write digits alone, such as 25000000000")
    return int(text)


def _decimal(text: str, name: str, place: str) -> float:
    if not _DECIMAL.fullmatch(text) or not math.isfinite(float(text)):
        raise SourceError(f"{place}: {name} is {text[:40]!r}, not a number. Write it with a decimal point, such as 19.3")
    return float(text)


def _word(text: str, _name: str, _place: str) -> str:
    return text


_READ: dict[pl.DataType, Callable[[str, str, str], Any]] = {pl.Int64(): _integer, pl.Float64(): _decimal, pl.String(): _word}
