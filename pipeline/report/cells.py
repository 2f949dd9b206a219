"""Tables of the page, as cells: content without layout."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Cell:
    """One cell: text or quote, perhaps with a link or sparkline."""

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
    """The head of a column; numbers are aligned to the right."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Fold:
    """A table that readers can unfold, with sentences above it.

    `name` is part of its identifier and of its file's name. Without rows it is left out, unless `is_always_shown`: its title says why.
    """

    name: str
    title: str
    sentences: tuple[str, ...]
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_always_shown: bool = False


def say_cut(count: int, limit: int, what: str) -> str:
    """Say that some rows are not shown; nothing if all are."""
    return f" The {limit} {what} are shown." if count > limit else ""
