"""What the rules read in a text."""

from typing import Any

from pipeline.signals.extract import SentenceExtractor


def explain(text: str) -> list[dict[str, Any]]:
    """Return the rules' findings in a text as rows."""
    return SentenceExtractor("rules").explain(text).to_dicts()


def asserted(text: str) -> set[str]:
    """Return actor, target and kind of the findings that a text reports as news, e.g. `CHN>USA measure`."""
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in explain(text) if f["modality"] == "asserted"}


def read(text: str, title: str = "") -> set[str]:
    """Return what both readers assert, as `asserted` does."""
    findings = SentenceExtractor("both").explain(text, title=title).filter(modality="asserted").to_dicts()
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in findings}
