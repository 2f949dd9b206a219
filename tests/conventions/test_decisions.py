"""Every entry of `docs/decisions.md` has a context, a decision and consequences, and is short."""

import re
from pathlib import Path

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions.md"
PARTS = ["Context", "Decision", "Consequences"]
MAX_LINES = 12  # heading and blank lines included
MAX_COLUMNS = 120


def read_entries(page: str) -> dict[str, list[str]]:
    """Read the lines of each entry (a heading of level 3 and what follows it), by title."""
    entries = {}
    for section in re.split(r"^(?=##+ )", page, flags=re.MULTILINE):
        if section.startswith("### "):
            lines = section.rstrip().splitlines()
            entries[lines[0].removeprefix("### ")] = lines
    return entries


ENTRIES = read_entries(DECISIONS.read_text(encoding="utf-8"))


def test_entries_are_separated_by_headings() -> None:
    page = "# Decisions\n\n## One\n\n### A\n\n* a\n\n### B\n\n* b\n\n## Two\n\n| c |\n"
    assert read_entries(page) == {"A": ["### A", "", "* a"], "B": ["### B", "", "* b"]}


def test_entries_have_context_decision_and_consequences() -> None:
    assert len(ENTRIES) > 20
    parts = {title: [line[4:].partition(".**")[0] for line in lines if line.startswith("* **")] for title, lines in ENTRIES.items()}
    assert {title: names for title, names in parts.items() if names != PARTS} == {}


def test_entries_have_no_other_paragraphs() -> None:
    other = {title: [line for line in lines[2:] if not line.startswith(("* **", "  "))] for title, lines in ENTRIES.items()}
    assert {title: lines for title, lines in other.items() if lines} == {}


def test_entries_are_short() -> None:
    assert {title: len(lines) for title, lines in ENTRIES.items() if len(lines) > MAX_LINES} == {}


def test_lines_of_entries_are_wrapped() -> None:
    assert {title: line for title, lines in ENTRIES.items() for line in lines if len(line) > MAX_COLUMNS} == {}
