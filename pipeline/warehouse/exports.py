"""Export a table or view of the published database to a file.

The file is CSV, Excel, Stata or Parquet. Text may come from articles, so in CSV and Excel none can act as a formula.
"""

import json
from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import duckdb
import polars as pl

from pipeline.contracts.countries import pair_name, parse_pair
from pipeline.contracts.dictionary import LICENCE, Edition
from pipeline.contracts.tables import TABLES, VIEWS
from pipeline.durable_files import replacing
from pipeline.errors import UserError
from pipeline.settings import shipped_folder
from pipeline.spreadsheets import quote_formulas
from pipeline.warehouse.lake import write_parquet

if TYPE_CHECKING:
    from xlsxwriter import Workbook

Format = Literal["csv", "xlsx", "dta", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

EXCEL_ROWS = 1_048_576
#: Longest text in bytes that Stata stores with a fixed width; longer ones get its type strL.
_STATA_TEXT = 2045
_STATA_LABEL = 80
_MEMBERSHIP = shipped_folder("sql") / "functions" / "is_member_on.sql"
#: Columns that name the two countries of a row.
_SIDES = (("country", "partner"), ("actor", "target"), ("reporter", "partner"), ("importer", "exporter"), ("buyer", "seller"))


class ExportError(UserError, ValueError):
    """A table cannot be exported as requested; nothing was written."""


class Export(NamedTuple):
    """Rows of a table or view, with what describes them.

    `meanings`: the comment on each column; `edition`: release, version and note of the database.
    """

    table: str
    rows: pl.DataFrame
    meanings: dict[str, str]
    edition: Edition


def read_export(database: Path, table: str, pair: str | None) -> Export:
    """Read a table or view of the published database, sorted by key.

    One without a contract (`pipeline/contracts`) has no key and is sorted by all columns. `pair`: "USA-CHN", in either order, for the rows
    about it only, with acts of one of the two on all partners that also affect the other (`_reach_pair`); None for all. `PairError` if
    `pair` is no pair. `ExportError` if it is passed although no columns of the table name two countries, if neither the table nor the index
    has the pair, if there is no database or no such table, or if the database is damaged.
    """
    if not database.exists():
        home = quote(str(database.parent.parent))
        raise ExportError(f"nothing is published in {database.parent}; build the index first: tension run --home {home}")
    try:
        return _read(database, table, pair)
    except duckdb.Error as error:
        raise ExportError(f"cannot read {database}: {error}; `tension verify` says what repairs it") from error


def _read(database: Path, table: str, pair: str | None) -> Export:
    """Read a table as `read_export` does; `duckdb.Error` if the database is damaged.

    `PairError` and `ExportError` are those of `read_export`.
    """
    with duckdb.connect(str(database), read_only=True) as con:
        con.sql("set TimeZone = 'UTC'")
        comments: dict[str, dict[str, str]] = {}
        listed = con.sql(
            "select table_name, column_name, comment from duckdb_columns() where not internal order by table_name, column_index"
        )
        for name, column, comment in listed.fetchall():
            comments.setdefault(name, {})[column] = comment or ""
        if table not in comments:
            near = get_close_matches(table, comments, n=1)
            raise ExportError(
                f"there is no table {table!r}{f'; did you mean {near[0]}?' if near else '.'} Choose one of {', '.join(sorted(comments))}"
            )
        contract = TABLES.get(table) or VIEWS.get(table)
        order = ", ".join(f'"{name}"' for name in contract.key) if contract else "all"
        con.sql(_MEMBERSHIP.read_text(encoding="utf-8").replace("create macro", "create temp macro"))  # not in releases
        condition = f"where {_match_pair(table, set(comments[table]), pair)}" if pair else ""
        parameters = {"pair": pair_name(*parse_pair(pair))} if pair else {}
        rows: pl.DataFrame = con.sql(f'from "{table}" as chosen {condition} order by {order}', params=parameters).pl()
        if pair and rows.is_empty():
            published = [name for (name,) in con.sql("select distinct pair from tension_pair_daily order by pair").fetchall()]
            if parameters["pair"] not in published:
                raise ExportError(f"the pair {parameters['pair']} is not in this release; choose one of {', '.join(published)} with --pair")
        ((release, version, note),) = con.sql("select release, version, note from about").fetchall()
    meanings = {column: comments[table][column] for column in rows.columns}
    return Export(table, rows, meanings, Edition(release, version, note))


def _match_pair(table: str, columns: set[str], pair: str) -> str:
    """Return the SQL condition for the rows about `$pair`, in both directions.

    It uses those of `columns` that name countries: `pair`, or else two columns of `_SIDES`, or else `series`, such as `CHN>USA` (in a table
    with columns of `_SIDES`, `series` may be something else). Acts on all partners (target `*`) match if they also affect the pair
    (`_reach_pair`). `ExportError` if no column names two countries; `pair` is only for its message.
    """
    if "pair" in columns:
        return "pair = $pair"
    for one, other in _SIDES:
        if {one, other} <= columns:
            match = f"pair_of({one} || '-' || {other}) = $pair"
            return f"{match} or {_reach_pair(columns)}" if other == "target" else match
    if "series" in columns:
        return "pair_of(replace(series, '>', '-')) = $pair"
    raise ExportError(f"no columns of {table} name two countries; export it without --pair {pair}")


def _reach_pair(columns: set[str]) -> str:
    """Return the SQL condition for acts on all partners that reach `$pair`.

    The actor of such an act is one of the pair, and neither its scope nor its exceptions, if the table has such `columns`, leave out the
    other. As in the index (`sql/index/pair_signals.sql`), an exception for the European Union leaves out its members, and so does an act of
    the Union or of a member.
    """
    partner = "case actor when split_part($pair, '-', 1) then split_part($pair, '-', 2) else split_part($pair, '-', 1) end"
    day = next((name for name in ("index_date", "published_at", "told_on", "announced_on", "first_on") if name in columns), "null")

    def is_member(scope: str, country: str) -> str:
        is_then = f"is_member_on(members.member, members.member_from, members.member_until, {day}::date)"
        condition = f"members.scope = {scope} and members.member = {country} and {is_then}"
        return f"exists (select 1 from scope_members as members where {condition})"  # noqa: S608  # names of columns

    conditions = ["target = '*'", "list_contains(string_split($pair, '-'), actor)"]
    in_union = is_member("'eu_members'", partner)
    left_out = is_member("'eu_members'", "actor")
    if "scope" in columns:
        conditions.append(f"(chosen.scope = 'all' or {is_member('chosen.scope', partner)})")
    for name in {"exceptions", "excepted"} & columns:
        exceptions = f"string_split(coalesce({name}, ''), ' ')"
        conditions.append(f"not list_contains({exceptions}, {partner})")
        left_out += f" or list_contains({exceptions}, 'EUN')"
    return f"({' and '.join(conditions)} and not ({in_union} and ({left_out})))"


def write_export(export: Export, to: Path, ending: Format) -> None:
    """Write the rows to one file; an earlier file is replaced whole.

    `ending`: the format, even if `to` ends otherwise. Raises `ExportError` if the folder is missing, `to` is a folder or cannot be written,
    a sheet of Excel cannot hold the rows, or the package for Excel is not installed.
    """
    if not to.parent.is_dir():
        raise ExportError(f"cannot write {to}: there is no folder {to.parent}; create it, or choose another with --out")
    if to.is_dir():
        raise ExportError(f"cannot write {to}: it is a folder; name a file, e.g. --out {to / f'{export.table}.{ending}'}")
    try:
        with replacing(to) as temporary:
            _WRITERS[ending](export, temporary)
    except OSError as error:
        raise ExportError(f"cannot write {to}: {error.strerror or error}; close it in other programs, or choose another file") from error


def _write_csv(export: Export, to: Path) -> None:
    """Write CSV in which no text is a formula.

    Text that begins like a formula gets an apostrophe in front.
    """
    export.rows.with_columns(quote_formulas(pl.col(pl.String))).write_csv(to, datetime_format="%Y-%m-%dT%H:%M:%SZ")


def _write_parquet(export: Export, to: Path) -> None:
    """Write Parquet, with the types of the table's contract, if any.

    Its metadata has the table, the edition, licence, citation, and the meanings of the columns.
    """
    edition = export.edition
    metadata = {
        "table": export.table,
        "release": edition.release,
        "version": edition.version,
        "note": edition.note,
        "licence": LICENCE,
        "citation": edition.citation,
        "columns": json.dumps(export.meanings, ensure_ascii=False),
    }
    contract = TABLES.get(export.table) or VIEWS.get(export.table)
    rows = export.rows.cast(contract.published_schema) if contract else export.rows
    write_parquet(rows, to, metadata)


def _write_excel(export: Export, to: Path) -> None:
    """Write three sheets: the rows, the meanings of the columns, the edition.

    Text is written as text, whatever it begins with. `ExportError` if XlsxWriter is missing, or the rows and their header are too many.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415  # optional
    except ModuleNotFoundError as error:
        raise ExportError(
            "Excel files need the package XlsxWriter; install it: uv pip install xlsxwriter (or export to csv, which Excel opens)"
        ) from error
    if export.rows.height >= EXCEL_ROWS:
        raise ExportError(
            f"{export.table} has {export.rows.height:,} rows, and a sheet of Excel {EXCEL_ROWS - 1:,}; "
            f"choose one pair with --pair, or export to csv, dta or parquet"
        )
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    edition = export.edition
    about = {"release": edition.release, "version": edition.version, "note": edition.note, "licence": LICENCE, "citation": edition.citation}
    with Workbook(str(to), options) as book:
        book.set_properties({"created": _release_day(edition), "comments": edition.note})
        # Excel allows 31 characters in the name of a sheet. No table begins with `_`, but there is one named `about`.
        _add_sheet(book, export.table[:31], _without_time_zone(export.rows), export.table)
        _add_sheet(book, "_columns", pl.DataFrame(list(export.meanings.items()), schema=["column", "meaning"], orient="row"), "meanings")
        _add_sheet(book, "_about", pl.DataFrame(list(about.items()), schema=["about", "text"], orient="row"), "edition")


def _add_sheet(book: "Workbook", name: str, rows: pl.DataFrame, table: str) -> None:
    """Add a sheet `name` with the rows as an Excel table.

    `table`: the Excel table is named this, with `t_` in front.
    """
    rows.write_excel(
        book, name, table_name=f"t_{table}", table_style="Table Style Light 1", freeze_panes=(1, 0), float_precision=3,
        dtype_formats={pl.Date: "yyyy-mm-dd", pl.Datetime: "yyyy-mm-dd hh:mm:ss"},
    )  # fmt: skip


def _write_stata(export: Export, to: Path) -> None:
    """Write a file for Stata 14 and later.

    Dates are %td, times %tc in UTC, booleans 0 and 1; a null text is an empty one. Labels of variables are their meanings, cut to 80
    characters.
    """
    rows = _without_time_zone(export.rows).with_columns(pl.col(pl.String).fill_null(""), pl.col(pl.Boolean).cast(pl.Int8))
    texts = rows.select(pl.col(pl.String).str.len_bytes().max().fill_null(0)).to_dict(as_series=False)
    kinds = {name: "td" if dtype == pl.Date else "tc" for name, dtype in rows.schema.items() if dtype.is_temporal()}
    rows.to_pandas().to_stata(
        to,
        convert_dates=kinds,  # type: ignore[arg-type]  # the stubs have no type for names of columns
        write_index=False,
        version=118,
        time_stamp=_release_day(export.edition),
        data_label=_shorten(f"Trade Tension {export.edition.release}: {export.edition.note}"),
        variable_labels={name: _shorten(meaning) for name, meaning in export.meanings.items()},
        convert_strl=[name for name, (longest,) in texts.items() if longest > _STATA_TEXT],
    )


def _shorten(text: str) -> str:
    """Cut a label to the 80 characters of Stata, ending in `...`."""
    return text if len(text) <= _STATA_LABEL else f"{text[: _STATA_LABEL - 3].rstrip()}..."


def _without_time_zone(rows: pl.DataFrame) -> pl.DataFrame:
    """Drop the zone of UTC times, which Excel and Stata cannot store."""
    return rows.with_columns(pl.col(pl.Datetime("us", "UTC")).dt.replace_time_zone(None))


def _release_day(edition: Edition) -> datetime:
    """Return the last day of a release, as date of the file.

    Files of one release are then equal whenever they are written.
    """
    return datetime.fromisoformat(edition.release[:10])


_WRITERS: dict[Format, Callable[[Export, Path], None]] = {
    "csv": _write_csv,
    "xlsx": _write_excel,
    "dta": _write_stata,
    "parquet": _write_parquet,
}
