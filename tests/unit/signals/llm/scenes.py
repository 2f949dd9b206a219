"""Invented texts, signals in them, and extractors with short waits."""

from pathlib import Path
from typing import Any

import polars as pl
from pydantic import SecretStr

from pipeline.signals.readers.llm.budget import Budget
from pipeline.signals.readers.llm.cache import FolderCache
from pipeline.signals.readers.llm.client import Endpoint, Limits
from pipeline.signals.readers.llm.confidence import IDENTITY
from pipeline.signals.readers.llm.extractor import LlmExtractor
from pipeline.signals.readers.llm.prompt import Article
from pipeline.signals.segment import split_sentences
from pipeline.signals.texts import TEXTS_SCHEMA

TEXT = "Ottawa will charge 18 percent on Brazilian aluminium from 1 June. Brasília called the duty unfair. Traders shrugged."
SHORT_WAITS = Limits(timeout_seconds=5, backoff_seconds=0.001, max_wait_seconds=0.02, max_failures_in_a_row=3)


def make_article(text: str = TEXT, *, title: str = "") -> Article:
    whole = f"{title}\n\n{text}" if title else text
    return Article("a", None, "Wire", tuple(split_sentences(whole, len(title))))


def make_signal(**changed: Any) -> dict[str, Any]:
    """Make a correct signal of the first sentence of `TEXT`, with changes."""
    return {
        "sentence": 1, "quote": "Ottawa will charge 18 percent on Brazilian aluminium", "actor": "CAN", "target": "BRA", "kind": "measure",
        "status": "announced", "modality": "asserted", "instrument": "tariff", "is_retaliation": False, "is_conditional": False,
        "rate_pct": 18, "value_usd": None, "product": "aluminium", "confidence": 0.9, **changed,
    }  # fmt: skip


def make_answer(*signals: Any) -> dict[str, Any]:
    return {"signals": list(signals)}


def make_texts(*contents: str) -> pl.DataFrame:
    return pl.DataFrame([(f"t{n}", None, "Wire", text) for n, text in enumerate(contents)], schema=TEXTS_SCHEMA, orient="row")


def make_extractor(
    url: str,
    folder: Path,
    *,
    key: str | None = None,
    requests: int = 1_000,
    tokens: int = 100_000_000,
    limits: Limits = SHORT_WAITS,
    concurrency: int = 1,
) -> LlmExtractor:
    return LlmExtractor(
        Endpoint(url, "tiny-model", SecretStr(key) if key else None),
        FolderCache(folder),
        Budget(requests, tokens),
        confidence=IDENTITY,
        limits=limits,
        concurrency=concurrency,
    )
