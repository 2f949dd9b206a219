"""Formats of article files, read in batches as text columns.

Does not belong here: finding files, names and days of rows (`articles.py`), judging articles (`pipeline/articles`).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

import polars as pl

from pipeline.sources.files.formats.batches import FoundColumns, ReadOptions
from pipeline.sources.files.formats.csv_text import read_csv
from pipeline.sources.files.formats.json_text import read_json
from pipeline.sources.files.formats.parquet import read_parquet
from pipeline.sources.files.locations import Location

#: Yields batches of rows as received (`ROWS`), in the order of the file, and adds the columns it finds to `FoundColumns`.
ReadFormat = Callable[[Location, ReadOptions, FoundColumns], Iterator[pl.DataFrame]]

FORMATS: Mapping[str, ReadFormat] = {
    ".parquet": read_parquet,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_csv,
}

# Of single files: one of unknown format has no articles, however compressed.
_COMPRESSED = (".bz2", ".lz4", ".xz", ".zst")
_CONTAINERS = (".7z", ".rar", ".tar", ".tgz", ".xls", ".xlsx", ".zip")


def find_format(name: str) -> ReadFormat | None:
    """Return the function that reads a file of this name.

    The extension may be in upper case and followed by .gz. Returns None for an unknown format, or a name that is only an extension.
    """
    plain = name.lower().removesuffix(".gz")
    return next((read_format for suffix, read_format in FORMATS.items() if plain.endswith(suffix) and plain != suffix), None)


def find_unread_extension(name: str) -> str | None:
    """Return the extension of a file that may have unread articles.

    The file is packed in another way than .gz, or a workbook. A zip file counts too: one in another is not read. None for other files.
    """
    path = PurePosixPath(name.lower())
    if path.suffix in _CONTAINERS or (path.suffix in _COMPRESSED and find_format(path.stem)):
        return path.suffix
    is_packed_folder = path.suffix in (".gz", *_COMPRESSED) and path.stem.endswith(".tar")
    return f".tar{path.suffix}" if is_packed_folder else None
