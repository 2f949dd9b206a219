"""Print the data dictionary: `make dictionary` writes it to `docs/data-dictionary.md`."""

import sys

from pipeline.contracts.dictionary import markdown
from pipeline.contracts.tables import TABLES


def render_dictionary() -> str:
    """Render every table of the contracts, published or not, as Markdown."""
    return markdown(list(TABLES.values()))


if __name__ == "__main__":
    sys.stdout.write(render_dictionary())
