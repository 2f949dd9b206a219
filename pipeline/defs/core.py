"""Layer `core`: clean articles and what was set aside, how articles retell one another, what was found in them."""

from collections.abc import Iterator

import dagster as dg

from pipeline.articles.clean import admit
from pipeline.articles.stories import link
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import describe, spec, tell_each_day
from pipeline.defs.partitions import DAYS, DAYS_AT_ONCE, THREE_DAYS_BEFORE, days
from pipeline.defs.resources import ExtractorResource, LakeResource

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
#: Asked of the reader, not of the table: a text that was left unread looks like one without a signal.
READ = dg.AssetCheckSpec(
    "every_article_was_read",
    asset=FINDINGS.name,
    description="an article that the reader left unread has no findings, which is not the same as nothing found",
    metadata={"severity": "warning"},
)
ADMITTED = (ARTICLES, DUPLICATES, QUARANTINE, COVERAGE)


@dg.multi_asset(
    name="admission",
    specs=[spec(table, deps=[RAW_ARTICLES.name]) for table in ADMITTED],
    partitions_def=DAYS,
    check_specs=[check for table in ADMITTED for check in check_specs(table)],
    backfill_policy=DAYS_AT_ONCE,
)
def admission(context: dg.AssetExecutionContext, lake: LakeResource) -> Results:
    """Each raw row becomes an article, a duplicate or a quarantine row with its reason; coverage counts them."""
    store, span = lake.open(), days(context)
    admitted = admit(store.read(RAW_ARTICLES, span))
    frames = (
        (ARTICLES, admitted.articles, ()),
        (DUPLICATES, admitted.duplicates, ("raw_id", "article_id")),
        (QUARANTINE, admitted.quarantine, ("raw_id", "source", "reason", "detail")),
        (COVERAGE, admitted.coverage, ("source", "article_count", "accepted", "duplicate", "quarantined")),
    )
    for table, frame, _ in frames:
        yield from audit(table, frame)
    for table, frame, shown in frames:
        store.write_days(table, frame, span)
        tell_each_day(context, table, frame, span, shown)
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": frame.height})


@dg.asset(
    **describe(STORY_LINKS),
    deps=[dg.AssetDep(ARTICLES.name, partition_mapping=THREE_DAYS_BEFORE)],
    partitions_def=DAYS,
    check_specs=check_specs(STORY_LINKS),
    backfill_policy=DAYS_AT_ONCE,
)
def story_links(context: dg.AssetExecutionContext, lake: LakeResource) -> Results:
    """Which articles retell an earlier one of the last three days."""
    store, span = lake.open(), days(context)
    links = link(store.read(ARTICLES, span.reaching_back(3)), span)
    yield from audit(STORY_LINKS, links)
    store.write_days(STORY_LINKS, links, span)
    tell_each_day(context, STORY_LINKS, links, span, ("article_id", "earlier_article_id", "similarity"))
    yield dg.MaterializeResult(metadata={"rows in this run": links.height})


@dg.asset(
    **describe(FINDINGS),
    deps=[ARTICLES.name],
    partitions_def=DAYS,
    check_specs=[*check_specs(FINDINGS), READ],
    backfill_policy=DAYS_AT_ONCE,
)
def findings(context: dg.AssetExecutionContext, lake: LakeResource, extractor: ExtractorResource) -> Results:
    """Concessions, escalations and talks found in each day's articles."""
    store, span = lake.open(), days(context)
    reader = extractor.open()
    found = reader.extract(store.read(ARTICLES, span))
    yield dg.AssetCheckResult(
        passed=not reader.account.unread,
        check_name=READ.name,
        asset_key=FINDINGS.name,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"reason": READ.description or "", "detail": "; ".join(reader.account.told())},
    )
    yield from audit(FINDINGS, found)  # raises before anything is stored
    store.write_days(FINDINGS, found, span)
    tell_each_day(context, FINDINGS, found, span, ("actor", "target", "kind", "modality", "rate_pct", "product", "quote"))
    yield dg.MaterializeResult(metadata={"rows in this run": found.height})
