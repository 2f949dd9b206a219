"""What the readers find in a text."""

from collections.abc import Container, Iterable
from datetime import date
from typing import Any

import polars as pl

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.extract import read_batch
from pipeline.signals.segment import document
from pipeline.signals.texts import TEXTS_SCHEMA

#: Kinds that restrict trade or refuse to free it, and kinds that free it.
ESCALATIONS = ("measure", "threat", "investigation", "refusal")
RELIEFS = ("easing", "offer", "purchase", "agreement")

#: The texts that the tests of a file read. They are read together, because one by one they take several times as long.
_expected: list[str] = []
#: Their findings, by reader, title, day and text.
_findings: dict[tuple[str, str, date | None], dict[str, pl.DataFrame]] = {}


def expect(texts: Iterable[str]) -> None:
    """Say which texts will be read, instead of those of an earlier call."""
    _expected[:] = dict.fromkeys(texts)
    _findings.clear()


def find(mode: str, text: str, *, title: str = "", day: date | None = None) -> pl.DataFrame:
    """Return what `SentenceExtractor(mode).explain` returns.

    If the text is one of the expected texts, all of them are read in one batch.
    """
    by_text = _findings.setdefault((mode, title, day), {})
    if text not in by_text:
        texts = _expected if text in _expected else [text]
        rows = [(str(number), day, "", document(title, one) if title else one, len(title)) for number, one in enumerate(texts)]
        frame = pl.DataFrame(rows, schema={**TEXTS_SCHEMA, "title_length": pl.Int64()}, orient="row")
        findings = read_batch(mode, 1, frame).sort("span_start", "actor", "target", "kind", maintain_order=True)
        parts = findings.partition_by("article_id", as_dict=True)
        by_text |= {one: parts.get((str(number),), findings.clear()) for number, one in enumerate(texts)}
    return by_text[text]


def explain(text: str) -> list[dict[str, Any]]:
    """Return the rules' findings in a text as rows."""
    return find("rules", text).to_dicts()


def asserted(text: str) -> set[str]:
    """Return actor, target and kind of the findings that a text reports as news, e.g. `CHN>USA measure`."""
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in explain(text) if f["modality"] == "asserted"}


def read(text: str, title: str = "", day: date | None = None) -> set[str]:
    """Return what both readers assert, as `asserted` does."""
    findings = find("both", text, title=title, day=day).filter(modality="asserted").to_dicts()
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in findings}


def read_pairs(text: str, kinds: Container[str] = KIND_POLARITY, title: str = "") -> set[str]:
    """Return actor and target of what both readers assert, e.g. `CHN>USA`; only of these kinds."""
    return {finding.split()[0] for finding in read(text, title) if finding.split()[1] in kinds}
