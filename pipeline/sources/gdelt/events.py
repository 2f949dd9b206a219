"""Parses GDELT's export files, and selects events between states.

An export has 61 columns. Which actors are states is defined in `states.py`. Column names and types are those of the GDELT Event Codebook
2.0.
"""

import math
from collections.abc import Container
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.contracts.crosswalk import KIND_OF_CAMEO
from pipeline.contracts.tables.crosscheck import GDELT_EVENTS
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.lines import read_lines, split_fields
from pipeline.sources.gdelt.states import COMPANY_ROLES, find_state, is_state_actor
from pipeline.sources.payloads import Payload

_ACTOR = (
    "Code",
    "Name",
    "CountryCode",
    "KnownGroupCode",
    "EthnicCode",
    "Religion1Code",
    "Religion2Code",
    "Type1Code",
    "Type2Code",
    "Type3Code",
)
_PLACE = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
_INTEGERS = {
    "GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "IsRootEvent", "QuadClass", "NumMentions", "NumSources", "NumArticles",
    "Actor1Geo_Type", "Actor2Geo_Type", "ActionGeo_Type", "DATEADDED",
}  # fmt: skip
_FLOATS = {
    "FractionDate",
    "GoldsteinScale",
    "AvgTone",
    *(f"{who}Geo_{what}" for who in ("Actor1", "Actor2", "Action") for what in ("Lat", "Long")),
}

NAMES = (
    *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
    *(f"Actor1{what}" for what in _ACTOR),
    *(f"Actor2{what}" for what in _ACTOR),
    *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale"),
    *("NumMentions", "NumSources", "NumArticles", "AvgTone"),
    *(f"{who}Geo_{what}" for who in ("Actor1", "Actor2", "Action") for what in _PLACE),
    *("DATEADDED", "SOURCEURL"),
)
#: The 61 columns of an export, in order, with GDELT's names and types.
COLUMNS = pl.Schema({name: pl.Int64() if name in _INTEGERS else pl.Float64() if name in _FLOATS else pl.String() for name in NAMES})
#: The same, and `unreadable_reason`: why the row could not be read, or null. An unreadable row has no other values.
EVENTS = pl.Schema({**COLUMNS, "unreadable_reason": pl.String()})

_REQUIRED = ("GLOBALEVENTID", "SQLDATE", "EventCode", "NumMentions", "NumSources", "NumArticles", "DATEADDED")
#: Bounds of fields, as in the contract of `GDELT_EVENTS`: one wrong row must not stop the table.
_BOUNDS = {"NumArticles": (0, math.inf), "AvgTone": (-100, 100), "GoldsteinScale": (-10, 10)}
_WEB = r"^(?i:https?)://[^\s\p{C}/][^\s\p{C}]*$"

#: Outcomes of a row, in the order in which they are checked. Every row has exactly one; `GDELT_ACCOUNTS` describes them.
ROW_OUTCOMES = ("malformed", "repeated", "no_country", "domestic", "no_state", "other_kind", "kept")


def parse_events(payload: Payload) -> pl.DataFrame:
    """Parse the rows of an export, as `EVENTS`.

    The file may be zipped; empty fields are null. `SourceError` if no row has 61 fields, and as for `unpack`. A row that is not UTF-8, has
    another number of fields, lacks a required value, has text instead of a number or one out of bounds, or has an invalid day or time, is
    returned without values and with the reason.
    """
    rows = split_fields(read_lines(payload), NAMES)
    if not (rows["width"] == len(NAMES)).any():
        raise SourceError(
            f"GDELT's file {payload.item} has no row of {len(NAMES)} fields, not an export of events; check the response of {payload.url}"
        )
    cast = rows.select(*(_cast_field(name) for name in NAMES), _malformed_reason().alias("unreadable_reason"))
    is_valid = pl.col("unreadable_reason").is_null()
    checked = cast.with_columns(pl.coalesce("unreadable_reason", _missing_reason()).alias("unreadable_reason"))
    return checked.select(*(pl.when(is_valid).then(pl.col(name)).alias(name) for name in NAMES), "unreadable_reason").cast(EVENTS)


def _cast_field(name: str) -> pl.Expr:
    """Return an expression for a field, cast to its type.

    It is null if the field is empty, or if its type is a number and the text is no such number or not finite.
    """
    if COLUMNS[name] == pl.String():
        return pl.col(name).replace("", None)
    value = pl.col(name).cast(COLUMNS[name], strict=False)
    return pl.when(value.is_finite()).then(value).alias(name) if COLUMNS[name] == pl.Float64() else value


def _malformed_reason() -> pl.Expr:
    """Return an expression for why a row cannot be parsed, or null.

    It is the first of these that applies: it is not UTF-8, has another number of fields than 61, or has text in a field for a number (empty
    is allowed).
    """
    numbers = [name for name in NAMES if COLUMNS[name] != pl.String()]
    return pl.coalesce(
        pl.when(~pl.col("is_text")).then(pl.lit("not UTF-8")),
        pl.when(pl.col("width") != len(NAMES)).then(pl.format("{} fields, not {}", "width", pl.lit(len(NAMES)))),
        *(pl.when((pl.col(name) != "") & _cast_field(name).is_null()).then(pl.lit(f"{name} is not a number")) for name in numbers),
    )


def _missing_reason() -> pl.Expr:
    """Return an expression for why a parsed row is unusable, or null.

    It is the first of these that applies: a required value is missing, `SQLDATE` is no day, `DATEADDED` is no time, or a number is not
    within its bounds.
    """
    return pl.coalesce(
        *(pl.when(pl.col(name).is_null()).then(pl.lit(f"{name} is empty")) for name in _REQUIRED),
        pl.when(_event_date().is_null()).then(pl.lit("SQLDATE is not a day")),
        pl.when(_added_at().is_null()).then(pl.lit("DATEADDED is not a time")),
        *(pl.when(~pl.col(name).is_between(*bounds)).then(pl.lit(f"{name} is out of bounds")) for name, bounds in _BOUNDS.items()),
    )


def _event_date() -> pl.Expr:
    return pl.col("SQLDATE").cast(pl.String).str.to_date("%Y%m%d", strict=False)


def _added_at() -> pl.Expr:
    return pl.col("DATEADDED").cast(pl.String).str.to_datetime("%Y%m%d%H%M%S", time_unit="us", time_zone="UTC", strict=False)


@dataclass(frozen=True)
class ClassifiedEvents:
    """The events between states of one export, and row counts.

    `events` is of `GDELT_EVENTS`; `counts` has the number of rows with each of `ROW_OUTCOMES`. `first_unreadable_reason` is that of the
    first malformed row, "" if there is none.
    """

    events: pl.DataFrame
    counts: dict[str, int]
    first_unreadable_reason: str


def classify_events(rows: pl.DataFrame, day: date, known_ids: Container[int] = ()) -> ClassifiedEvents:
    """Select events between states, and count all rows by outcome.

    `rows`: of `EVENTS`; `day`: the UTC day of the file, rows added on another day are malformed; `known_ids`: events selected from earlier
    files, which count as repeated, as does an id that occurred before in `rows`. Selected are events, about trade or not, whose CAMEO code
    corresponds to a kind of signal of the index (`KIND_OF_CAMEO`), by an actor that acts for a state, directed at another state or its
    companies. Each row counts once, under the first outcome that applies.
    """
    actor, target = (find_state(pl.col(f"Actor{n}CountryCode"), pl.col(f"Actor{n}KnownGroupCode")) for n in (1, 2))
    is_actor = is_state_actor(pl.col("Actor1Type1Code"), pl.col("Actor1KnownGroupCode"))
    is_target = is_state_actor(pl.col("Actor2Type1Code"), pl.col("Actor2KnownGroupCode"), also=COMPANY_ROLES)
    is_known = pl.Series([number in known_ids for number in rows["GLOBALEVENTID"]], dtype=pl.Boolean)
    other_day = pl.when(pl.col("index_date") != day).then(pl.lit(f"added on another day than {day}, the day of its file"))
    derived = rows.with_columns(
        actor.alias("actor"),
        target.alias("target"),
        _added_at().alias("added_at"),
        _added_at().dt.date().alias("index_date"),
        _event_date().alias("event_date"),
        pl.col("EventCode").replace_strict(dict(KIND_OF_CAMEO), default=None, return_dtype=pl.String).alias("kind"),
        (is_known | ~pl.col("GLOBALEVENTID").is_first_distinct()).alias("is_repeated"),
    ).with_columns(pl.coalesce("unreadable_reason", other_day).alias("unreadable_reason"))
    outcome = (
        pl.when(pl.col("unreadable_reason").is_not_null())
        .then(pl.lit("malformed"))
        .when(pl.col("is_repeated"))
        .then(pl.lit("repeated"))
        .when(pl.col("actor").is_null() | pl.col("target").is_null())
        .then(pl.lit("no_country"))
        .when(pl.col("actor") == pl.col("target"))
        .then(pl.lit("domestic"))
        .when(~(is_actor & is_target))
        .then(pl.lit("no_state"))
        .when(pl.col("kind").is_null())
        .then(pl.lit("other_kind"))
        .otherwise(pl.lit("kept"))
    )
    classified = derived.with_columns(outcome.alias("outcome"))
    return ClassifiedEvents(
        _to_contract(classified.filter(pl.col("outcome") == "kept")),
        {one: int((classified["outcome"] == one).sum()) for one in ROW_OUTCOMES},
        next(iter(classified["unreadable_reason"].drop_nulls()), ""),
    )


def _to_contract(events: pl.DataFrame) -> pl.DataFrame:
    """Convert selected events, with their derived columns, to `GDELT_EVENTS`.

    An address that is not http or https becomes null.
    """
    return GDELT_EVENTS.conform(
        events.select(
            "index_date",
            pl.col("GLOBALEVENTID").alias("gdelt_event_id"),
            "added_at",
            "event_date",
            "actor",
            "target",
            pl.col("EventCode").alias("cameo_code"),
            "kind",
            pl.col("kind").replace_strict(dict(KIND_POLARITY), return_dtype=pl.String).alias("polarity"),
            pl.col("NumMentions").alias("mention_count"),
            pl.col("NumSources").alias("source_count"),
            pl.col("NumArticles").alias("article_count"),
            pl.col("AvgTone").alias("tone"),
            pl.col("GoldsteinScale").alias("goldstein"),
            pl.when(pl.col("SOURCEURL").str.contains(_WEB)).then(pl.col("SOURCEURL")).alias("url"),
        )
    )
