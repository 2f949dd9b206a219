"""The look of all tables in the terminal."""

from collections.abc import Iterable
from typing import Any

from rich import box
from rich.table import Table

_LONGEST_WORD = 20  # characters; a label column may break longer words


def new_table(title: str, **style: Any) -> Table:
    """Return an empty table with its title.

    It has no lines between columns; title and caption are on the left.
    """
    return Table(title=title, box=box.SIMPLE_HEAD, **{"padding": (0, 1, 0, 0)} | style, title_justify="left", caption_justify="left")


def add_label_column(table: Table, head: str, labels: Iterable[str]) -> None:
    """Add a column of texts that are wrapped between words.

    `labels`: all texts of the column. Words of up to 20 characters are not broken, however narrow the terminal is.
    """
    longest = max((len(word) for label in labels for word in label.split()), default=0)
    table.add_column(head, overflow="fold", min_width=min(longest, _LONGEST_WORD))


def add_columns(table: Table, *heads: str, justify: Any = "right") -> None:
    """Add columns, by default right-aligned for numbers.

    The first column of a table has the labels of its rows and is never cut. Other cells are wrapped in a narrow terminal.
    """
    for head in heads:
        is_label = not table.columns
        table.add_column(head, justify=justify, no_wrap=is_label, overflow="fold")
