"""What the rules read in a text."""

from collections.abc import Container
from typing import Any

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.extract import SentenceExtractor

#: Kinds that restrict trade or refuse to free it, and kinds that free it.
ESCALATIONS = ("measure", "threat", "investigation", "refusal")
RELIEFS = ("easing", "offer", "purchase", "agreement")


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


def read_pairs(text: str, kinds: Container[str] = KIND_POLARITY, title: str = "") -> set[str]:
    """Return actor and target of what both readers assert, e.g. `CHN>USA`; only of these kinds."""
    return {finding.split()[0] for finding in read(text, title) if finding.split()[1] in kinds}
