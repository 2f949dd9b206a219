"""Layers `raw` and `core`: official documents and their acts.

The documents are those of the Federal Register, the official journal of the United States; the acts are acts of trade policy.
"""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from pipeline.contracts.days import Days, group_consecutive_days
from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.defs.checks import InputCheck, Results, audited_days, check_specs
from pipeline.defs.fetching import by_day_if_enabled, enabled_upstreams, skip_disabled
from pipeline.defs.metadata import add_row_counts, describe, spec
from pipeline.defs.partitions import run_days
from pipeline.defs.side_tables import keep_last_good
from pipeline.settings import Settings
from pipeline.signals.official.classify import classify_documents
from pipeline.sources.federal_register import SOURCE, collect_documents
from pipeline.sources.http.archive import Archive
from pipeline.warehouse.lake import Lake

JUDGED = (OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)
ALL_DAYS_WHOLE = InputCheck(
    RAW_OFFICIAL_DOCUMENTS,
    "every_day_is_whole",
    "a day with a missing page is not written: it keeps its earlier rows or has none, although there were documents",
)


def assets(settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Return the assets of official documents and acts.

    They are partitioned by day while the upstream is enabled.
    """
    return [_raw_official_documents(settings), _official_acts(settings)]


def _raw_official_documents(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        **describe(RAW_OFFICIAL_DOCUMENTS),
        deps=enabled_upstreams(settings, SOURCE),
        check_specs=[*check_specs(RAW_OFFICIAL_DOCUMENTS), ALL_DAYS_WHOLE.spec],
        **by_day_if_enabled(settings, SOURCE),
    )
    @keep_last_good(RAW_OFFICIAL_DOCUMENTS)
    def raw_official_documents(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Results:
        """Read the stored official documents; write complete days only.

        `collect_documents` returns rows of complete days only, so no others are checked or written. An incomplete day is named in
        `ALL_DAYS_WHOLE` with the reason, and keeps the rows that it has, which the UI counts as unchanged. Nothing is written if a critical
        check fails, or while the upstream is disabled.
        """
        if SOURCE not in settings.sources.on:
            yield ALL_DAYS_WHOLE.report([])
            yield from skip_disabled(lake, SOURCE, RAW_OFFICIAL_DOCUMENTS)
            return
        span = run_days(context)
        documents = collect_documents(Archive(settings.payloads).payloads(SOURCE, span))
        whole = [day for day in span if day in documents.complete_days]
        incomplete = sorted(set(span) - set(whole))
        yield ALL_DAYS_WHOLE.report(
            [f"{day}: {documents.incomplete_days.get(day, 'was not fetched, or the request failed')}" for day in incomplete]
        )
        with audited_days(context, lake, RAW_OFFICIAL_DOCUMENTS.name, RAW_OFFICIAL_DOCUMENTS) as days:
            for batch in group_consecutive_days(whole):
                rows = _select_days(documents.rows, batch)
                days.write(RAW_OFFICIAL_DOCUMENTS, rows, batch, ("document_number", "type", "agencies", "title"))
        yield from days.report()
        add_row_counts(context, lake, RAW_OFFICIAL_DOCUMENTS, incomplete)
        yield dg.MaterializeResult(metadata={"rows in this run": documents.rows.height})

    assert isinstance(raw_official_documents, dg.AssetsDefinition)
    return raw_official_documents


def _official_acts(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="official_acts",
        specs=[spec(table, deps=[RAW_OFFICIAL_DOCUMENTS.name]) for table in JUDGED],
        check_specs=check_specs(*JUDGED),
        **by_day_if_enabled(settings, SOURCE),
    )
    @keep_last_good(*JUDGED)
    def official_acts(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Results:
        """Find the acts in each document, or why it has none.

        Only documents of the days of this run are read; a day whose documents are not stored is not written. Nothing is written if a
        critical check fails, or while the upstream is disabled.
        """
        if SOURCE not in settings.sources.on:
            yield from skip_disabled(lake, SOURCE, *JUDGED)
            return
        span = run_days(context)
        classified = classify_documents(lake.read(RAW_OFFICIAL_DOCUMENTS, span))
        with audited_days(context, lake, "official_acts", *JUDGED) as days:
            for batch in group_consecutive_days(sorted(lake.days_present(RAW_OFFICIAL_DOCUMENTS, span))):
                documents, signals = _select_days(classified.documents, batch), _select_days(classified.signals, batch)
                days.write(OFFICIAL_DOCUMENTS, documents, batch, ("document_number", "document_outcome", "rule_id", "act_count"))
                shown = ("target", "kind", "status", "instrument", "effective_date", "act_basis", "quote")
                days.write(OFFICIAL_SIGNALS, signals, batch, shown)
        yield from days.report()
        for table in JUDGED:
            yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": days.count_rows(table)})

    return official_acts


def _select_days(rows: pl.DataFrame, days: Days) -> pl.DataFrame:
    return rows.filter(pl.col("index_date").is_between(days.first, days.last))
