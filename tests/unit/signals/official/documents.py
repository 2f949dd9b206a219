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


def make_document(title: str = "Steel Whistles From Taiwan: Antidumping Duty Order", **fields: Any) -> dict[str, Any]:
    """Make a notice of the International Trade Administration, published on `DAY`; `agencies` is a list."""
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


def make_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Convert rows to the raw table; rows without a `raw_id` get one."""
    numbered = [dict(row) | {"raw_id": row.get("raw_id") or f"federal_register {DAY}, page 1#{n}"} for n, row in enumerate(rows, start=1)]
    return pl.DataFrame(numbered, schema=RAW_OFFICIAL_DOCUMENTS.schema)


def read_labelled(half: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the labelled documents of a half as (row, labels)."""
    for line in (GOLD / f"official-{half}.jsonl").read_text(encoding="utf-8").splitlines():
        labels = json.loads(line)
        fields = {
            name: labels[name] for name in labels if name in RAW_OFFICIAL_DOCUMENTS.schema and name not in {"title", "effective_date"}
        }
        yield make_document(labels["title"], **fields, document_number=labels["id"]), labels
