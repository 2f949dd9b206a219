"""Changes of a lake that the cross-table checks should find."""

from collections.abc import Callable
from datetime import date

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import DUPLICATES
from pipeline.contracts.tables.index import SIGNALS
from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.tables.threats import THREAT_EVIDENCE, THREAT_RATES, THREAT_STATES, THREATS
from pipeline.contracts.tables.trade import FLOW_REVISIONS
from pipeline.warehouse.lake import Lake
from tests.unit.index.lake_scenes import DAY

THE_DAY = Days(DAY, DAY)
JOURNAL = (RAW_OFFICIAL_DOCUMENTS, OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)

Change = Callable[[pl.DataFrame], pl.DataFrame]


def edit(table: Table, change: Change) -> Callable[[Lake], None]:
    """Change that table (or its first day) in a lake after all other tables were built from it."""

    def apply(lake: Lake) -> None:
        if table.day is None:
            lake.write(table, change(lake.read(table)))
        else:
            lake.write_days(table, change(lake.read(table, THE_DAY)), THE_DAY)

    return apply


def increase(name: str, by: float = 1) -> Change:
    """Increase one column of the first row."""
    return lambda rows: rows.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.col(name) + by).otherwise(pl.col(name)).cast(rows.schema[name]).alias(name)
    )


def empty_column(name: str) -> Change:
    """Remove the values of one column."""
    return lambda rows: rows.with_columns(pl.lit(None, rows.schema[name]).alias(name))


def shift(name: str, by: float) -> Change:
    """Increase one column of all rows."""
    return lambda rows: rows.with_columns(pl.col(name) + by)


def count_twenty_later(rows: pl.DataFrame) -> pl.DataFrame:
    """Make twenty articles of one source that count a day later."""
    again = pl.concat([rows.head(1)] * 20).with_columns(article_id=pl.format("A:late {}", pl.int_range(20)))
    return again.with_columns(pl.col("read_on") + pl.duration(days=1))


def spread_story(rows: pl.DataFrame) -> pl.DataFrame:
    """Make ten articles of one story, two days apart."""
    number = pl.int_range(10)
    again = pl.concat([rows.head(1)] * 10).with_columns(article_id=pl.format("A:page {}", number))
    return again.with_columns(pl.col("index_date") + pl.duration(days=2 * number))


def add_thousand(rows: pl.DataFrame) -> pl.DataFrame:
    """Add a new source with a thousand articles on one day, a month after the others."""
    month_later = rows["index_date"].max() + pl.duration(days=30)
    flood = rows.head(1).with_columns(index_date=month_later, source=pl.lit("New"), article_count=1000, weight=1000.0)
    return pl.concat([rows, flood.cast(rows.schema)])


def drop_first(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.slice(1)


def add_duplicate(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, DUPLICATES.example().with_columns(index_date=pl.lit(DAY))])


def two_months(table: Table) -> pl.DataFrame:
    """The example row in April and June, without a row in May."""
    months = (date(2025, 4, 1), date(2025, 6, 1))
    return pl.concat(table.example().with_columns(reference_month=pl.lit(one, dtype=pl.Date)) for one in months)


def two_versions(**columns: object) -> pl.DataFrame:
    """Two versions of the example row of `FLOW_REVISIONS`; `columns` are set in the second."""
    second = FLOW_REVISIONS.example().with_columns(
        pl.lit(value, dtype=FLOW_REVISIONS.schema[name]).alias(name) for name, value in columns.items()
    )
    first = FLOW_REVISIONS.example().with_columns(
        version=pl.lit(1, pl.Int64), value_usd=pl.lit(25e9), change_pct=pl.lit(None, pl.Float64), known_on=pl.lit(date(2025, 6, 5))
    )
    return pl.concat([first, second])


def insert(table: Table, **columns: object) -> Callable[[Lake], None]:
    """Write the contract's example row to a table, with some columns changed; the scene has no trade figures."""
    row = table.example().with_columns(pl.lit(value, dtype=table.schema[name]).alias(name) for name, value in columns.items())
    return edit(table, lambda _: row)


def apply_all(*changes: Callable[[Lake], None]) -> Callable[[Lake], None]:
    """Apply all of these changes to a lake."""

    def apply(lake: Lake) -> None:
        for change in changes:
            change(lake)

    return apply


def edit_journal(table: Table, change: Change) -> Callable[[Lake], None]:
    """Add one document of an official journal to a lake and change that table; the scene has none."""
    return apply_all(*(insert(one) for one in JOURNAL), edit(table, change))


def write_threat(lake: Lake) -> None:
    """Write one softened threat with its evidence to a lake; the scene has none."""
    said, shown = "4e1f09ab52c77d31", "77d3152c09ab4e1f"
    state = THREAT_STATES.example().with_columns(
        valid_to=pl.lit(None, pl.Date), signal_count=pl.lit(1, pl.Int64), signal_ids=pl.lit(said), outcome_signal_ids=pl.lit(shown)
    )
    one = THREAT_EVIDENCE.example().with_columns(evidence_id=pl.lit(said), told_on=date(2025, 5, 23), known_on=date(2025, 5, 23))
    other = one.with_columns(
        evidence_id=pl.lit(shown), threat_role=pl.lit("softened"), told_on=date(2025, 7, 27), known_on=date(2025, 7, 27)
    )
    counts = {name: pl.lit(0, pl.Int64) for name in THREAT_RATES.schema if name.endswith("_count")}
    counts |= dict.fromkeys(("threat_count", "settled_count", "softened_count"), pl.lit(1, pl.Int64))
    rates = [THREAT_RATES.example().with_columns(form=pl.lit(form), **counts) for form in ("all", "threat")]
    lake.write(SIGNALS, SIGNALS.example())
    lake.write(THREAT_STATES, state)
    lake.write(THREATS, state.select(THREATS.schema.names()))
    lake.write(THREAT_EVIDENCE, pl.concat([one, other]))
    lake.write(THREAT_RATES, pl.concat(rates))


def edit_threat(table: Table, change: Change) -> Callable[[Lake], None]:
    """Write the threat to a lake and change that table."""
    return apply_all(write_threat, edit(table, change))
