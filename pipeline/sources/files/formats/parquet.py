"""Parquet: values of any type as text, read in batches whose size follows from the file's own footer."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.exceptions import PolarsError

from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats.reading import Asked, Found
from pipeline.sources.files.places import Place, opened
from pipeline.sources.files.streams import Limits
from pipeline.sources.rows import COLUMNS, ROWS

_MAGIC = b"PAR1"


def read_parquet(place: Place, asked: Asked, found: Found) -> Iterator[pl.DataFrame]:
    """Rows of a Parquet file. `SourceError` when the file is no Parquet or damaged, or would unpack to far more than its size allows."""
    if place.member is None and not place.is_gzip:
        with opened(place, asked.limits) as stream:  # says what is wrong with a file that cannot be opened
            _require_magic(stream.begins_with(_MAGIC), place)
        yield from _parquet(place.path, place, asked, found)
        return
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "unpacked.parquet"
        with opened(place, asked.limits) as stream, unpacked.open("wb") as target:
            _require_magic(stream.begins_with(_MAGIC), place)
            for chunk in stream.chunks():
                target.write(chunk)
        yield from _parquet(unpacked, place, asked, found)


def _advice(place: Place) -> str:
    return f"{place}: is no Parquet file, or a damaged one. Write or fetch it again, or name it by what it is (.jsonl, .csv)"


def _require_magic(is_there: bool, place: Place) -> None:
    if not is_there:
        raise SourceError(_advice(place))


def _parquet(path: Path, place: Place, asked: Asked, found: Found) -> Iterator[pl.DataFrame]:
    try:
        with pq.ParquetFile(path) as file:
            held = file.schema_arrow.names
            found.note(held)
            ways = {column: [way for name in asked.names(column) if (way := _way(name, file.schema_arrow))] for column in COLUMNS}
            found.ours.update(column for column in COLUMNS if ways[column])
            found.is_whole = True
            tops = list(dict.fromkeys(way[0] for column in COLUMNS for way in ways[column]))
            if twice := [name for name in tops if held.count(name) > 1]:
                raise SourceError(f"{place}: column {', '.join(twice)} stands twice. Rename or drop one of them")
            if not tops:
                return
            for batch in file.iter_batches(_rows_at_once(file.metadata, place, path, asked.limits), columns=tops, use_threads=False):
                yield _rows(batch, ways)
    except (pa.ArrowException, PolarsError, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{_advice(place)} ({_first_line(error)})") from error


def _way(name: str, schema: pa.Schema) -> tuple[str, ...]:
    """The column of that name, or the way into nested ones; empty when there is none."""
    if name in schema.names:
        return (name,)
    first, *steps = name.split(".")
    if not steps or first not in schema.names:
        return ()
    inner = schema.field(first).type
    for step in steps:
        if not pa.types.is_struct(inner) or inner.get_field_index(step) < 0:
            return ()
        inner = inner.field(step).type
    return (first, *steps)


def _rows_at_once(footer: pq.FileMetaData, place: Place, path: Path, limits: Limits) -> int:
    """So many rows that a batch holds about `batch_bytes` by what the footer says of the groups of rows."""
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    unpacked, allowed = sum(group.total_byte_size for group in groups), limits.unpacked(path.stat().st_size)
    if unpacked > allowed:
        raise SourceError(f"{place}: unpacks to more than {allowed:,} bytes, far more than its size allows. Write it in smaller files")
    a_row = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
    return max(1, min(limits.batch_rows, limits.batch_bytes // max(a_row, 1)))


def _rows(batch: pa.RecordBatch, ways: dict[str, list[tuple[str, ...]]]) -> pl.DataFrame:
    batch.validate(full=True)  # texts that are no UTF-8 would not be noticed later
    frame = pl.DataFrame(pl.from_arrow(batch))
    texts = [_first(frame, column, ways[column]) for column in COLUMNS]
    return pl.DataFrame(texts).with_columns(unreadable=pl.lit(None, pl.String)).select(ROWS.names())


def _first(frame: pl.DataFrame, column: str, ways: list[tuple[str, ...]]) -> pl.Series:
    """The column's text in every row: that of the first way with any."""
    texts = [_as_text(_along(frame, way)).alias(column) for way in ways]
    if len(texts) <= 1:
        return texts[0] if texts else pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias(column)
    return pl.select(pl.coalesce(pl.when(text != "").then(text) for text in texts).alias(column)).to_series()


def _along(frame: pl.DataFrame, way: tuple[str, ...]) -> pl.Series:
    values = frame[way[0]]
    for step in way[1:]:
        values = values.struct.field(step)
    return values


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Binary:
        texts = [None if value is None else value.decode("utf-8", "replace") for value in column.to_list()]
        return pl.Series(column.name, texts, pl.String)
    if column.dtype.is_nested():
        texts = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in column.to_list()]
        return pl.Series(column.name, texts, pl.String)
    if column.dtype in (pl.Date, pl.Datetime, pl.Time):
        return column.dt.to_string("iso:strict")
    return column.cast(pl.String)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
