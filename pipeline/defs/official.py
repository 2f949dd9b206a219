"""Layers `raw` and `core`: documents of an official journal as they came, what became of each, and the acts of trade policy in them."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import describe, spec, tell_each_day
from pipeline.defs.partitions import days
from pipeline.defs.resources import LakeResource, UpstreamsResource
from pipeline.defs.upstreams import left_as_it_is, on, read_by_day
from pipeline.signals.official.judge import judge
from pipeline.sources.federal_register import SOURCE, kept_documents
from pipeline.warehouse.lake import Lake

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
JUDGED = (OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)
#: Asked of the answers, not of the table: a day with a page missing looks like a quiet one.
WHOLE = dg.AssetCheckSpec(
    "every_day_is_whole",
    asset=RAW_OFFICIAL_DOCUMENTS.name,
    description="a day of which a page is missing keeps the rows it had, or has none, which is not the same as no documents",
    metadata={"severity": "warning"},
)


@dg.asset(
    **describe(RAW_OFFICIAL_DOCUMENTS),
    deps=on(SOURCE),
    check_specs=[*check_specs(RAW_OFFICIAL_DOCUMENTS), WHOLE],
    **read_by_day(SOURCE),
)
def raw_official_documents(context: dg.AssetExecutionContext, lake: LakeResource, upstreams: UpstreamsResource) -> Results:
    """Every document that the journal's answers tell of, a whole day or nothing of it."""
    if not on(SOURCE):
        yield _whole([])
        yield from left_as_it_is(SOURCE, RAW_OFFICIAL_DOCUMENTS)
        return
    store, span = lake.open(), days(context)
    found = kept_documents(upstreams.archive().payloads(SOURCE, span))
    whole = [day for day in span if day in found.whole]
    yield _whole([f"{day}: {found.lacking.get(day, 'was not asked about, or did not answer')}" for day in span if day not in whole])
    yield from audit(RAW_OFFICIAL_DOCUMENTS, found.rows)
    _write(store, RAW_OFFICIAL_DOCUMENTS, found.rows, [Days(day, day) for day in whole])
    tell_each_day(context, RAW_OFFICIAL_DOCUMENTS, found.rows, span, ("document_number", "type", "agencies", "title"))
    yield dg.MaterializeResult(metadata={"rows in this run": found.rows.height})


def _whole(lacking: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not lacking,
        check_name=WHOLE.name,
        asset_key=RAW_OFFICIAL_DOCUMENTS.name,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"reason": WHOLE.description or "", "detail": "; ".join(lacking)},
    )


@dg.multi_asset(
    name="official_acts",
    specs=[spec(table, deps=[RAW_OFFICIAL_DOCUMENTS.name]) for table in JUDGED],
    check_specs=[check for table in JUDGED for check in check_specs(table)],
    **read_by_day(SOURCE),
)
def official_acts(context: dg.AssetExecutionContext, lake: LakeResource) -> Results:
    """Each document of the journal gives its acts or has the reason why it gives none. A day that was not read is not written."""
    if not on(SOURCE):
        yield from left_as_it_is(SOURCE, *JUDGED)
        return
    store, span = lake.open(), days(context)
    judged = judge(store.read(RAW_OFFICIAL_DOCUMENTS, span))
    frames = (
        (OFFICIAL_DOCUMENTS, judged.documents, ("document_number", "document_outcome", "rule_id", "act_count")),
        (OFFICIAL_SIGNALS, judged.signals, ("target", "kind", "status", "instrument", "effective_date", "act_basis", "quote")),
    )
    read = [Days(day, day) for day in span if store.files(RAW_OFFICIAL_DOCUMENTS, Days(day, day))]
    for table, frame, _ in frames:
        yield from audit(table, frame)
    for table, frame, shown in frames:
        _write(store, table, frame, read)
        tell_each_day(context, table, frame, span, shown)
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": frame.height})


def _write(store: Lake, table: Table, frame: pl.DataFrame, each: list[Days]) -> None:
    for day in each:
        store.write_days(table, frame.filter(pl.col("index_date") == day.first), day)
