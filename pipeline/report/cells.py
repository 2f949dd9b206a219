"""Tables of the page, as cells: content without layout."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Cell:
    """One cell: a text, quote or sparkline; not escaped.

    With a date in `published`, the text is a quote, and `source` and date follow it; otherwise `source` is not shown. A sparkline (`svg`)
    is shown instead of text and link. `url` is linked only if it is a web address.
    """

    text: str
    url: str | None = None
    source: str = ""
    published: date | None = None
    svg: str = ""

    @property
    def is_quote(self) -> bool:
        """Whether the text is a sentence of an article."""
        return self.published is not None


@dataclass(frozen=True)
class Head:
    """Head of a column; columns of numbers are aligned to the right."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Fold:
    """A table that readers can unfold, with sentences above it.

    `name` is part of its HTML identifier and of the name of its CSV file. A table without rows is left out, unless `is_always_shown`: its
    title then says why there are none.
    """

    name: str
    title: str
    sentences: tuple[str, ...]
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_always_shown: bool = False


def say_cut(count: int, limit: int, what: str) -> str:
    """Say that only `limit` rows are shown, if `count` is larger.

    The sentence starts with a space: " The 10 newest spells are shown.". Empty if all rows are shown. `what`: name of the rows.
    """
    return f" The {limit} {what} are shown." if count > limit else ""
