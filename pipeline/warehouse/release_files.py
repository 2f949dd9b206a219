"""The tables of a release, as Parquet and one as CSV.

Belongs here: files, their metadata and hashes. Does not: the database (`database.py`), and where a release is stored (`publish.py`).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path

import polars as pl

from pipeline.contracts.dictionary import ReleaseFile, render_markdown
from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES, VIEWS
from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import write_parquet
from pipeline.warehouse.sql import read_query, select

PUBLISHED = tuple(table for table in TABLES.values() if table.published)


@cache
def render_dictionary() -> str:
    """Render the data dictionary of a release as Markdown.

    It has the columns of all tables, and the meaning of each view and macro of the database.
    """
    files = [(path, kind) for kind in ("view", "macro") for path in list_sql_files(f"{kind}s")]
    rows = [" | ".join((f"| `{path.stem}`", kind, read_comments(path).replace("|", "\\|"))) + " |" for path, kind in files]
    queries = [
        "# Views and macros of the database",
        "",
        "`from describe_columns('today')` lists the columns of one, with their meaning.",
        "",
        "| name | kind | meaning |",
        "|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join([render_markdown(PUBLISHED, tuple(VIEWS.values())), *queries])


def list_sql_files(folder: str) -> list[Path]:
    """List the files of a folder in `sql/`, sorted by name."""
    return sorted((shipped_folder("sql") / folder).glob("*.sql"))


def read_comments(path: Path) -> str:
    """Join the comment lines at the head of a SQL file."""
    head = takewhile(lambda line: line.startswith("--"), path.read_text(encoding="utf-8").splitlines())
    return " ".join(line.removeprefix("--").strip() for line in head)


def write_yearly(table: Table, frame: pl.DataFrame, root: Path) -> list[Path]:
    """Write one Parquet file for each year of `index_date`; return the paths.

    The files are in the table's folder in `root`, named by year, and the paths sorted by it. A table without that column, or without rows,
    is one file in that folder, named after the table.
    """
    if "index_date" not in table.schema or frame.is_empty():
        parts = {table.name: frame}
    else:
        with_year = frame.with_columns(pl.col("index_date").dt.year().alias("_year"))
        by_year = with_year.partition_by("_year", as_dict=True, include_key=False, maintain_order=True)
        parts = {str(year): part for (year,), part in sorted(by_year.items())}
    paths = {root / table.name / f"{stem}.parquet": part for stem, part in parts.items()}
    for path, part in paths.items():
        write_parquet(part, path)
    return list(paths)


def hash_content(root: Path, note: str) -> str:
    """Hash a note and a folder's Parquet files with their names.

    `note`: describes the data of a release. Returns hexadecimal digits; the release's name has the first ten.
    """
    digest = hashlib.sha256(note.encode())
    for path in sorted(root.rglob("*.parquet")):
        digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def add_metadata(paths: Iterable[Path], metadata: Mapping[str, str]) -> None:
    """Write Parquet files again, with metadata in their footers.

    The metadata has the name of the release, which has a hash of all these files as they are without it (`hash_content`).
    """
    for path in paths:
        write_parquet(pl.read_parquet(path, hive_partitioning=False, glob=False), path, dict(metadata))


def describe_file(path: Path, root: Path) -> ReleaseFile:
    """Return path (relative to `root`), bytes and SHA-256 of a file."""
    content = path.read_bytes()
    return ReleaseFile(path.relative_to(root).as_posix(), len(content), hashlib.sha256(content).hexdigest())


def write_flat_csv(files: Mapping[str, Sequence[Path]], root: Path) -> Path:
    """Write `tension_index.csv` from the Parquet files of a release; return its path.

    `files`: paths by table; `root`: the folder for the CSV. The rows are those of the view `tension_index`, one year after the other, so
    that at most a year is in memory.
    """
    query = read_query(shipped_folder("sql") / "views" / f"{TENSION_INDEX.name}.sql")
    target = root / f"{TENSION_INDEX.name}.csv"
    by_year: dict[str, dict[str, Path]] = {}
    whole = {}
    for table in query.reads:
        for path in files[table.name]:
            if path.stem == table.name:
                whole[table.name] = path
            else:
                by_year.setdefault(path.stem, {})[table.name] = path
    with target.open("wb") as out:
        TENSION_INDEX.empty().write_csv(out)
        for _, parts in sorted(by_year.items()):
            frames = {name: pl.read_parquet(path, hive_partitioning=False, glob=False) for name, path in (whole | parts).items()}
            rows = select(frames, query, {}).select(pl.col(name).cast(dtype) for name, dtype in TENSION_INDEX.schema.items())
            TENSION_INDEX.conform(rows).write_csv(out, include_header=False)
    return target
