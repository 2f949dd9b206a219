"""Article files by format: Parquet, JSON and CSV into the same columns of text, batch by batch.

Belongs here: the grammar of each format, and what becomes of a line that breaks it; here at the top, which reader a name asks for. Does
not: which files are read and how their rows are named and dated (`articles.py` of the folder above), or whether a row is a usable article
(`pipeline/articles`).
"""

from collections.abc import Callable, Iterator, Mapping

import polars as pl

from pipeline.sources.files.formats.csv_text import read_csv
from pipeline.sources.files.formats.json_text import read_json
from pipeline.sources.files.formats.parquet import read_parquet
from pipeline.sources.files.formats.reading import Asked, Found
from pipeline.sources.files.places import Place

#: Batches of `ROWS` in the order of the file; which columns there are is noted in `Found` on the way.
Reader = Callable[[Place, Asked, Found], Iterator[pl.DataFrame]]

READERS: Mapping[str, Reader] = {
    ".parquet": read_parquet,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".csv": read_csv,
}


def reader_of(name: str) -> Reader | None:
    """The reader for a file of that name, also under .gz; None when the name is that of no known format."""
    plain = name.lower().removesuffix(".gz")
    return next((reader for suffix, reader in READERS.items() if plain.endswith(suffix) and plain != suffix), None)
