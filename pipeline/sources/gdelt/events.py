"""GDELT's export files: coded events, 61 columns, and which of them are events between states.

Belongs here: the format, and what is set aside for which reason. Does not: asking for files (`fetch.py`), or who is a state (`states.py`).
Sources: GDELT Event Codebook 2.0; the names and types of the columns are GDELT's own.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.contracts.crosswalk import KIND_OF_CAMEO
from pipeline.contracts.tables.crosscheck import GDELT_EVENTS
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.lines import lines_of
from pipeline.sources.gdelt.states import FIRMS, acts_for_a_state, state_of
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
_WHOLE = {
    "GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "IsRootEvent", "QuadClass", "NumMentions", "NumSources", "NumArticles",
    "Actor1Geo_Type", "Actor2Geo_Type", "ActionGeo_Type", "DATEADDED",
}  # fmt: skip
_BROKEN = {
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
COLUMNS = pl.Schema({name: pl.Int64() if name in _WHOLE else pl.Float64() if name in _BROKEN else pl.String() for name in NAMES})
#: … and why the row could not be read at all: then all the others are empty.
EVENTS = pl.Schema({**COLUMNS, "unreadable": pl.String()})

_NEEDED = ("GLOBALEVENTID", "SQLDATE", "EventCode", "NumMentions", "NumSources", "NumArticles", "DATEADDED")
_WEB = r"^(?i:https?)://[^\s\p{C}/][^\s\p{C}]*$"

#: Ends of a row, in the order in which they are looked for. Every row has exactly one.
ENDS = ("malformed", "repeated", "no_country", "domestic", "no_state", "other_kind", "kept")


def parse_events(payload: Payload) -> pl.DataFrame:
    """Every row of an export, zipped or not, as `EVENTS`; empty fields are null. `SourceError` when it holds no row of 61 fields.

    A row with another number of fields, that is not UTF-8, lacks a number it needs or has a text where a number belongs, is there with its
    reason and without values.
    """
    rows = lines_of(payload).with_columns(pl.col("line").str.split("\t").alias("fields"))
    if not (rows["fields"].list.len() == len(NAMES)).any():
        raise SourceError(
            f"GDELT's file {payload.item} holds no row of {len(NAMES)} fields, so it is no export of events; see what {payload.url} answers"
        )
    given = rows["fields"].list.to_struct(fields=list(NAMES)).struct.unnest()
    typed = given.with_columns(rows["is_text"], rows["fields"].list.len().alias("width")).select(
        *(_typed(name) for name in NAMES), _unfit().alias("unreadable")
    )
    sound = pl.col("unreadable").is_null()
    judged = typed.with_columns(pl.coalesce("unreadable", _lacking()).alias("unreadable"))
    return judged.select(*(pl.when(sound).then(pl.col(name)).alias(name) for name in NAMES), "unreadable").cast(EVENTS)


def _typed(name: str) -> pl.Expr:
    """The text of a field as its type; null where it is empty or is none of that type."""
    if COLUMNS[name] == pl.String():
        return pl.col(name).replace("", None)
    value = pl.col(name).cast(COLUMNS[name], strict=False)
    return pl.when(value.is_finite()).then(value).alias(name) if COLUMNS[name] == pl.Float64() else value


def _unfit() -> pl.Expr:
    """Why the fields of a row are none of an event, before anything is made of them."""
    numbers = [name for name in NAMES if COLUMNS[name] != pl.String()]
    return pl.coalesce(
        pl.when(~pl.col("is_text")).then(pl.lit("not UTF-8")),
        pl.when(pl.col("width") != len(NAMES)).then(pl.format("{} fields, not {}", "width", pl.lit(len(NAMES)))),
        *(pl.when((pl.col(name) != "") & _typed(name).is_null()).then(pl.lit(f"{name} is no number")) for name in numbers),
    )


def _lacking() -> pl.Expr:
    """Why the values of a row are none of an event."""
    return pl.coalesce(
        *(pl.when(pl.col(name).is_null()).then(pl.lit(f"{name} is empty")) for name in _NEEDED),
        pl.when(_day().is_null()).then(pl.lit("SQLDATE is no day")),
        pl.when(_instant().is_null()).then(pl.lit("DATEADDED is no instant")),
    )


def _day() -> pl.Expr:
    return pl.col("SQLDATE").cast(pl.String).str.to_date("%Y%m%d", strict=False)


def _instant() -> pl.Expr:
    return pl.col("DATEADDED").cast(pl.String).str.to_datetime("%Y%m%d%H%M%S", time_unit="us", time_zone="UTC", strict=False)


@dataclass(frozen=True)
class Sorted:
    """What became of the rows of one export: the events kept, as `GDELT_EVENTS`, and how many rows came to each of `ENDS`."""

    events: pl.DataFrame
    counts: dict[str, int]
    first_fault: str


def between_states(rows: pl.DataFrame, about: date, known: Container[int] = ()) -> Sorted:
    """The events of `EVENTS` between two different states that are of one of our kinds; all others are counted by why they are not.

    `about` is the UTC day of the file; a row that says it was added on another day is malformed. `known`: numbers of events already kept.
    """
    actor, target = (state_of(pl.col(f"Actor{n}CountryCode"), pl.col(f"Actor{n}KnownGroupCode")) for n in (1, 2))
    acts = acts_for_a_state(pl.col("Actor1Type1Code"), pl.col("Actor1KnownGroupCode"))
    is_struck = acts_for_a_state(pl.col("Actor2Type1Code"), pl.col("Actor2KnownGroupCode"), also=FIRMS)
    seen = pl.Series([number in known for number in rows["GLOBALEVENTID"]], dtype=pl.Boolean)
    elsewhere = pl.when(pl.col("index_date") != about).then(pl.lit(f"added on another day than {about}, that of its file"))
    made = rows.with_columns(
        actor.alias("actor"),
        target.alias("target"),
        _instant().alias("added_at"),
        _instant().dt.date().alias("index_date"),
        _day().alias("event_date"),
        pl.col("EventCode").replace_strict(dict(KIND_OF_CAMEO), default=None, return_dtype=pl.String).alias("kind"),
        (seen | ~pl.col("GLOBALEVENTID").is_first_distinct()).alias("is_repeated"),
    ).with_columns(pl.coalesce("unreadable", elsewhere).alias("unreadable"))
    end = (
        pl.when(pl.col("unreadable").is_not_null())
        .then(pl.lit("malformed"))
        .when(pl.col("is_repeated"))
        .then(pl.lit("repeated"))
        .when(pl.col("actor").is_null() | pl.col("target").is_null())
        .then(pl.lit("no_country"))
        .when(pl.col("actor") == pl.col("target"))
        .then(pl.lit("domestic"))
        .when(~(acts & is_struck))
        .then(pl.lit("no_state"))
        .when(pl.col("kind").is_null())
        .then(pl.lit("other_kind"))
        .otherwise(pl.lit("kept"))
    )
    ended = made.with_columns(end.alias("end"))
    return Sorted(
        _as_contract(ended.filter(pl.col("end") == "kept")),
        {one: int((ended["end"] == one).sum()) for one in ENDS},
        next(iter(ended["unreadable"].drop_nulls()), ""),
    )


def _as_contract(kept: pl.DataFrame) -> pl.DataFrame:
    """Rows that were kept, as `GDELT_EVENTS`."""
    return GDELT_EVENTS.conform(
        kept.select(
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
