"""Print the data dictionary; `make dictionary` writes it to `docs/data-dictionary.md`."""

import sys

from pipeline.contracts.dictionary import render_markdown
from pipeline.contracts.tables import TABLES, VIEWS


def render_dictionary() -> str:
    """Render every table and view of the contracts as Markdown."""
    return render_markdown(list(TABLES.values()), list(VIEWS.values()))


if __name__ == "__main__":
    sys.stdout.write(render_dictionary())
