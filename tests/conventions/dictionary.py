"""Prints the data dictionary: the program behind `make dictionary`."""

import sys

from pipeline.contracts.dictionary import markdown
from pipeline.contracts.tables import TABLES


def text() -> str:
    """Every table of the contracts, published or not."""
    return markdown(list(TABLES.values()))


if __name__ == "__main__":
    sys.stdout.write(text())
