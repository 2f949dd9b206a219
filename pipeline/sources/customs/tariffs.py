"""Lists of tariff rates by six-digit HS line, each rate with the day from which it held, and their plain mean on every day of a change.

Belongs here: reading the lists, and the mean. Does not: rates that a tracker has averaged itself (`trade.py`), or steps (`sql/trade`).
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

MEASURE = "simple_mean_hs6"
#: One row of a list: its line in the file, what it says, and in `unreadable` why it is no rate.
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

_NEEDED = ("hs6", "time_of_tariff", "tariff")
_FILE = re.compile(r"hs6_([A-Z]{3})_([A-Z]{3})\.csv")
_HS6 = re.compile(r"[0-9]{5,6}", re.ASCII)
_RATE = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_LARGEST_RATE_PCT = 10_000
_DIGITS = 6
# reasons that leave the list whole: the row adds nothing, and no rate is lost or in doubt
NO_RATE = "the list has no rate here: a duty by weight or number, or none known"
TWICE = "the list has this row twice"


def parse_list(content: bytes, place: str) -> pl.DataFrame:
    """A list as `LINES`: the columns `hs6`, `time_of_tariff`, `tariff` and perhaps `description`, in any order; every row accounted for.

    A code that lost its first zero in a spreadsheet gets it back. `SourceError` where there is no such table; `place` names the list in it.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise SourceError(f"{place}: lacks {', '.join(missing)}. Found: {', '.join(reader.fieldnames or ())[:200]}")
        rows = [_row(reader.line_num, row) for row in reader]
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceError(f"{place}: is no CSV text in UTF-8 ({error}). Write the file again") from error
    return _without_contradictions(pl.DataFrame(rows, schema=LINES, orient="row"))


def simple_means(lines: pl.DataFrame, importer: str, exporter: str, source: str) -> pl.DataFrame:
    """The plain mean over lines on every day on which a rate changed, as `RAW_TARIFFS` in percent: of each line its last rate until then.

    A line counts from the first day that the list has a rate for it, so the list should begin with a rate for each. A row without a rate
    leaves its line as it was.
    """
    rates = lines.filter(pl.col("unreadable").is_null()).sort("effective_date", "hs6")
    before = pl.col("rate_pct").shift(1).over("hs6", order_by="effective_date")
    days = (
        rates.with_columns(added=pl.col("rate_pct") - before.fill_null(0.0), begun=before.is_null().cast(pl.Int64))
        .group_by("effective_date")
        .agg(pl.col("added").sort_by("hs6").sum(), pl.col("begun").sum())
        .sort("effective_date")
    )
    return RAW_TARIFFS.conform(
        days.select(
            importer=pl.lit(importer),
            exporter=pl.lit(exporter),
            effective_date="effective_date",
            measure=pl.lit(MEASURE),
            # steps that are added up leave a trace of rounding
            rate_pct=(pl.col("added").cum_sum() / pl.col("begun").cum_sum()).round(9).cast(pl.Float64),
            source=pl.lit(source),
        )
    )


def read_lists(folder: Path) -> pl.DataFrame:
    """Plain means of every list `hs6_<importer>_<exporter>.csv` of the folder, as `RAW_TARIFFS`; no rows where there is none.

    `SourceError` names the file, and the first row of it that is no rate: a mean over the lines that happen to be readable is no mean.
    """
    found = [RAW_TARIFFS.empty()]
    for path in sorted(folder.glob("hs6_*.csv")):
        match = _FILE.fullmatch(path.name)
        if match is None or match[1] == match[2]:
            raise SourceError(f"{path}: the name does not say who levies on whom. Call it hs6_USA_CHN.csv: importer, then exporter")
        try:
            lines = parse_list(path.read_bytes(), str(path))
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error
        wrong = lines.filter(pl.col("unreadable").is_not_null() & ~pl.col("unreadable").is_in([NO_RATE, TWICE]))
        if not wrong.is_empty():
            raise SourceError(f"{path}, line {wrong['line'][0]}: {wrong['unreadable'][0]} ({wrong.height} such rows). Mend the list")
        found.append(simple_means(lines, match[1], match[2], path.name))
    return RAW_TARIFFS.conform(pl.concat(found))


def _row(line: int, row: dict[str, str | None]) -> tuple[int, str | None, str | None, float | None, str | None, str | None]:
    code, day, rate = ((row.get(name) or "").strip() for name in _NEEDED)
    reason = _fault(code, day, rate, is_whole=None not in row)
    percent = float(rate) if reason is None else None
    return line, code.zfill(_DIGITS) if reason is None else code, day, percent, row.get("description"), reason


def _fault(code: str, day: str, rate: str, *, is_whole: bool) -> str | None:
    if not is_whole:
        return "the row has more cells than there are columns"
    if not _HS6.fullmatch(code):
        return f"hs6 is {code[:40]!r}, not six digits"
    try:
        if date.fromisoformat(day).isoformat() != day:
            raise ValueError
    except ValueError:
        return f"time_of_tariff is {day[:40]!r}, not a day such as 2018-07-06"
    if not rate:
        return NO_RATE
    if not _RATE.fullmatch(rate) or not math.isfinite(float(rate)) or float(rate) > _LARGEST_RATE_PCT:
        return f"tariff is {rate[:40]!r}, not a rate in percent"
    return None


def _without_contradictions(lines: pl.DataFrame) -> pl.DataFrame:
    """Two rates of one line and day contradict each other; the same rate twice is said of the second."""
    place = ["hs6", "effective_date"]
    is_rate = pl.col("unreadable").is_null()
    return lines.with_columns(
        unreadable=pl.when(is_rate & (pl.col("rate_pct").n_unique().over([*place, is_rate]) > 1))
        .then(pl.lit("the list has two rates for this line and day"))
        .when(is_rate & (pl.int_range(pl.len()).over([*place, is_rate]) > 0))
        .then(pl.lit(TWICE))
        .otherwise("unreadable")
    )
