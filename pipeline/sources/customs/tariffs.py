"""Reads lists of tariff rates by six-digit HS line.

It computes their simple mean on every day of a change. Rates that are already averages are read in `csv_files.py`; changes of rates are
computed in `sql/trade`.
"""

import csv
import io
import math
import re
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.raw import RAW_TARIFFS
from pipeline.sources.errors import SourceError
from pipeline.sources.headers import reject_repeated_columns

MEASURE = "simple_mean_hs6"
#: One row of a list: its line in the file, its cells, and in `unreadable` why it is not a rate.
LINES = pl.Schema(
    {
        "line": pl.Int64(),
        "hs6": pl.String(),
        "effective_date": pl.String(),
        "rate_pct": pl.Float64(),
        "description": pl.String(),
        "unreadable": pl.String(),
    }
)

_REQUIRED = ("hs6", "time_of_tariff", "tariff")
_FILE = re.compile(r"hs6_([A-Z]{3})_([A-Z]{3})\.csv")
_HS6 = re.compile(r"[0-9]{5,6}", re.ASCII)
_RATE = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_MAX_RATE_PCT = 10_000
_DIGITS = 6
# Reasons that do not make the list unusable: such a row adds nothing, and no rate is lost.
NO_RATE = "the row has no rate, e.g. because the duty is by weight or number"
REPEATED = "the list has this row twice"


def parse_list(content: bytes, place: str) -> pl.DataFrame:
    """Parse a CSV list into rows of `LINES`.

    The columns of the list are `hs6`, `time_of_tariff` (first day), `tariff` (percent) and optionally `description`. A leading zero that a
    spreadsheet removed from a code is restored. A row that cannot be read as a rate, or contradicts or repeats another (of its code and
    day), has the reason in `unreadable`. `SourceError`, starting with `place`, if the file is not CSV in UTF-8, or lacks or repeats a
    required column.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        names = reader.fieldnames or []
        if missing := [name for name in _REQUIRED if name not in names]:
            raise SourceError(f"{place}: missing columns: {', '.join(missing)}. Found: {', '.join(names)[:200]}")
        reject_repeated_columns(names, _REQUIRED, place)
        rows = [_parse_row(reader.line_num, row) for row in reader]
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceError(f"{place}: not valid CSV in UTF-8 ({error}). Export the file again") from error
    return _reject_contradictions(pl.DataFrame(rows, schema=LINES, orient="row"))


def compute_simple_means(lines: pl.DataFrame, importer: str, exporter: str, source: str) -> pl.DataFrame:
    """Compute the mean rate over all tariff lines on days of change.

    `lines`: rows of `LINES`. The result is of `RAW_TARIFFS`, in percent, with one row for each day (`effective_date`) from which the list
    gives a rate of any line, even if the mean stays the same. It is the mean of the latest rate of each line up to that day. A line counts
    from its first rate, so the list should begin with a rate for every line. Unreadable rows, such as those without a rate, change nothing.
    """
    rates = lines.filter(pl.col("unreadable").is_null()).sort("effective_date", "hs6")
    previous = pl.col("rate_pct").shift(1).over("hs6", order_by="effective_date")
    days = (
        rates.with_columns(change=pl.col("rate_pct") - previous.fill_null(0.0), new_lines=previous.is_null().cast(pl.Int64))
        .group_by("effective_date")
        .agg(pl.col("change").sort_by("hs6").sum(), pl.col("new_lines").sum())
        .sort("effective_date")
    )
    return RAW_TARIFFS.conform(
        days.select(
            importer=pl.lit(importer),
            exporter=pl.lit(exporter),
            effective_date="effective_date",
            measure=pl.lit(MEASURE),
            # The cumulative sum of changes leaves a rounding error.
            rate_pct=(pl.col("change").cum_sum() / pl.col("new_lines").cum_sum()).round(9).cast(pl.Float64),
            source=pl.lit(source),
        )
    )


def read_lists(folder: Path) -> pl.DataFrame:
    """Compute the means of all tariff lists of a folder.

    Lists are named `hs6_<importer>_<exporter>.csv`. The result is of `RAW_TARIFFS`, without rows if there is no list. Rows with an empty
    rate or a repeated one are ignored. `SourceError` for a wrong name, and for any other row that is not a rate (the message names the
    first): a mean over only the readable lines would be wrong.
    """
    means = [RAW_TARIFFS.empty()]
    for path in sorted(folder.glob("hs6_*.csv")):
        match = _FILE.fullmatch(path.name)
        if match is None or match[1] == match[2]:
            raise SourceError(
                f"{path}: the file name does not give importer and exporter. Rename it like hs6_USA_CHN.csv: importer, then exporter"
            )
        try:
            lines = parse_list(path.read_bytes(), str(path))
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error
        wrong = lines.filter(pl.col("unreadable").is_not_null() & ~pl.col("unreadable").is_in([NO_RATE, REPEATED]))
        if not wrong.is_empty():
            raise SourceError(f"{path}, line {wrong['line'][0]}: {wrong['unreadable'][0]} (rows like this: {wrong.height}). Fix the list")
        means.append(compute_simple_means(lines, match[1], match[2], path.name))
    return RAW_TARIFFS.conform(pl.concat(means))


def _parse_row(line: int, row: dict[str, str | None]) -> tuple[int, str | None, str | None, float | None, str | None, str | None]:
    """Parse a row of a tariff list as the columns of `LINES`.

    The last value (`unreadable`) says why the row is not a rate; else it is None.
    """
    code, day, rate = ((row.get(name) or "").strip() for name in _REQUIRED)
    reason = _find_fault(code, day, rate, is_whole=None not in row)  # `DictReader` has cells beyond the header under None
    percent = float(rate) if reason is None else None
    return line, code.zfill(_DIGITS) if reason is None else code, day, percent, row.get("description"), reason


def _find_fault(code: str, day: str, rate: str, *, is_whole: bool) -> str | None:
    """Say why a row is not a valid tariff rate, or None.

    `code`: five or six digits; `day`: like 2018-07-06; `rate`: from 0 to `_MAX_RATE_PCT`, without a sign; `is_whole`: whether the row has
    no more cells than the header.
    """
    if not is_whole:
        return "the row has more cells than the header"
    if not _HS6.fullmatch(code):
        return f"hs6 is {code[:40]!r}, not six digits"
    try:
        if date.fromisoformat(day).isoformat() != day:
            raise ValueError
    except ValueError:
        return f"time_of_tariff is {day[:40]!r}, not a day like 2018-07-06"
    if not rate:
        return NO_RATE
    if not _RATE.fullmatch(rate) or not math.isfinite(float(rate)) or float(rate) > _MAX_RATE_PCT:
        return f"tariff is {rate[:40]!r}, not a rate in percent"
    return None


def _reject_contradictions(lines: pl.DataFrame) -> pl.DataFrame:
    """Mark contradicting and repeated rates with a reason.

    If the rates of one tariff line on one day differ, all of them are marked; if they are equal, all after the first.
    """
    key = ["hs6", "effective_date"]
    is_rate = pl.col("unreadable").is_null()
    return lines.with_columns(
        unreadable=pl.when(is_rate & (pl.col("rate_pct").n_unique().over([*key, is_rate]) > 1))
        .then(pl.lit("the list has two rates for this line and day"))
        .when(is_rate & (pl.int_range(pl.len()).over([*key, is_rate]) > 0))
        .then(pl.lit(REPEATED))
        .otherwise("unreadable")
    )
