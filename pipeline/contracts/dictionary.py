"""Render contracts as documents, metadata and comments.

These are the data dictionary, `datapackage.json` (Frictionless), metadata of Parquet files and comments of the database.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import polars as pl

from pipeline.contracts.model import Column, Table
from pipeline.contracts.sources import SOURCES

_FRICTIONLESS: dict[type[pl.DataType], str] = {
    pl.String: "string",
    pl.Int64: "integer",
    pl.Float64: "number",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Datetime: "datetime",
}


HOMEPAGE = "https://github.com/trade-tension/trade-tension-index"
LICENCE = "CC-BY-4.0: figures and codes; quotations belong to their publishers"


class Edition(NamedTuple):
    """What files say about the release that they belong to.

    `release` is its name, `version` that of Trade Tension; `note` says in a sentence what the data is; `is_sample`: it is the
    bundled sample.
    """

    release: str
    version: str
    note: str
    is_sample: bool = False

    @property
    def citation(self) -> str:
        """Reference to the release, in one line."""
        return f"The Trade Tension contributors: Trade Tension, release {self.release} (version {self.version}). {HOMEPAGE}. {self.note}"


class ReleaseFile(NamedTuple):
    """A file of a release.

    `path`: relative to the release; `size`: in bytes; `sha256`: in hexadecimal.
    """

    path: str
    size: int
    sha256: str


def describe_column(column: Column) -> str:
    """Describe a column in sentences: meaning, unit, vocabulary, nullability.

    Other constraints, such as `values` or bounds, are left out.
    """
    unit = f" Unit: {column.unit}." if column.unit else ""
    words = f" One of: {', '.join(column.vocabulary.words)}." if column.vocabulary else ""
    empty = " May be empty." if column.may_be_null else ""
    return f"{column.description.removesuffix('.')}.{unit}{words}{empty}"


def render_markdown(tables: Sequence[Table], views: Sequence[Table] = ()) -> str:
    """Render the data dictionary: tables, views, and the vocabularies of their columns.

    Each vocabulary is listed once, in alphabetical order.
    """
    parts = [
        "# Data dictionary",
        "",
        "Generated from `pipeline/contracts` by `make dictionary`; a test keeps it up to date.",
        "Published tables are written as Parquet and to `trade_tension.duckdb`; the others stay in the lake.",
        "",
    ]
    for table in (*tables, *views):
        key = ", ".join(f"`{name}`" for name in table.key)
        where = "a view of the database" if table in views else "published" if table.published else "not published"
        rows = [f"| `{c.name}` | {_type_name(c)} | {c.unit} | {_meaning_cell(c)} |" for c in table.columns]
        parts += [f"## {table.name}", "", table.description, "", f"One row: {table.grain}. Key: {key}. Layer `{table.layer}`, {where}.", ""]
        parts += ["| column | type | unit | meaning |", "|---|---|---|---|", *rows, ""]
    parts += ["# Vocabularies", ""]
    vocabularies = {c.vocabulary.name: c.vocabulary for table in (*tables, *views) for c in table.columns if c.vocabulary}
    for name in sorted(vocabularies):
        words = vocabularies[name].words.items()
        parts += [f"## {name}", "", vocabularies[name].description, "", *(f"* `{word}`: {meaning}" for word, meaning in words), ""]
    return "\n".join(parts)


def _type_name(column: Column) -> str:
    """Return Frictionless' name of the type, and whether nulls are possible."""
    return _FRICTIONLESS[type(column.dtype)] + (", may be empty" if column.may_be_null else "")


def _meaning_cell(column: Column) -> str:
    """Return description and constraints as the cell of a Markdown table."""
    parts = [column.description.removesuffix("."), *_list_constraints(column)]
    return ". ".join(parts).replace("|", "\\|")


def _list_constraints(column: Column) -> Iterator[str]:
    """List the constraints of a column in words.

    Its `values` are among them; its type, its `vocabulary` and whether nulls are possible are not.
    """
    if column.pattern:
        yield f"Matches `{column.pattern.regex}`"
    if column.values:
        yield f"One of {', '.join(f'`{value}`' for value in column.values)}"
    length = [f"at least {column.min_length}"] if column.min_length else []
    length += [f"at most {column.max_length}"] if column.max_length else []
    if length:
        yield f"Length {' and '.join(length)}"
    bounds = (("At least", column.minimum), ("Above", column.exclusive_minimum), ("At most", column.maximum))
    yield from (f"{words} {_to_json(bound)}" for words, bound in bounds if bound is not None)
    others = (("At least", column.at_least), ("Above", column.above), ("Differs from", column.differs_from))
    yield from (f"{words} `{name}`" for words, names in others for name in names)
    if column.implies:
        yield f"Implies `{column.implies.column}`"


def render_citation(edition: Edition) -> str:
    """Render the citation of a release as CITATION.cff."""
    quoted = {  # a JSON string is a valid YAML string
        "message": json.dumps(f"Please cite this release. {edition.note}", ensure_ascii=False),
        "version": json.dumps(f"{edition.version}+{edition.release}"),
    }
    return (
        f"cff-version: 1.2.0\nmessage: {quoted['message']}\ntype: dataset\ntitle: Trade Tension\nversion: {quoted['version']}\n"
        f"license: CC-BY-4.0\nauthors:\n  - name: The Trade Tension contributors\nrepository-code: {HOMEPAGE}\n"
    )


def build_file_metadata(table: Table, edition: Edition) -> dict[str, str]:
    """Build the texts that a table's Parquet file holds as metadata.

    They describe the table and the release; `columns` is a JSON object of descriptions by column.
    """
    columns = {column.name: describe_column(column) for column in table.columns}
    return {
        "title": table.title,
        "description": f"{table.description} One row: {table.grain}.",
        "table": table.name,
        "release": edition.release,
        "version": edition.version,
        "note": edition.note,
        "licence": LICENCE,
        "citation": edition.citation,
        "columns": json.dumps(columns, ensure_ascii=False),
    }


def build_datapackage(files: Mapping[str, Sequence[ReleaseFile]], tables: Sequence[Table], edition: Edition) -> dict[str, Any]:
    """Build the content of `datapackage.json` (Frictionless).

    It has one resource for each file of the tables, with its schema. `files` has the files of each table, by table name. `sources` has all
    of `SOURCES`, whether the release uses them or not, except those without a URL, and the bundled sample unless the release is of it.
    """
    licence, _, title = LICENCE.partition(": ")
    sources = [source for source in SOURCES.values() if source.url and (edition.is_sample or source.name != "sample")]
    return {
        "profile": "data-package",
        "name": "trade-tension",
        "title": "Trade Tension",
        "version": f"{edition.version}+{edition.release}",
        "description": edition.note,
        "homepage": HOMEPAGE,
        "citation": edition.citation,
        "licenses": [{"name": licence, "title": title}],
        "sources": [{"title": source.title, "path": source.url} for source in sources],
        "resources": [_build_resource(table, file, len(files[table.name]) > 1) for table in tables for file in files[table.name]],
    }


def _build_resource(table: Table, file: ReleaseFile, is_part: bool) -> dict[str, Any]:
    """Describe one file of a table.

    `is_part`: the table has several files, so the name is that of the table and the file's, without its ending.
    """
    stem, _, ending = file.path.rpartition("/")[2].rpartition(".")
    is_csv = ending == "csv"
    return {
        "name": f"{table.name}_{stem}" if is_part else table.name,
        "title": table.title,
        "description": table.description,
        # With `type`, validators check size and hash only: frictionless-py would read null numbers in Parquet as NaN, and count no bytes.
        **({} if is_csv else {"type": "file"}),
        "path": file.path,
        "format": ending,
        "mediatype": "text/csv" if is_csv else "application/vnd.apache.parquet",
        **({"encoding": "utf-8"} if is_csv else {}),
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "schema": {
            "fields": [_build_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""] if is_csv else [],  # in Parquet an empty text is a value; a missing value is null
        },
    }


def _build_field(column: Column) -> dict[str, Any]:
    """Describe a column with the constraints that Frictionless knows.

    An exclusive minimum is written as `minimum`, which also allows the value itself.
    """
    lowest = column.minimum if column.minimum is not None else column.exclusive_minimum  # Frictionless 1 has no exclusive bounds
    constraints: dict[str, Any] = {
        "required": not column.may_be_null,
        "enum": list(column.vocabulary.words) if column.vocabulary else list(column.values) or None,
        # Frictionless allows patterns on text only; contracts also have them on dates.
        "pattern": column.pattern.regex if column.pattern and column.dtype == pl.String else None,
        "minimum": _to_json(lowest),
        "maximum": _to_json(column.maximum),
        "minLength": column.min_length,
        "maxLength": column.max_length,
    }
    present = {name: value for name, value in constraints.items() if value is not None}
    return {"name": column.name, "type": _FRICTIONLESS[type(column.dtype)], "description": describe_column(column), "constraints": present}


def _to_json(bound: Any) -> Any:
    """Convert a bound to JSON: dates and instants as text, others unchanged."""
    if isinstance(bound, datetime):
        return bound.strftime("%Y-%m-%dT%H:%M:%SZ")
    return bound.isoformat() if isinstance(bound, date) else bound
