"""Read and write files of verdicts.

A row is one judge's verdict on one reading. The columns are `signal_id`, `verdict` and `judge`, and optionally `reading` and `reason`;
others are ignored, so that a listing to which verdicts were added is such a file.
"""

import csv
import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts.tables.audit import VERDICTS
from pipeline.contracts.vocabulary import VERDICT
from pipeline.durable_files import replacing
from pipeline.errors import UserError

VERDICTS_FILE = "verdicts.csv"
SAMPLE_VERDICTS = Path(__file__).parents[1] / "sample" / VERDICTS_FILE
#: Rows of a file of verdicts: the published table, and what the judge wrote, which is not published.
SCHEMA = pl.Schema({**VERDICTS.schema, "reason": pl.String()})
MAX_JUDGE = VERDICTS.column("judge").max_length or 0

_REQUIRED = ("signal_id", "verdict", "judge")
_KEY = list(VERDICTS.key)


class VerdictError(UserError, ValueError):
    """A file of verdicts, or a judge's name, is invalid.

    The message names the file, and the line if a row is the reason; or the option `--judge`.
    """


def list_verdict_files(home: Path, *, is_sample: bool) -> tuple[Path, ...]:
    """List the files with the verdicts of a home, existing or not.

    The last is `verdicts.csv` in `home`, which `tension audit` writes. With `is_sample` the bundled file of the sample comes before it.
    """
    return ((SAMPLE_VERDICTS,) if is_sample else ()) + (home / VERDICTS_FILE,)


def read_verdicts(*paths: Path, readings: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Read files of verdicts as rows of `SCHEMA`, sorted by key.

    The key is signal, reading and judge. A row of a later file replaces that of an earlier file with the same key; all others remain.
    A file that does not exist has no rows. Rows without `verdict` are not judged yet and left out. `readings` maps `signal_id` to the
    current reading, which is taken for rows without one. `VerdictError` if a file cannot be read, for any other invalid row, and for two
    judged rows with the same key in one file, even with the same verdict.
    """
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for path in paths:
        seen: dict[tuple[str, str, str], int] = {}
        for line, row in _read_rows(path):
            if not row["verdict"]:
                continue
            checked = _check_row(row, f"{path}, line {line}", readings or {})
            key = (checked["signal_id"], checked["reading"], checked["judge"])
            if key in seen:
                raise VerdictError(f"{path}, line {line}: {key[2]} judged this reading already in line {seen[key]}; keep one of them")
            seen[key] = line
            rows[key] = checked
    return pl.DataFrame(list(rows.values()), schema=SCHEMA).sort(_KEY)


def add_verdicts(path: Path, verdicts: pl.DataFrame) -> None:
    """Add rows of `SCHEMA` to a file of verdicts.

    A judge's earlier verdict on the same signal and reading is replaced; all other verdicts stay. Rows without a verdict stay unless a
    verdict on their signal is added. Columns outside `SCHEMA` are lost. A missing file is created; `VerdictError` if `read_verdicts` cannot
    read it, or could not read a row that is added. The whole file is written under another name and then renamed. Only one process at a
    time does this; others wait.
    """
    checked = [_check_row(row, f"a verdict for {path}", {}) for row in verdicts.iter_rows(named=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locking(path.parent):
        rows = pl.concat([pl.DataFrame(checked, schema=SCHEMA), read_verdicts(path)]).unique(_KEY, keep="first").sort(_KEY)
        judged = set(verdicts["signal_id"])
        unjudged = [row for _, row in _read_rows(path) if not row["verdict"] and row["signal_id"] not in judged]
        rows = pl.concat([rows, pl.DataFrame(unjudged, schema=SCHEMA)])
        with replacing(path) as temporary:
            rows.select("signal_id", "reading", "verdict", "reason", "judge").write_csv(temporary)


@contextmanager
def _locking(folder: Path) -> Iterator[None]:
    """Lock a folder during the block.

    First waits until no other process has locked it.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def check_judge(name: str, place: str) -> str:
    """Return the name of a judge without spaces around it.

    `VerdictError` if it is then empty or longer than `MAX_JUDGE`. `place`: where the name is written (file and line, or the option), for
    the message.
    """
    name = name.strip()
    if not 1 <= len(name) <= MAX_JUDGE:
        raise VerdictError(f"{place}: judge is {name!r}; write a name or letter of at most {MAX_JUDGE} characters")
    return name


def to_table(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Convert rows of `SCHEMA` to the published table, without reasons."""
    return verdicts.select(VERDICTS.schema.names())


def _read_rows(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    """Yield line number and cells, by column, of a CSV file's rows.

    The line is the last one of the row. The cells are those of the columns of `SCHEMA`, stripped, a missing one empty. Rows in which all of
    them are empty are left out. Files with semicolons, and in Windows-1252, are read too, as Excel saves them. No rows if there is no file;
    `VerdictError` if it cannot be read or lacks a column of `_REQUIRED`.
    """
    if not path.exists():
        return
    try:
        text = _decode(path.read_bytes())
        header = text.partition("\n")[0]
        delimiter = ";" if header.count(";") > header.count(",") else ","
        reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
        missing = [name for name in _REQUIRED if name not in (reader.fieldnames or ())]
        if missing:
            raise VerdictError(f"{path}: has no column {', '.join(missing)}; needed: {', '.join(_REQUIRED)} (optional: reading, reason)")
        for row in reader:
            cells = {name: (row.get(name) or "").strip() for name in SCHEMA}
            if any(cells.values()):
                yield reader.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VerdictError(f"could not read {path} as CSV: {error}") from error


def _decode(content: bytes) -> str:
    """Decode a CSV file in UTF-8, or else in Windows-1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _check_row(row: dict[str, str], place: str, readings: Mapping[str, str]) -> dict[str, str]:
    """Check the cells of a row of verdicts.

    Returns a copy with the verdict in lower case; an empty reading is taken from `readings` (by `signal_id`). `VerdictError` if a cell is
    invalid or no reading is known; `place` (e.g. file and line) is for its message.
    """
    row = row | {"verdict": row["verdict"].lower(), "reading": row["reading"] or readings.get(row["signal_id"], "")}
    row["judge"] = check_judge(row["judge"], place)
    if row["verdict"] not in VERDICT:
        raise VerdictError(f"{place}: unknown verdict {row['verdict']!r}; use one of {', '.join(VERDICT.words)}")
    if not re.fullmatch(patterns.SIGNAL_ID.regex, row["signal_id"]):
        raise VerdictError(f"{place}: {row['signal_id']!r} is no signal_id; copy it from the listing of tension audit")
    if not row["reading"]:
        raise VerdictError(
            f"{place}: has no reading, and {row['signal_id']} counts in no pair of this release; judge signals that tension audit lists"
        )
    if not re.fullmatch(patterns.READING.regex, row["reading"]):
        raise VerdictError(f"{place}: {row['reading']!r} is no reading; copy it from the listing, e.g. CHN>USA measure announced tariff")
    return row
