"""Stored responses of statistical offices, for tests without a network."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.tables.raw import FETCHES
from pipeline.sources.customs.trade_figures import goods_label
from pipeline.sources.payloads import Payload

FIXTURES = Path(__file__).parents[2] / "fixtures"
IMPORTS = ["GEN_VAL_MO", "CON_VAL_MO", "DUT_VAL_MO", "CAL_DUT_MO", "CTY_CODE", "I_COMMODITY", "time"]

_Request = tuple[Payload, datetime, str, str | None]  # payload, time of the request, outcome, SHA-256


def make_payload(source: str, item: str, body: bytes | str, *, codes: Sequence[str] = (), at: str = "2026-11-20T10:00") -> Payload:
    """Return the response to an item such as `imports CHN 2025`, received at the UTC time `at`."""
    content = body.encode() if isinstance(body, str) else body
    url = f"https://{source}.example/figures"
    fetched_at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Payload(source, f"{item} {goods_label(codes)}", date(2025, 1, 1), url, fetched_at, "application/json", content)


def load_fixture(source: str, item: str, name: str, **more: Any) -> Payload:
    """Return a response with the body of a file in `tests/fixtures/<source>`."""
    return make_payload(source, item, (FIXTURES / source / name).read_bytes(), **more)


def census_imports(*months: tuple[str, float], at: str, item: str = "imports CHN 2025") -> Payload:
    """Return US imports of all goods from China by month, in millions of USD, with duties of 10 %."""
    cells = [[str(round(value * 1e6))] * 3 + [str(round(value * 1e5)), "5700", "-", month] for month, value in months]
    return make_payload("census", item, json.dumps([IMPORTS, *cells]), at=at)


@dataclass(frozen=True)
class FakeArchive:
    """An archive in memory.

    `responses` are in order of arrival. On the days `missing_on`, a request for the item of the first one had the outcome `missing`.
    """

    responses: tuple[Payload, ...]
    missing_on: tuple[str, ...] = ()

    def payloads(self, source: str) -> Iterator[Payload]:
        """Yield the responses of a source in order of arrival; an item's body that occurred before is skipped."""
        seen: set[tuple[str, str]] = set()
        for payload in self.responses:
            if payload.source == source and (payload.item, payload.sha256) not in seen:
                seen.add((payload.item, payload.sha256))
                yield payload

    def journal(self, source: str) -> pl.DataFrame:
        """Return all requests to a source, like `Archive.journal`."""
        requests: list[_Request] = [(payload, payload.fetched_at, "stored", payload.sha256) for payload in self.responses]
        requests += [(self.responses[0], datetime.fromisoformat(day).replace(tzinfo=UTC), "missing", None) for day in self.missing_on]
        return _to_journal(request for request in requests if request[0].source == source)


def _to_journal(requests: Iterable[_Request]) -> pl.DataFrame:
    rows = [
        FETCHES.example().row(0, named=True)
        | {"source": one.source, "item": one.item, "asked_at": at, "outcome": outcome, "sha256": sha256, "index_date": one.day}
        for one, at, outcome, sha256 in requests
    ]
    return FETCHES.conform(pl.DataFrame(rows, schema=FETCHES.schema))
