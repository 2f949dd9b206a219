"""What upstreams answered, as it came, on disk: parsing can be repeated, nothing is asked for twice, and every request is on record.

Belongs here: keeping and finding answers. Does not: asking (`client.py`), or what an answer means (the upstream's module).

Layout below `root`, where every name is a hash or made by us:

* `bodies/9f/9f2c….gz`: bodies by the SHA-256 of what was unpacked. Written once, by temporary file and rename.
* `newest/<source>/c4/<item>-c4….json`: where the newest answer to an item is, and what a conditional request needs. Replaced by rename.
* `journal/<source>/2025/2025-04-04.jsonl`: every request about that day, a line each, appended by one write. A line that a dying machine
  left unfinished is no line: the next one begins on its own, and readers pass over it.

They are written in this order, so whatever instant a process dies at, what can be found is whole; the rest is asked for again.
"""

import errno
import gzip
import hashlib
import itertools
import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import FETCHES
from pipeline.sources.payloads import Fetched, Payload

_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG = 48
_temporaries = itertools.count()


@dataclass(frozen=True)
class Kept:
    """An answer that is kept, without its body. `asked_url` and `url`: where it was asked for and where it came from, without secrets."""

    source: str
    item: str
    about: date
    asked_url: str
    url: str
    fetched_at: datetime
    content_type: str
    sha256: str
    etag: str = ""
    last_modified: str = ""


class Archive:
    """The answers and the journal below one folder, which need not exist yet. Several processes may use it at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def newest(self, source: str, item: str) -> Kept | None:
        """The newest answer that is kept of an item; None when there is none."""
        return _pointer(self._newest_file(source, item))

    def payload(self, kept: Kept) -> Payload | None:
        """The answer with its body; None when the body is gone or is no longer what was kept."""
        body = self._body(kept.sha256)
        if body is None:
            return None
        return Payload(kept.source, kept.item, kept.about, kept.url, kept.fetched_at, kept.content_type, body)

    def keep(self, fetched: Fetched, url: str, *, etag: str = "", last_modified: str = "") -> None:
        """Put a request and what came of it on record, and its answer where it is a new one. `url`: where was asked, without secrets."""
        request, payload = fetched.request, fetched.payload
        kept = None
        if payload is not None and fetched.outcome == "stored":
            kept = Kept(
                payload.source,
                payload.item,
                payload.about,
                url,
                payload.url,
                payload.fetched_at,
                payload.content_type,
                payload.sha256,
                etag,
                last_modified,
            )
            self._write_body(kept.sha256, payload.body)
        line = {
            "source": request.source,
            "item": request.item,
            "index_date": request.about.isoformat(),
            "asked_at": fetched.asked_at.isoformat(),
            "outcome": fetched.outcome,
            "http_status": fetched.http_status,
            "attempts": fetched.attempts,
            "url": url,
            "sha256": payload.sha256 if payload else None,
            "byte_count": len(payload.body) if payload else None,
            "detail": fetched.detail,
            "answer": _written(kept) if kept else None,
        }
        self._append(self._journal_file(request.source, request.about), line)
        if kept:
            _replace(self._newest_file(kept.source, kept.item), json.dumps(_written(kept)).encode())

    def payloads(self, source: str, days: Days | None = None) -> Iterator[Payload]:
        """Every answer about the days (all, where not given) in order of arrival, then item. One body at a time is in memory.

        An answer that came again and again counts once, at its first coming; one that came back after another is there twice, so that of
        each item the last is the one that holds. One whose body was removed from the disk is left out.
        """
        answers = [_kept(line["answer"]) for line in self._lines(source, days) if line["answer"]]
        before: dict[str, str] = {}
        for kept in sorted(answers, key=lambda one: (one.fetched_at, one.item, one.sha256)):
            is_new = before.get(kept.item) != kept.sha256
            before[kept.item] = kept.sha256
            payload = self.payload(kept) if is_new else None
            if payload is not None:
                yield payload

    def newest_payloads(self, source: str) -> Iterator[Payload]:
        """The newest answer to every item of a source, in order of the items. One body at a time is in memory."""
        pointers = (_pointer(path) for path in (self.root / "newest" / _source(source)).glob("*/*.json"))
        for kept in sorted((kept for kept in pointers if kept), key=lambda one: one.item):
            payload = self.payload(kept)
            if payload is not None:
                yield payload

    def has_answers(self, source: str) -> bool:
        """Whether the source has ever answered."""
        return (self.root / "newest" / _source(source)).is_dir()

    def journal(self, source: str | None = None, days: Days | None = None) -> pl.DataFrame:
        """Every request on record, as `FETCHES`: of one source or of all, about the days or about any."""
        sources = [source] if source is not None else sorted(path.name for path in (self.root / "journal").glob("*") if path.is_dir())
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for name in sources:
            for line in self._lines(name, days):
                row = {column: line[column] for column in FETCHES.schema.names()}
                row |= {"index_date": date.fromisoformat(line["index_date"]), "asked_at": datetime.fromisoformat(line["asked_at"])}
                row["item"] = row["item"].encode("utf-8", "replace").decode()  # half a surrogate pair is no text
                rows[line["source"], row["item"], line["asked_at"]] = row
        return FETCHES.conform(pl.DataFrame(list(rows.values()), schema=FETCHES.schema))

    def _lines(self, source: str, days: Days | None) -> Iterator[dict[str, Any]]:
        if days is None:
            files = sorted((self.root / "journal" / _source(source)).glob("*/*.jsonl"))
        else:
            files = [path for day in days if (path := self._journal_file(source, day)).exists()]
        for file in files:
            for line in file.read_bytes().split(b"\n"):
                try:
                    record = json.loads(line) if line else None
                except ValueError:
                    continue  # never finished
                if isinstance(record, dict):
                    yield record

    def _body_file(self, sha256: str) -> Path:
        return self.root / "bodies" / sha256[:2] / f"{sha256}.gz"

    def _newest_file(self, source: str, item: str) -> Path:
        digest = hashlib.sha256(item.encode("utf-8", "surrogatepass")).hexdigest()
        slug = _NO_WORD.sub("-", item.lower())[-_LONGEST_SLUG:].strip("-")
        return self.root / "newest" / _source(source) / digest[:2] / f"{slug}-{digest[:32]}.json"

    def _journal_file(self, source: str, day: date) -> Path:
        return self.root / "journal" / _source(source) / f"{day:%Y}" / f"{day.isoformat()}.jsonl"

    def _body(self, sha256: str) -> bytes | None:
        try:
            body = gzip.decompress(self._body_file(sha256).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None
        return body if hashlib.sha256(body).hexdigest() == sha256 else None

    def _write_body(self, sha256: str, body: bytes) -> None:
        if self._body(sha256) is None:
            _replace(self._body_file(sha256), gzip.compress(body, mtime=0))

    def _append(self, path: Path, line: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # the newline in front ends a line that was never finished; one write, so that lines of several processes do not mix
        written = b"\n" + json.dumps(line).encode() + b"\n"
        with path.open("ab", buffering=0) as file:
            if file.write(written) < len(written):
                raise OSError(errno.ENOSPC, "the journal could not be written whole; make room on the disk", str(path))


def _source(name: str) -> str:
    if not _SOURCE.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a source: use small letters, digits and _")
    return name


def _pointer(path: Path) -> Kept | None:
    try:
        return _kept(json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None  # a file that cannot be read is no answer: the item is asked for again


def _written(kept: Kept) -> dict[str, str]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(kept).items()}


def _kept(record: dict[str, Any]) -> Kept:
    """`KeyError`, `TypeError` or `ValueError` when the record is not one of ours."""
    if not _SHA256.fullmatch(record["sha256"]):
        raise ValueError("no SHA-256")
    return Kept(**record | {"about": date.fromisoformat(record["about"]), "fetched_at": datetime.fromisoformat(record["fetched_at"])})


def _replace(path: Path, content: bytes) -> None:
    """Write by temporary file and rename: a reader sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{next(_temporaries)}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
