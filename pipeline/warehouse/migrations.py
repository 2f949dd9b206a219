"""Changes of the layout of a home, from format to format.

Belongs here: what turns a home of an earlier format into one of the next. Does not: schemas of tables, which the contracts check.
"""

from collections.abc import Callable
from pathlib import Path

from pipeline.durable_files import hash_file, read_sums, write_sums


def _record_hashes(home: Path) -> None:
    """Record missing hashes of the lake's and the readings' Parquet files.

    Earlier versions recorded none. Recorded hashes stay, and a folder with a damaged list of them is skipped.
    """
    for folder in sorted([*home.glob("lake/[!.]*/"), *home.glob("readings/[!.]*/")]):
        files = [path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*.parquet")]
        try:
            sums = read_sums(folder)
        except ValueError:
            continue  # `tension verify` reports it
        if missing := [path for path in files if path not in sums]:
            write_sums(folder, sums | {path: hash_file(folder / path) for path in missing})


#: Migration n, counted from 0, turns a home of format n into one of format n + 1. Repeating one, after a kill, does no harm.
MIGRATIONS: tuple[Callable[[Path], None], ...] = (_record_hashes,)
FORMAT = len(MIGRATIONS)


def migrate(home: Path, stored: int) -> None:
    """Convert a home of an earlier format to that of this version.

    `stored`: number of the home's format.
    """
    for step in MIGRATIONS[stored:]:
        step(home)
