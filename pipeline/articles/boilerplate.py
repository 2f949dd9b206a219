"""Removes lines that publishers add: offers, credits, notices.

Their patterns are in `boilerplate.toml`. Which parts of an HTML page are the article is decided in `markup.py`.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

BOILERPLATE_FILE = Path(__file__).with_name("boilerplate.toml")
MAX_LINE_CHARS = 240  # a longer line is a paragraph of the article

_AROUND = r"[^\S\n]*"  # white space within the line
_BULLET = r"(?:[•*·|>»\u{2013}\u{2014}-]+[^\S\n]*)?"


def remove_boilerplate(text: pl.Series) -> pl.Series:
    """Replace boilerplate lines with empty lines.

    Only whole lines of up to `MAX_LINE_CHARS` characters are removed. Other lines, and null, stay as they are.
    """
    has_boilerplate = text.str.contains(rf"(?m)^{_line_pattern()}$").fill_null(value=False)
    if not has_boilerplate.any():
        return text
    lines = text.filter(has_boilerplate).str.split("\n").to_frame("line").with_row_index("text").explode("line")
    line = pl.col("line")
    is_boilerplate = (line.str.len_chars() <= MAX_LINE_CHARS) & line.str.contains(rf"^{_line_pattern()}$")
    cleaned = lines.with_columns(line=pl.when(is_boilerplate).then(pl.lit("")).otherwise(line)).group_by("text", maintain_order=True)
    return text.clone().scatter(has_boilerplate.arg_true(), cleaned.agg(line.str.join("\n"))["line"])


def read_patterns() -> list[dict[str, Any]]:
    """Read the entries of `boilerplate.toml`.

    Each has its `pattern`, in which a name such as `{letters}` is replaced by the shared part of that name, lines that it removes (list
    `goes`), and a similar line that it keeps (`stays`).
    """
    content = tomllib.loads(BOILERPLATE_FILE.read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = []
    for entry in content["line"]:
        pattern = entry["pattern"]
        for name, part in content["parts"].items():
            pattern = pattern.replace(f"{{{name}}}", part)
        entries.append(entry | {"pattern": pattern})
    return entries


@cache
def _line_pattern() -> str:
    """Build the pattern of a whole boilerplate line, perhaps after a bullet."""
    either = "|".join(f"(?:{entry['pattern']})" for entry in read_patterns())
    return rf"{_AROUND}{_BULLET}(?i:{either}){_AROUND}"
