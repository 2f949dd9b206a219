"""Promises between tables: the headers of `sql/checks/*.sql`, whose returned rows are failures.

Belongs here: reading the header into a `Promise`. Does not: running the SQL, which is the warehouse's.

A file opens with comments, then the query:

    -- asset: <table whose publication it guards>
    -- severity: critical|warning
    -- reason: why it matters; may run on over the following comment lines
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from pipeline.contracts.tables import TABLES
from pipeline.quality.rules import NAME

PromiseSeverity = Literal["critical", "warning"]
_KEYS = ("asset", "severity", "reason")
_KEY_LINE = re.compile(r"(\w+):\s*(.*)")


class PromiseError(ValueError):
    """A file of `sql/checks/` has no readable header; the message names the file and what to write."""


@dataclass(frozen=True)
class Promise:
    """One promise between tables: its check's name (the file's), the table it guards, and the query that finds what breaks it."""

    name: str
    table: str
    severity: PromiseSeverity
    reason: str
    sql_path: Path


def load_promises(folder: Path) -> tuple[Promise, ...]:
    """Every `*.sql` of the folder, by name. `PromiseError` when the folder is missing or a header is wrong."""
    if not folder.is_dir():
        raise PromiseError(f"{folder}: no such folder; promises between tables are the files of sql/checks")
    return tuple(_promise(path) for path in sorted(folder.glob("*.sql")))


def _promise(path: Path) -> Promise:
    header, query = _parts(path)
    if not NAME.fullmatch(path.stem):
        raise PromiseError(f"{path}: the file's name becomes the check's; use letters, digits and _ alone")
    missing = [key for key in _KEYS if not header.get(key)]
    if missing:
        raise PromiseError(f"{path}: the header lacks {', '.join(missing)}; open the file with `-- {missing[0]}: ...`")
    if header["asset"] not in TABLES:
        raise PromiseError(f"{path}: there is no table {header['asset']!r}; the tables are {', '.join(TABLES)}")
    if header["severity"] not in get_args(PromiseSeverity):
        raise PromiseError(f"{path}: severity must be {' or '.join(get_args(PromiseSeverity))}, not {header['severity']!r}")
    if not query:
        raise PromiseError(f"{path}: holds a header and no query")
    return Promise(path.stem, header["asset"], cast(PromiseSeverity, header["severity"]), header["reason"], path)


def _parts(path: Path) -> tuple[dict[str, str], str]:
    """The header's keys and values, and the query after it. The reason, which comes last, may run over several lines."""
    header: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    length = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    for line in lines[:length]:
        text = line.removeprefix("--").strip()
        match = _KEY_LINE.fullmatch(text)
        if match and match[1] in header:
            raise PromiseError(f"{path}: the header gives {match[1]} twice")
        if match and match[1] in _KEYS:
            header[match[1]] = match[2].strip()
        elif "reason" in header:
            header["reason"] = f"{header['reason']} {text}".strip()
        elif text:
            raise PromiseError(f"{path}: cannot read the header line {line!r}; it holds {', '.join(_KEYS)}, the reason last")
    return header, "\n".join(lines[length:]).strip()
