"""Lines that a publisher adds to an article and that tell nothing: offers, credits, notices. What they look like stands in the TOML file.

Belongs here: reading that file, taking such lines out. Does not: which parts of a page are the article (`markup.py`).
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

BOILERPLATE_FILE = Path(__file__).with_name("boilerplate.toml")
LONGEST_LINE = 240  # characters; what is longer is a paragraph of the article, whatever it begins with

_AROUND = r"[^\S\n]*"
_BULLET = r"(?:[•*·|>»\u{2013}\u{2014}-]+[^\S\n]*)?"


def without_boilerplate(text: pl.Series) -> pl.Series:
    """Each text without the lines that are nothing but a publisher's own words; an empty line stays in their place.

    Whole lines only, so that no sentence loses a part.
    """
    found = text.str.contains(rf"(?m)^{_line()}$").fill_null(value=False)
    if not found.any():
        return text
    lines = text.filter(found).str.split("\n").to_frame("line").with_row_index("text").explode("line")
    line = pl.col("line")
    added = (line.str.len_chars() <= LONGEST_LINE) & line.str.contains(rf"^{_line()}$")
    kept = lines.with_columns(line=pl.when(added).then(pl.lit("")).otherwise(line)).group_by("text", maintain_order=True)
    return text.clone().scatter(found.arg_true(), kept.agg(line.str.join("\n"))["line"])


def entries() -> list[dict[str, Any]]:
    """What the file holds: of each kind of line `pattern`, its parts filled in, what `goes` by it and what `stays`."""
    given = tomllib.loads(BOILERPLATE_FILE.read_text(encoding="utf-8"))
    filled: list[dict[str, Any]] = []
    for entry in given["line"]:
        pattern = entry["pattern"]
        for name, part in given["parts"].items():
            pattern = pattern.replace(f"{{{name}}}", part)
        filled.append(entry | {"pattern": pattern})
    return filled


@cache
def _line() -> str:
    either = "|".join(f"(?:{entry['pattern']})" for entry in entries())
    return rf"{_AROUND}{_BULLET}(?i:{either}){_AROUND}"
