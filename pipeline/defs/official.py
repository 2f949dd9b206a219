"""Layer `core`: acts of trade policy in an official journal, and what became of every document of it."""

from collections.abc import Iterator

import dagster as dg

from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import spec, tell_each_day
from pipeline.defs.partitions import DAYS, DAYS_AT_ONCE, days
from pipeline.defs.resources import LakeResource
from pipeline.signals.official.judge import judge

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
JUDGED = (OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)


@dg.multi_asset(
    name="official_acts",
    specs=[spec(table, deps=[RAW_OFFICIAL_DOCUMENTS.name]) for table in JUDGED],
    partitions_def=DAYS,
    check_specs=[check for table in JUDGED for check in check_specs(table)],
    backfill_policy=DAYS_AT_ONCE,
)
def official_acts(context: dg.AssetExecutionContext, lake: LakeResource) -> Results:
    """Each document of the journal gives its acts or has the reason why it gives none."""
    store, span = lake.open(), days(context)
    judged = judge(store.read(RAW_OFFICIAL_DOCUMENTS, span))
    frames = (
        (OFFICIAL_DOCUMENTS, judged.documents, ("document_number", "document_outcome", "rule_id", "act_count")),
        (OFFICIAL_SIGNALS, judged.signals, ("target", "kind", "status", "instrument", "effective_date", "act_basis", "quote")),
    )
    for table, frame, _ in frames:
        yield from audit(table, frame)
    for table, frame, shown in frames:
        store.write_days(table, frame, span)
        tell_each_day(context, table, frame, span, shown)
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": frame.height})
