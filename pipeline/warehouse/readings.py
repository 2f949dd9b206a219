"""A cache of readings in Parquet files.

A reading is the result of an extractor for one text. Belongs here: files. Does not: what a reading is (`pipeline/signals/cached.py`).
Without the folder, or a file of it, texts are read again.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.durable_files import hash_file, read_known_sums, write_sums
from pipeline.warehouse.lake import write_parquet

#: When there are this many files they are merged into one, which keeps look-ups fast.
MAX_FILES = 32


class StoredReadings:
    """Stored readings of one version of an extractor.

    They are in the files `<root>/<fingerprint>/<number>.parquet`.
    """

    def __init__(self, root: Path, fingerprint: str, schema: pl.Schema) -> None:
        self._folder = root / fingerprint
        self._schema = schema
        self._is_checked = False

    def _files(self) -> list[Path]:
        """List the stored files of readings.

        The first call deletes those that differ from their checksum or have none, so their texts are read again.
        """
        files = sorted(self._folder.glob("[!.]*.parquet"))
        if not self._is_checked:
            self._is_checked = True
            sums = read_known_sums(self._folder)
            for path in files:
                if sums.get(path.name) != hash_file(path):
                    path.unlink()
            files = [path for path in files if path.exists()]
        return files

    def get(self, keys: Sequence[str]) -> pl.DataFrame:
        """Return the stored readings of some texts, each once, in no order.

        `keys`: values of `text_key`. Texts without a stored reading are left out.
        """
        files = self._files()
        if not files:
            return pl.DataFrame(schema=self._schema)
        wanted = pl.LazyFrame({"text_key": pl.Series(keys, dtype=pl.String())}).unique()
        return pl.scan_parquet(files, schema=self._schema).join(wanted, on="text_key", how="semi").unique("text_key").collect()

    def add(self, readings: pl.DataFrame) -> None:
        """Store more readings, in a new file.

        If there are already `MAX_FILES` files, the new one replaces them and has their readings too. A file is never seen half-written.
        """
        files = self._files()
        number = int(files[-1].stem) + 1 if files else 0
        if len(files) >= MAX_FILES:
            readings = pl.concat([pl.read_parquet(files, schema=self._schema), readings])
        write_parquet(readings, self._folder / f"{number:08}.parquet")
        new = f"{number:08}.parquet"
        others = {name: digest for name, digest in read_known_sums(self._folder).items() if (self._folder / name).exists()}
        write_sums(self._folder, others | {new: hash_file(self._folder / new)})
        if len(files) >= MAX_FILES:  # only now: a run killed in between leaves readings twice, and `get` returns each once
            for path in files:
                path.unlink()
