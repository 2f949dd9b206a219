"""Responses of upstreams on disk, and a journal of all requests.

Does not belong here: fetching (`client.py`), or what a response means (the upstream's module).
"""

import errno
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import FETCHES
from pipeline.durable_files import replacing
from pipeline.sources.payloads import FetchResult, Payload

_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG = 48
_FIELDS = {*FETCHES.schema.names(), "answer"}


@dataclass(frozen=True)
class StoredResponse:
    """What is stored about a response, apart from its body.

    `about` is the day under which it is stored (`Request.day`). `asked_url` is the URL of the request, `url` that of the response after
    redirects, both without secrets. `etag` and `last_modified` are the response's headers, for a conditional request. `confirmed_at` is the
    time of the last request to which the upstream replied that the response is unchanged; None if there was none.
    """

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
    confirmed_at: datetime | None = None


class Archive:
    """Responses and journal in one folder, safe for several processes.

    The folder need not exist yet; `Request` explains items. The folder contains:

    * `bodies/9f/9f2c….gz`: bodies by the SHA-256 of the decoded content. Written once, and again only if damaged.
    * `journal/<source>/2025/2025-04-04.jsonl`: every request about that day, one line each; not those with the outcome `kept`, for which
      nothing was sent. Readers ignore an incomplete line.
    * `newest/<source>/c4/<item>-c4….json`: the newest response to an item, without its body; `c4…` is the hash of the item's name.

    Files are written in this order, by temporary file and rename, or by a single append: even after a crash, everything that a file refers
    to is complete.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def find_newest(self, source: str, item: str) -> StoredResponse | None:
        """Return the newest stored response to an item, or None.

        An item is what a request fetches, e.g. a feed. None also if the record of the response is damaged. Its body is not read.
        """
        return _read_response(self._newest_path(source, item))

    def read_payload(self, response: StoredResponse) -> Payload | None:
        """Read a response with its body.

        Returns None if the body is missing or damaged.
        """
        body = self._read_body(response.sha256)
        if body is None:
            return None
        return Payload(response.source, response.item, response.about, response.url, response.fetched_at, response.content_type, body)

    def store(self, fetched: FetchResult, url: str, *, etag: str = "", last_modified: str = "") -> None:
        """Add a request to the journal, and store its response if new.

        `fetched`: the result; a response is new if its outcome is `stored`. If it is `unchanged`, the newest response is marked as
        confirmed now. `url`: the URL of the request, without secrets. `etag`, `last_modified`: headers of the response.
        """
        request, payload = fetched.request, fetched.payload
        response = None
        if payload is not None and fetched.outcome == "stored":
            response = StoredResponse(
                payload.source,
                payload.item,
                payload.day,
                url,
                payload.url,
                payload.fetched_at,
                payload.content_type,
                payload.sha256,
                etag,
                last_modified,
            )
            self._write_body(response.sha256, payload.body)
        line = {
            "source": request.source,
            "item": request.item,
            "index_date": request.day.isoformat(),
            "asked_at": fetched.asked_at.isoformat(),
            "outcome": fetched.outcome,
            "http_status": fetched.http_status,
            "attempts": fetched.attempts,
            "url": url,
            "sha256": payload.sha256 if payload else None,
            "byte_count": len(payload.body) if payload else None,
            "detail": fetched.detail,
            "answer": _to_record(response) if response else None,
        }
        self._append_line(self._journal_path(request.source, request.day), line)
        newest = response
        if fetched.outcome == "unchanged" and (stored := self.find_newest(request.source, request.item)):
            newest = replace(stored, confirmed_at=fetched.asked_at)
        if newest:
            with replacing(self._newest_path(newest.source, newest.item)) as temporary:
                temporary.write_bytes(json.dumps(_to_record(newest)).encode())

    def payloads(self, source: str, days: Days | None = None, *, with_previous: bool = False) -> Iterator[Payload]:
        """Yield the responses about `days`, ordered by arrival, then item.

        Without `days`, all responses. `with_previous`: also the last one before `days` to each item that has any in them. A response with
        the same body as the one before it of the same item is skipped: A, A, B, A gives A, B, A, so that the last of each item is its
        current one. A response whose body is missing or damaged is skipped too. Only one body is in memory at a time.
        """
        responses: list[StoredResponse] = [line["answer"] for line in self._read_lines(source, days) if line["answer"]]
        if days and with_previous:
            responses += self._find_previous(source, days.first, {response.item for response in responses})
        last_sha256: dict[str, str] = {}
        for response in sorted(responses, key=lambda one: (one.fetched_at, one.item, one.sha256)):
            is_new = last_sha256.get(response.item) != response.sha256
            last_sha256[response.item] = response.sha256
            payload = self.read_payload(response) if is_new else None
            if payload is not None:
                yield payload

    def _find_previous(self, source: str, day: date, items: set[str]) -> Iterable[StoredResponse]:
        """Find the last response to each of `items` before a day.

        Items without one are left out. The journal is read backwards until all have one.
        """
        previous: dict[str, StoredResponse] = {}
        for path in sorted((self.root / "journal" / _check_source(source)).glob("*/*.jsonl"), reverse=True):
            if previous.keys() >= items:
                break
            if path.stem < day.isoformat():
                of_day = [line["answer"] for line in _read_journal(path) if line["answer"]]
                in_order = sorted(of_day, key=lambda one: (one.fetched_at, one.sha256))
                previous = {one.item: one for one in in_order if one.item in items} | previous
        return previous.values()

    def newest_payloads(self, source: str) -> Iterator[Payload]:
        """Yield the newest response to each item of a source.

        They are ordered by item. An item whose record or body is missing or damaged is skipped. Only one body is in memory at a time.
        """
        paths = (self.root / "newest" / _check_source(source)).glob("*/*.json")
        responses = [response for path in paths if (response := _read_response(path))]
        for response in sorted(responses, key=lambda one: one.item):
            payload = self.read_payload(response)
            if payload is not None:
                yield payload

    def earlier_payloads(self, payload: Payload, since: date) -> Iterator[Payload]:
        """Yield the responses to the same item that came before, newest first.

        The journal is read backwards, as far as the caller goes, but no records about days before `since`. A response with the same body as
        the one after it is skipped, as is one whose body is missing or damaged.
        """
        last_sha256 = payload.sha256
        for path in sorted((self.root / "journal" / _check_source(payload.source)).glob("*/*.jsonl"), reverse=True):
            if path.stem < since.isoformat():
                return
            answers: list[StoredResponse] = [line["answer"] for line in _read_journal(path) if line["answer"]]
            same = [one for one in answers if one.item == payload.item and one.fetched_at < payload.fetched_at]
            for response in sorted(same, key=lambda one: one.fetched_at, reverse=True):
                earlier = self.read_payload(response) if response.sha256 != last_sha256 else None
                last_sha256 = response.sha256
                if earlier is not None:
                    yield earlier

    def has_responses(self, source: str) -> bool:
        """Return whether any response of the source is stored."""
        return (self.root / "newest" / _check_source(source)).is_dir()

    def journal(self, source: str | None = None, days: Days | None = None) -> pl.DataFrame:
        """Return the requests of a source (or all) about `days` (or any).

        Each request is one row of `FETCHES`, whatever its outcome; but those answered from the archive (`kept`) are in no journal. A line
        that is repeated in the files counts once.
        """
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for name in self._list_sources() if source is None else [source]:
            for line in self._read_lines(name, days):
                row = {column: line[column] for column in FETCHES.schema.names()}
                row |= {"index_date": date.fromisoformat(line["index_date"]), "asked_at": datetime.fromisoformat(line["asked_at"])}
                row["item"] = row["item"].encode("utf-8", "replace").decode()  # Polars rejects lone surrogates
                rows[line["source"], row["item"], line["asked_at"]] = row  # by the key of `FETCHES`, so that a repeated line is one row
        return FETCHES.conform(pl.DataFrame(list(rows.values()), schema=FETCHES.schema))

    def find_damaged(self) -> Iterator[Path]:
        """Yield the path of each stored body that is missing or damaged.

        The bodies are those of all responses in the journal, whether their file exists or not.
        """
        for source in self._list_sources():
            for sha256 in sorted({line["answer"].sha256 for line in self._read_lines(source, None) if line["answer"]}):
                if self._read_body(sha256) is None:
                    yield self._body_path(sha256)

    def _list_sources(self) -> list[str]:
        """List the sources in the journal.

        What programs of the desktop left there, such as `.DS_Store` or `rss copy`, is ignored.
        """
        return sorted(path.name for path in (self.root / "journal").glob("*") if _SOURCE.fullmatch(path.name))

    def _read_lines(self, source: str, days: Days | None) -> Iterator[dict[str, Any]]:
        """Yield the journal's records about `days`, or all, as dictionaries.

        They are in order of day, and within a day in order of writing. A line that is not a JSON object with all fields of a request is
        skipped, e.g. one that a killed process left half-written. `answer` becomes a `StoredResponse`, or None if it is invalid.
        """
        if days is None:
            paths = sorted((self.root / "journal" / _check_source(source)).glob("*/*.jsonl"))
        else:
            paths = [path for day in days if (path := self._journal_path(source, day)).exists()]
        for path in paths:
            yield from _read_journal(path)

    def _body_path(self, sha256: str) -> Path:
        return self.root / "bodies" / sha256[:2] / f"{sha256}.gz"

    def _newest_path(self, source: str, item: str) -> Path:
        digest = hashlib.sha256(item.encode("utf-8", "surrogatepass")).hexdigest()
        slug = _NOT_SLUG.sub("-", item.lower())[-_LONGEST_SLUG:].strip("-")
        return self.root / "newest" / _check_source(source) / digest[:2] / f"{slug}-{digest[:32]}.json"

    def _journal_path(self, source: str, day: date) -> Path:
        return self.root / "journal" / _check_source(source) / f"{day:%Y}" / f"{day.isoformat()}.jsonl"

    def _read_body(self, sha256: str) -> bytes | None:
        """Read the body with this hash; None if missing or damaged."""
        try:
            body = gzip.decompress(self._body_path(sha256).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None
        return body if hashlib.sha256(body).hexdigest() == sha256 else None

    def _write_body(self, sha256: str, body: bytes) -> None:
        """Write a body, unless it is stored and undamaged."""
        if self._read_body(sha256) is None:
            with replacing(self._body_path(sha256)) as temporary:
                temporary.write_bytes(gzip.compress(body, mtime=0))

    def _append_line(self, path: Path, line: Mapping[str, Any]) -> None:
        """Append a line to a journal file, and write it to disk.

        Raises `OSError` if it could not be written completely.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        # The newline in front ends a line that a crash left incomplete. A single write keeps lines of several processes apart.
        encoded = b"\n" + json.dumps(line).encode() + b"\n"
        with path.open("ab", buffering=0) as file:
            if file.write(encoded) < len(encoded):
                raise OSError(errno.ENOSPC, "the journal could not be written completely; free some disk space", str(path))
            os.fsync(file.fileno())


def _check_source(name: str) -> str:
    if not _SOURCE.fullmatch(name):
        raise ValueError(f"{name!r} is not a valid name of a source: use lower-case letters, digits and _")
    return name


def _read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of the journal, as `Archive._read_lines` says."""
    for line in path.read_bytes().split(b"\n"):
        try:
            record = json.loads(line) if line else None
        except ValueError:
            continue  # a process died while it wrote this line
        if isinstance(record, dict) and record.keys() >= _FIELDS:
            yield record | {"answer": _parse_response(record["answer"])}


def _read_response(path: Path) -> StoredResponse | None:
    """Read the record of a response; None if missing or damaged."""
    try:
        return _parse_response(json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError):
        return None  # a damaged file counts as no response, so that the item is fetched again


def _to_record(response: StoredResponse) -> dict[str, str]:
    values = {name: value for name, value in asdict(response).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _parse_response(record: Any) -> StoredResponse | None:
    """Convert a JSON record to a `StoredResponse`; None if it is invalid."""
    try:
        if not _SHA256.fullmatch(record["sha256"]):
            return None
        parsed = {"about": date.fromisoformat(record["about"]), "fetched_at": datetime.fromisoformat(record["fetched_at"])}
        if "confirmed_at" in record:
            parsed["confirmed_at"] = datetime.fromisoformat(record["confirmed_at"])
        return StoredResponse(**record | parsed)
    except (ValueError, KeyError, TypeError):
        return None
