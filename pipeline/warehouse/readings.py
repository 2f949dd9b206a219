"""A cache of readings in Parquet files.

A reading is the result of an extractor for one text. Belongs here: files. Does not: what a reading is (`pipeline/signals/cached.py`).
If the folder or a file in it is deleted, its texts are read again.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.durable_files import hash_file, read_known_sums, write_sums
from pipeline.warehouse.lake import write_parquet

#: When a part has this many files they are merged into one, which keeps look-ups fast.
MAX_FILES = 32
#: The readings of one part are in files of their own, so that never more than a part has to be in memory.
_PART = pl.col("text_key").str.slice(0, 1)


class StoredReadings:
    """Stored readings of one version of an extractor.

    They are in the files `<root>/<fingerprint>/<part>-<number>.parquet`; the part of a reading is the first digit of its `text_key`, a
    hexadecimal hash of the text, and `number` counts up with each new file of a part. `fingerprint`: hash of the version of the extractor.
    """

    def __init__(self, root: Path, fingerprint: str, schema: pl.Schema) -> None:
        self._folder = root / fingerprint
        self._schema = schema
        self._checked: set[str] = set()

    def _files(self, part: str) -> list[Path]:
        """List the stored files of a part.

        The first call for a part deletes files that differ from their checksum or have none, so their texts are read again.
        """
        files = sorted(self._folder.glob(f"{part}-*.parquet"))
        if part not in self._checked:
            self._checked.add(part)
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
        wanted = pl.DataFrame({"text_key": pl.Series(keys, dtype=pl.String())}).unique()
        stored = (self._find(part, rows.lazy()) for (part,), rows in wanted.group_by(_PART))
        return pl.concat([pl.DataFrame(schema=self._schema), *stored])

    def _find(self, part: object, wanted: pl.LazyFrame) -> pl.DataFrame:
        """Return the readings in a part whose keys are in `wanted`.

        First only the keys are read, which is a hundred times as fast as reading whole rows; then only files with a wanted key are read.
        """
        files = self._files(str(part))
        if files:
            keys = pl.scan_parquet(files, schema=self._schema, include_file_paths="file", glob=False).select("text_key", "file")
            files = keys.join(wanted, on="text_key", how="semi").select(pl.col("file").unique()).collect()["file"].to_list()
        if not files:
            return pl.DataFrame(schema=self._schema)
        stored = pl.scan_parquet(files, schema=self._schema, glob=False)
        return stored.join(wanted, on="text_key", how="semi").unique("text_key").collect()

    def add(self, readings: pl.DataFrame) -> None:
        """Store more readings, in a new file of each part.

        If a part has already `MAX_FILES` files, the new one replaces them and has their readings too. A file is never seen half-written.
        """
        new: list[Path] = []
        merged: list[Path] = []
        for (part,), rows in readings.group_by(_PART):
            files = self._files(str(part))
            number = int(files[-1].stem.removeprefix(f"{part}-")) + 1 if files else 0
            new.append(self._folder / f"{part}-{number:08}.parquet")
            old = files if len(files) >= MAX_FILES else []
            merged += old
            write_parquet(pl.concat([*(pl.read_parquet(path, schema=self._schema, glob=False) for path in old), rows]), new[-1])
        stored = {name: digest for name, digest in read_known_sums(self._folder).items() if (self._folder / name).exists()}
        write_sums(self._folder, stored | {path.name: hash_file(path) for path in new})
        for path in merged:  # only now: a run killed in between leaves readings twice, and `get` returns each once
            path.unlink()
