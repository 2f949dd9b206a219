"""Contracts as documents: the data dictionary, `datapackage.json` (Frictionless) and the comments of the published database."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

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


def meaning(column: Column) -> str:
    """What a column means, with unit, words and whether it may be empty: the comment of the database."""
    unit = f" Unit: {column.unit}." if column.unit else ""
    words = f" One of: {', '.join(column.vocabulary.words)}." if column.vocabulary else ""
    empty = " May be empty." if column.nullable else ""
    return f"{column.description.removesuffix('.')}.{unit}{words}{empty}"


def markdown(tables: Sequence[Table], views: Sequence[Table] = ()) -> str:
    """The data dictionary: every table and view with its grain, key and columns, and every vocabulary with its words."""
    parts = [
        "# Data dictionary",
        "",
        "Generated from `pipeline/contracts` by `make dictionary`; a test keeps it current.",
        "Published tables leave the house as Parquet and in `trade_tension.duckdb`; the others stay in the lake.",
        "",
    ]
    for table in (*tables, *views):
        key = ", ".join(f"`{name}`" for name in table.key)
        where = "a view of the database" if table in views else "published" if table.published else "not published"
        rows = [f"| `{c.name}` | {_type(c)} | {c.unit} | {_cell(c)} |" for c in table.columns]
        parts += [f"## {table.name}", "", table.description, "", f"One row: {table.grain}. Key: {key}. Layer `{table.layer}`, {where}.", ""]
        parts += ["| column | type | unit | meaning |", "|---|---|---|---|", *rows, ""]
    parts += ["# Vocabularies", ""]
    vocabularies = {c.vocabulary.name: c.vocabulary for table in (*tables, *views) for c in table.columns if c.vocabulary}
    for name in sorted(vocabularies):
        words = vocabularies[name].words.items()
        parts += [f"## {name}", "", vocabularies[name].description, "", *(f"* `{word}`: {said}" for word, said in words), ""]
    return "\n".join(parts)


def _type(column: Column) -> str:
    return _FRICTIONLESS[type(column.dtype)] + (", may be empty" if column.nullable else "")


def _cell(column: Column) -> str:
    parts = [column.description.removesuffix("."), *_constraints_in_words(column)]
    return ". ".join(parts).replace("|", "\\|")


def _constraints_in_words(column: Column) -> Iterator[str]:
    """What holds of every value, besides type and vocabulary."""
    if column.pattern:
        yield f"Matches `{column.pattern.regex}`"
    if column.values:
        yield f"One of {', '.join(f'`{value}`' for value in column.values)}"
    length = [f"at least {column.min_length}"] if column.min_length else []
    length += [f"at most {column.max_length}"] if column.max_length else []
    if length:
        yield f"Length {' and '.join(length)}"
    bounds = (("At least", column.minimum), ("Above", column.exclusive_minimum), ("At most", column.maximum))
    yield from (f"{words} {_json_value(bound)}" for words, bound in bounds if bound is not None)
    others = (("Not below", column.at_least), ("Above", column.above), ("Differs from", column.differs_from))
    yield from (f"{words} `{name}`" for words, names in others for name in names)
    if column.words_by:
        yield f"Fits `{column.words_by.column}`"


def datapackage(
    tables: Sequence[Table], files: Mapping[str, Sequence[str]], name: str, title: str, version: str, note: str
) -> dict[str, Any]:
    """A Frictionless data package: each table with its files (by table name) and its schema."""
    return {
        "profile": "data-package",
        "name": name,
        "title": title,
        "version": version,
        "description": note,
        "licenses": [{"name": "CC-BY-4.0", "title": "Figures and codes; quotations belong to their publishers"}],
        "sources": [{"title": source.title, "path": source.url} for source in SOURCES.values() if source.url],
        "resources": [
            {
                "name": table.name.replace("_", "-"),
                "title": table.title,
                "description": table.description,
                "path": files[table.name][0] if len(files[table.name]) == 1 else list(files[table.name]),
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "schema": {
                    "fields": [_field(column) for column in table.columns],
                    "primaryKey": list(table.key),
                },
            }
            for table in tables
        ],
    }


def _field(column: Column) -> dict[str, Any]:
    lowest = column.minimum if column.minimum is not None else column.exclusive_minimum  # profile 1 has no exclusive bound
    constraints: dict[str, Any] = {
        "required": not column.nullable,
        "enum": list(column.vocabulary.words) if column.vocabulary else list(column.values) or None,
        # A pattern is of text only in this format; ours also hold of dates written as text.
        "pattern": column.pattern.regex if column.pattern and column.dtype == pl.String else None,
        "minimum": _json_value(lowest),
        "maximum": _json_value(column.maximum),
        "minLength": column.min_length,
        "maxLength": column.max_length,
    }
    given = {name: value for name, value in constraints.items() if value is not None}
    return {"name": column.name, "type": _FRICTIONLESS[type(column.dtype)], "description": meaning(column), "constraints": given}


def _json_value(bound: Any) -> Any:
    """A bound as JSON has it: days and instants as text."""
    if isinstance(bound, datetime):
        return bound.strftime("%Y-%m-%dT%H:%M:%SZ")
    return bound.isoformat() if isinstance(bound, date) else bound
