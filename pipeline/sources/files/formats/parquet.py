"""Parquet files: values of any type as text, in batches."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from io import SEEK_END
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from polars.exceptions import PanicException, PolarsError

from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats.batches import TEXT_COLUMNS, FoundColumns, ReadOptions, explain_object
from pipeline.sources.files.locations import Location, open_stream
from pipeline.sources.files.streams import Limits
from pipeline.sources.headers import match_column
from pipeline.sources.rows import COLUMNS

_MAGIC = b"PAR1"
_NO_DATE = "not in the years 1 to 9999"
# Days since 1970 that Polars can write as text, and steps in a day by unit of time.
_FIRST_DAY, _LAST_DAY = ((day - date(1970, 1, 1)).days for day in (date.min, date.max))
_STEPS_IN_A_DAY = {"ms": 86_400 * 10**3, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}
_VIEWED = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}  # a dictionary cannot be cast to a view


def read_parquet(location: Location, options: ReadOptions, found_columns: FoundColumns) -> Iterator[pl.DataFrame]:
    """Read a Parquet file in batches.

    Rows are as received (`ROWS`), all text. Raises `SourceError` if it is not Parquet, damaged, repeats a column to be read, or unpacks to
    more than the limits allow.
    """
    if location.member is None and not location.is_gzip:
        with open_stream(location, options.limits) as stream:  # its errors say what is wrong with the file
            _require_magic(stream.starts_with(_MAGIC), location)
        with location.open_raw() as file:
            yield from _read_batches(file, location, options, found_columns)
        return
    if options.unpack_in:
        options.unpack_in.mkdir(parents=True, exist_ok=True)
    # A file without a name: a killed process leaves nothing, and no other process can remove it.
    with tempfile.TemporaryFile(dir=options.unpack_in) as unpacked:
        with open_stream(location, options.limits) as stream:
            _require_magic(stream.starts_with(_MAGIC), location)
            for chunk in stream.chunks():
                try:
                    unpacked.write(chunk)
                except OSError as error:
                    folder = options.unpack_in or tempfile.gettempdir()
                    problem = f"cannot be unpacked in {folder} ({error.strerror}). Free space there, and run again"
                    raise SourceError(f"{location}: {problem}") from error
        yield from _read_batches(unpacked, location, options, found_columns)


def _damage_message(location: Location) -> str:
    return f"{location}: is not a Parquet file, or a damaged one. Write or fetch it again, or give it the extension of its format"


def _require_magic(is_present: bool, location: Location) -> None:
    """Raise `SourceError` unless Parquet's first four bytes are present."""
    if not is_present:
        raise SourceError(_damage_message(location))


def _read_batches(file: IO[bytes], location: Location, options: ReadOptions, found_columns: FoundColumns) -> Iterator[pl.DataFrame]:
    """Yield the rows of a Parquet file as received (`ROWS`).

    `file`: the Parquet file, out of any zip or gzip. Adds its columns to `found_columns`, and yields nothing if it has none of `COLUMNS`.
    `SourceError` for a damaged file, one that repeats a column to be read, or one whose values are too large for its size; `location`,
    where the file is from, is for messages.
    """
    allowed = options.limits.max_unpacked_bytes(file.seek(0, SEEK_END))
    too_large = SourceError(f"{location}: unpacks to more than {allowed:,} bytes, too much for its size. Write it in smaller files")
    try:
        schema = pq.read_schema(file)
        # Texts stay in dictionaries until they are counted: a small file may repeat a long one in every row.
        with pq.ParquetFile(file, read_dictionary=_list_texts(file)) as parquet:
            found_columns.add_names(schema.names)
            paths = {column: [field for name in options.names(column) if (field := _find_field(name, schema))] for column in COLUMNS}
            found_columns.ours.update(column for column in COLUMNS if paths[column])
            found_columns.is_complete = True
            top_columns = list(dict.fromkeys(field[0] for column in COLUMNS for field in paths[column]))
            if repeated := [name for name in top_columns if schema.names.count(name) > 1]:
                raise SourceError(f"{location}: the schema repeats the column {', '.join(repeated)}. Rename or drop one of them")
            if not top_columns:
                return
            if _count_declared(parquet.metadata) > allowed:
                raise too_large
            for batch in parquet.iter_batches(_batch_size(parquet.metadata, options.limits), columns=top_columns, use_threads=False):
                byte_count = batch.num_rows + sum(map(_count_bytes, batch.columns))
                allowed -= byte_count
                if allowed < 0:
                    raise too_large
                size = max(1, batch.num_rows * options.limits.batch_bytes // max(byte_count, 1))
                slices = (batch.slice(start, size) for start in range(0, batch.num_rows, size))
                yield from (_to_rows(_to_plain_batch(one, schema), paths) for one in slices)
    except SourceError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{_damage_message(location)} ({_first_line(error)})") from error
    except (PolarsError, PanicException, ValueError, OverflowError) as error:  # a panic: Polars lacks the type
        raise SourceError(f"{location}: a column cannot be read as text ({_first_line(error)}). Write its columns as text") from error


def _to_plain_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Convert the columns to types that Polars reads; `schema` is the file's."""
    columns = [_to_plain(batch[name], schema.field(name).type) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _to_plain(column: pa.Array, dtype: pa.DataType) -> pa.Array:
    """Convert a column to a type that Polars reads.

    `dtype`: its type in the file; in `column`, texts may be in a dictionary. A UUID becomes text, JSON its text, an instant of any time
    zone one in UTC, because Polars does not know all zones, such as `+05:30`.
    """
    if isinstance(dtype, pa.UuidType):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    if isinstance(dtype, pa.BaseExtensionType):
        column, dtype = column.storage, dtype.storage_type
    if pa.types.is_timestamp(dtype) and dtype.tz is not None:
        dtype = pa.timestamp(dtype.unit, "UTC")
    return column.cast(_VIEWED.get(dtype, dtype))


def _find_field(name: str, schema: pa.Schema) -> tuple[str, ...]:
    """Return the path of a column or nested field, as steps.

    Steps into structs are separated by dots in `name`, and spelled as in the file. A column whose whole name is `name` (`match_column`) is
    preferred. The result is empty if there is neither.
    """
    if column := match_column(name, schema.names):
        return (column,)
    first, *steps = name.split(".")
    if not steps or first not in schema.names:
        return ()
    inner = schema.field(schema.names.index(first)).type  # by number, because the name may be repeated
    for step in steps:
        if not pa.types.is_struct(inner) or inner.get_field_index(step) < 0:
            return ()
        inner = inner.field(step).type
    return (first, *steps)


def _list_texts(file: IO[bytes]) -> list[str]:
    """List the paths of columns with text, or untyped bytes.

    Columns that are nested in others are included.
    """
    schema = pq.read_metadata(file).schema
    columns = (schema.column(number) for number in range(len(schema.names)))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY" and column.logical_type.type in ("STRING", "NONE")]


def _count_declared(footer: pq.FileMetaData) -> int:
    """Count the bytes of all row groups, as the footer states them.

    Texts that the file stores once for many rows (in a dictionary) count once.
    """
    return sum(footer.row_group(number).total_byte_size for number in range(footer.num_row_groups))


def _count_bytes(array: pa.Array) -> int:
    """Count the bytes of a column's values.

    Repeated texts count as often as they occur.
    """
    if pa.types.is_dictionary(array.type):
        return int(pc.sum(pc.binary_length(array.dictionary).take(array.indices)).as_py() or 0)
    if pa.types.is_map(array.type):
        return _count_bytes(array.keys) + _count_bytes(array.items)
    if pa.types.is_nested(array.type):
        inner = array.flatten()
        return sum(map(_count_bytes, inner if isinstance(inner, list) else [inner]))
    return int(array.nbytes)


def _batch_size(footer: pq.FileMetaData, limits: Limits) -> int:
    """Return the number of rows that take about `batch_bytes`.

    It is estimated from the footer, for the row group whose rows are largest on average, and is from 1 to `batch_rows`.
    """
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    row_bytes = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
    return max(1, min(limits.batch_rows, limits.batch_bytes // max(row_bytes, 1)))


def _to_rows(batch: pa.RecordBatch, paths: dict[str, list[tuple[str, ...]]]) -> pl.DataFrame:
    """Convert a batch to rows as received, all text (`ROWS`).

    `paths`: the fields of each column, in order of preference. A row with an object in place of a text is unreadable (a damaged Parquet
    file fails as a whole).
    """
    batch.validate(full=True)  # text that is not UTF-8 would not be detected later
    frame = pl.DataFrame(pl.from_arrow(batch))
    fields = {column: {".".join(path): _select_field(frame, path) for path in paths[column]} for column in COLUMNS}
    texts = [_coalesce_text(column, fields[column], frame.height) for column in COLUMNS]
    problems = [_find_objects(column, fields[column], frame.height) for column in TEXT_COLUMNS]
    rows = pl.DataFrame(texts).with_columns(pl.coalesce(problems).alias("unreadable"))
    return rows.select(*(pl.when(pl.col("unreadable").is_null()).then(name).alias(name) for name in COLUMNS), "unreadable")


def _coalesce_text(column: str, fields: Mapping[str, pl.Series], height: int) -> pl.Series:
    """Return for each row the text of the first non-empty field.

    `fields`: their values by name, in order of preference; objects in `TEXT_COLUMNS` do not count. Null for a row in which all are empty;
    but if there is only one field, its empty texts remain. All null (`height` rows) if there is no field.
    """
    usable = [values for values in fields.values() if column not in TEXT_COLUMNS or not _holds_objects(values.dtype)]
    texts = [_to_text(values).alias(column) for values in usable]
    if len(texts) <= 1:
        return texts[0] if texts else pl.repeat(None, height, dtype=pl.String, eager=True).alias(column)
    return pl.select(pl.coalesce(pl.when(text != "").then(text) for text in texts).alias(column)).to_series()


def _find_objects(column: str, fields: Mapping[str, pl.Series], height: int) -> pl.Series:
    """Explain for each row which object it has instead of text.

    `fields`: as in `_coalesce_text`. Null for a row without an object; all null (`height` rows) if any field has texts.
    """
    problem = pl.repeat(None, height, dtype=pl.String, eager=True).alias(column)
    if not all(_holds_objects(values.dtype) for values in fields.values()):
        return problem
    for name, values in fields.items():
        inner = [field.name for field in values.dtype.fields] if isinstance(values.dtype, pl.Struct) else []
        is_object = values.list.len() > 0 if isinstance(values.dtype, pl.List) else values.is_not_null()
        reason = pl.when(is_object).then(pl.lit(explain_object(column, name, inner)))
        problem = pl.select(pl.coalesce(problem, reason).alias(column)).to_series()
    return problem


def _holds_objects(dtype: pl.DataType) -> bool:
    """Whether values of a type are objects, or lists of nested values."""
    return isinstance(dtype, pl.Struct) or (isinstance(dtype, pl.List | pl.Array) and dtype.inner.is_nested())


def _select_field(frame: pl.DataFrame, path: tuple[str, ...]) -> pl.Series:
    """Select a column, or a field nested in it by `path`."""
    values = frame[path[0]]
    for step in path[1:]:
        values = values.struct.field(step)
    return values


def _to_text(column: pl.Series) -> pl.Series:
    """Convert a column to text.

    Lists of texts become paragraphs with a blank line between, other nested values JSON. NaN becomes null; bytes are decoded as UTF-8;
    dates and times are in ISO 8601, or `_NO_DATE` if not in the years 1 to 9999.
    """
    if isinstance(column.dtype, pl.Array) and column.dtype.inner == pl.String and len(column.dtype.shape) == 1:
        column = column.arr.to_list()
    if column.dtype == pl.List(pl.String):
        return column.list.join("\n\n")
    if column.dtype.is_float():
        return column.fill_nan(None).cast(pl.String)
    if column.dtype == pl.Binary:
        texts = [None if value is None else value.decode("utf-8", "replace") for value in column.to_list()]
        return pl.Series(column.name, texts, pl.String)
    if column.dtype.is_nested():
        texts = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in column.to_list()]
        return pl.Series(column.name, texts, pl.String)
    if isinstance(column.dtype, pl.Date | pl.Datetime):
        steps = _STEPS_IN_A_DAY[column.dtype.time_unit] if isinstance(column.dtype, pl.Datetime) else 1
        is_date = (column.to_physical() // steps).is_between(_FIRST_DAY, _LAST_DAY)
        text = pl.when(is_date).then(column).dt.to_string("iso:strict")
        return pl.select(pl.when(is_date).then(text).when(~is_date).then(pl.lit(_NO_DATE))).to_series()
    return column.dt.to_string("iso:strict") if column.dtype == pl.Time else column.cast(pl.String)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
