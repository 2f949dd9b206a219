"""The look of all tables in the terminal."""

from typing import Any

from rich import box
from rich.table import Table


def new_table(title: str, **style: Any) -> Table:
    """Return an empty table with its title.

    It has no lines between columns; title and caption are on the left.
    """
    return Table(title=title, box=box.SIMPLE_HEAD, **{"padding": (0, 1, 0, 0)} | style, title_justify="left", caption_justify="left")


def add_columns(table: Table, *heads: str, justify: Any = "right") -> None:
    """Add columns that are not wrapped, by default right-aligned for numbers."""
    for head in heads:
        table.add_column(head, justify=justify, no_wrap=True)
