"""Layer `core`: clean articles and what was set aside, how articles retell one another, what was found in them."""

from collections.abc import Iterator

import dagster as dg

from pipeline.articles.clean import admit
from pipeline.articles.stories import link
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs.checks import audited_days, check_specs
from pipeline.defs.metadata import describe, spec, tell_each_day
from pipeline.defs.partitions import DAYS, DAYS_AT_ONCE, THREE_DAYS_BEFORE, days
from pipeline.defs.resources import ExtractorResource, LakeResource
from pipeline.signals.texts import Account
from pipeline.warehouse.pieces import AtOnce

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
#: Asked of the reader, not of the table: a text that was left unread looks like one without a signal.
READ = dg.AssetCheckSpec(
    "every_article_was_read",
    asset=FINDINGS.name,
    description="an article that the reader left unread has no findings, which is not the same as nothing found",
    metadata={"severity": "warning"},
)
#: Less than elsewhere: the three days before come with every piece, and texts are taken apart into words.
LINKED_AT_ONCE = AtOnce(text_bytes=16_000_000)
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
    with audited_days(store, "admission", *ADMITTED) as made:
        for piece in store.pieces(RAW_ARTICLES, span):
            admitted = admit(store.read(RAW_ARTICLES, piece))
            frames = (
                (ARTICLES, admitted.articles, ()),
                (DUPLICATES, admitted.duplicates, ("raw_id", "article_id")),
                (QUARANTINE, admitted.quarantine, ("raw_id", "source", "reason", "detail")),
                (COVERAGE, admitted.coverage, ("source", "article_count", "accepted", "duplicate", "quarantined")),
            )
            for table, frame, shown in frames:
                made.keep(table, frame, piece)
                tell_each_day(context, table, frame, piece, shown)
    yield from made.results()
    for table in ADMITTED:
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": made.rows(table)})


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
    with audited_days(store, STORY_LINKS.name, STORY_LINKS) as made:
        for piece in store.pieces(ARTICLES, span, LINKED_AT_ONCE):
            links = link(store.read(ARTICLES, piece.reaching_back(3)), piece)
            made.keep(STORY_LINKS, links, piece)
            tell_each_day(context, STORY_LINKS, links, piece, ("article_id", "earlier_article_id", "similarity"))
    yield from made.results()
    yield dg.MaterializeResult(metadata={"rows in this run": made.rows(STORY_LINKS)})


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
    reader, account = extractor.open(), Account()
    with audited_days(store, FINDINGS.name, FINDINGS) as made:
        for piece in store.pieces(ARTICLES, span):
            found = reader.extract(store.read(ARTICLES, piece))
            account += reader.account
            made.keep(FINDINGS, found, piece)
            tell_each_day(context, FINDINGS, found, piece, ("actor", "target", "kind", "modality", "rate_pct", "product", "quote"))
    yield dg.AssetCheckResult(
        passed=not account.unread,
        check_name=READ.name,
        asset_key=FINDINGS.name,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"reason": READ.description or "", "detail": "; ".join(account.told())},
    )
    yield from made.results()
    yield dg.MaterializeResult(metadata={"rows in this run": made.rows(FINDINGS)})
