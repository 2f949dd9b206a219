"""Cross-table checks: the headers of `sql/checks/*.sql`.

Such a check may read several tables, where rules see only one; `pipeline/defs/checks.py` runs it. A file starts with comments, followed by
a query whose rows are failures:

    -- asset: <table whose publication the check guards>
    -- severity: critical|warning
    -- reason: why it matters; may continue on the following comment lines
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from pipeline.contracts.tables import TABLES
from pipeline.errors import TensionError
from pipeline.quality.rules import NAME

CrossTableSeverity = Literal["critical", "warning"]
_KEYS = ("asset", "severity", "reason")
_KEY_LINE = re.compile(r"(\w+):\s*(.*)")


class CrossTableCheckError(TensionError, ValueError):
    """The folder `sql/checks/` is missing, or one of its files is wrong.

    The message names the file and what to write.
    """


@dataclass(frozen=True)
class CrossTableCheck:
    """A cross-table check, whose query returns failures.

    `name` is that of the file without its ending. `table`: if a critical check fails, nothing that needs this table is built, so nothing is
    published. A side table, which the index does not need, is marked as stale instead.
    """

    name: str
    table: str
    severity: CrossTableSeverity
    reason: str
    sql_path: Path


def load_cross_table_checks(folder: Path) -> tuple[CrossTableCheck, ...]:
    """Read every `*.sql` of the folder, sorted by name.

    Raises `CrossTableCheckError` when the folder is missing, or when a file has a wrong name or header, or no query.
    """
    if not folder.is_dir():
        raise CrossTableCheckError(f"{folder}: no such folder; cross-table checks are the files of sql/checks")
    return tuple(_read_check(path) for path in sorted(folder.glob("*.sql")))


def _read_check(path: Path) -> CrossTableCheck:
    """Read the header of one file and check it.

    The query is not parsed. `CrossTableCheckError` if the query is missing, or if the header or the name of the file is wrong.
    """
    header, query = _split_header(path)
    if not NAME.fullmatch(path.stem):
        raise CrossTableCheckError(f"{path}: the file name is the name of the check; use only letters, digits and _")
    missing = [key for key in _KEYS if not header.get(key)]
    if missing:
        raise CrossTableCheckError(f"{path}: the header lacks {', '.join(missing)}; start the file with `-- {missing[0]}: ...`")
    if header["asset"] not in TABLES:
        raise CrossTableCheckError(f"{path}: there is no table {header['asset']!r}; the tables are {', '.join(TABLES)}")
    if header["severity"] not in get_args(CrossTableSeverity):
        raise CrossTableCheckError(f"{path}: severity must be {' or '.join(get_args(CrossTableSeverity))}, not {header['severity']!r}")
    if not query:
        raise CrossTableCheckError(f"{path}: has a header but no query")
    return CrossTableCheck(path.stem, header["asset"], cast(CrossTableSeverity, header["severity"]), header["reason"], path)


def _split_header(path: Path) -> tuple[dict[str, str], str]:
    """Split a file into its header and its query.

    The header is the lines up to the first that does not begin with `--`. After the reason, a line without one of the keys continues it.
    `CrossTableCheckError` if a key comes twice, or if another text comes before the reason.
    """
    header: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    length = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    for line in lines[:length]:
        text = line.removeprefix("--").strip()
        match = _KEY_LINE.fullmatch(text)
        if match and match[1] in header:
            raise CrossTableCheckError(f"{path}: the header has {match[1]} twice")
        if match and match[1] in _KEYS:
            header[match[1]] = match[2].strip()
        elif "reason" in header:
            header["reason"] = f"{header['reason']} {text}".strip()
        elif text:
            raise CrossTableCheckError(f"{path}: cannot read the header line {line!r}; expected {', '.join(_KEYS)}, the reason last")
    return header, "\n".join(lines[length:]).strip()
