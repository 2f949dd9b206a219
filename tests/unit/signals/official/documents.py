"""Invented documents of the journal as rows of `RAW_OFFICIAL_DOCUMENTS`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.tables.official import RAW_OFFICIAL_DOCUMENTS

GOLD = Path(__file__).parents[3] / "gold"
DAY = date(2026, 3, 17)


def document(title: str = "Steel Whistles From Taiwan: Antidumping Duty Order", **fields: Any) -> dict[str, Any]:
    """A notice of the International Trade Administration, published on `DAY`; `agencies` is a list."""
    agencies = fields.pop("agencies", ["commerce-department", "international-trade-administration"])
    day = fields.get("publication_date", DAY.isoformat())
    return dict.fromkeys(RAW_OFFICIAL_DOCUMENTS.schema.names()) | {
        "document_number": "2026-90001",
        "publication_date": day,
        "index_date": date.fromisoformat(day) if isinstance(day, str) else DAY,
        "title": title,
        "type": "Notice",
        "agencies": ", ".join(agencies) if isinstance(agencies, list) else agencies,
        "html_url": "https://www.federalregister.gov/documents/2026/03/17/2026-90001/x",
        "received_at": datetime(2026, 3, 18, tzinfo=UTC),
    } | fields  # fmt: skip


def frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows as the contract has them; those without a `raw_id` get one."""
    named = [dict(row) | {"raw_id": row.get("raw_id") or f"federal_register {DAY}, page 1#{n}"} for n, row in enumerate(rows, start=1)]
    return pl.DataFrame(named, schema=RAW_OFFICIAL_DOCUMENTS.schema)


def labelled(half: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each labelled document of a half, as a row and with its labels."""
    for line in (GOLD / f"official-{half}.jsonl").read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        fields = {name: given[name] for name in given if name in RAW_OFFICIAL_DOCUMENTS.schema and name not in {"title", "effective_date"}}
        yield document(given["title"], **fields, document_number=given["id"]), given
