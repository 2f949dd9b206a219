"""Compare the text of documents with figures."""

from scripts.tables import ROOT


def find_missing(page: str, *phrases: str) -> list[str]:
    """Return the phrases that a page lacks; a line break in it counts as a space."""
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    return [phrase for phrase in phrases if phrase not in text]
