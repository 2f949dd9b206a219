"""Answers of statistical offices as a client would have kept them, for tests that need no network."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.tables.raw import FETCHES
from pipeline.sources.customs.common import goods_label
from pipeline.sources.payloads import Payload

FIXTURES = Path(__file__).parents[2] / "fixtures"
IMPORTS = ["GEN_VAL_MO", "CON_VAL_MO", "DUT_VAL_MO", "CAL_DUT_MO", "CTY_CODE", "I_COMMODITY", "time"]


def answer(source: str, about: str, body: bytes | str, *, codes: Sequence[str] = (), at: str = "2026-11-20T10:00") -> Payload:
    """An answer to a question such as `imports CHN 2025`, which came at that UTC time."""
    content = body.encode() if isinstance(body, str) else body
    url = f"https://{source}.example/figures"
    fetched_at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Payload(source, f"{about} {goods_label(codes)}", date(2025, 1, 1), url, fetched_at, "application/json", content)


def fixture(source: str, about: str, name: str, **more: Any) -> Payload:
    """An answer with the body of a file of `tests/fixtures/<source>`."""
    return answer(source, about, (FIXTURES / source / name).read_bytes(), **more)


def imports(*months: tuple[str, float], at: str, about: str = "imports CHN 2025") -> Payload:
    """US imports from China of all goods by month, in millions of USD, with duties of a tenth of them."""
    cells = [[str(round(value * 1e6))] * 3 + [str(round(value * 1e5)), "5700", "-", month] for month, value in months]
    return answer("census", about, json.dumps([IMPORTS, *cells]), at=at)


@dataclass(frozen=True)
class FakeArchive:
    """What an archive has: answers in order of arrival, and days on which the first one's question was answered by nothing."""

    answers: tuple[Payload, ...]
    nothing_on: tuple[str, ...] = ()

    def payloads(self, source: str) -> Iterator[Payload]:
        """As `Archive.payloads`: every distinct answer once, at its first coming."""
        seen: set[tuple[str, str]] = set()
        for one in self.answers:
            if one.source == source and (one.item, one.sha256) not in seen:
                seen.add((one.item, one.sha256))
                yield one

    def journal(self, source: str) -> pl.DataFrame:
        """As `Archive.journal`."""
        asked: list[tuple[Payload, datetime, str, str | None]] = [(one, one.fetched_at, "stored", one.sha256) for one in self.answers]
        asked += [(self.answers[0], datetime.fromisoformat(day).replace(tzinfo=UTC), "missing", None) for day in self.nothing_on]
        return _journal((one, at, outcome, sha256) for one, at, outcome, sha256 in asked if one.source == source)


def _journal(asked: Iterable[tuple[Payload, datetime, str, str | None]]) -> pl.DataFrame:
    rows = [
        FETCHES.example().row(0, named=True)
        | {"source": one.source, "item": one.item, "asked_at": at, "outcome": outcome, "sha256": sha256, "index_date": one.day}
        for one, at, outcome, sha256 in asked
    ]
    return FETCHES.conform(pl.DataFrame(rows, schema=FETCHES.schema))
