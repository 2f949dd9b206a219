"""What the rules read in a text."""

from typing import Any

from pipeline.signals.extract import SentenceExtractor


def explain(text: str) -> list[dict[str, Any]]:
    """Return the findings of the rules."""
    return SentenceExtractor("rules").explain(text).to_dicts()


def asserted(text: str) -> set[str]:
    """Return the asserted findings as `CHN>USA measure`."""
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in explain(text) if f["modality"] == "asserted"}
