"""Layer `core`: clean articles and what was quarantined, how articles repeat one another, and the findings in them."""

from collections.abc import Sequence

import dagster as dg

from pipeline.articles.clean import admit
from pipeline.articles.stories import link
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs import daily
from pipeline.defs.checks import InputCheck, Results, check_specs
from pipeline.defs.daily import changed_days
from pipeline.defs.metadata import add_daily_metadata, describe, spec
from pipeline.defs.partitions import by_day, three_days_before
from pipeline.defs.resources import ExtractorFactory
from pipeline.settings import Settings
from pipeline.signals.texts import Account
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.pieces import AtOnce

ALL_ARTICLES_READ = InputCheck(
    FINDINGS,
    "every_article_was_read",
    "an article that the reader left unread has no findings, which is not the same as nothing found",
)
#: How many articles were read, in the metadata of that check; what else is counted there are reasons why others were not.
ARTICLES_READ = "articles read"
#: Smaller batches than elsewhere: three days before are read with each, and texts are split into words.
LINKED_AT_ONCE = AtOnce(text_bytes=16_000_000)
ADMITTED = daily.ADMITTED


def assets(settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Admission of articles, links between them, and findings, all by day."""
    partitioned = by_day(settings)

    @dg.multi_asset(
        name="admission",
        specs=[spec(table, deps=[RAW_ARTICLES.name]) for table in ADMITTED],
        check_specs=[check for table in ADMITTED for check in check_specs(table)],
        **partitioned,
    )
    def admission(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Results:
        """Each raw row becomes an article, a duplicate or a quarantine row with its reason; coverage counts them."""
        with changed_days(context, lake, daily.admission()) as made:
            for piece in made.pieces(RAW_ARTICLES):
                admitted = admit(lake.read(RAW_ARTICLES, piece))
                frames = (
                    (ARTICLES, admitted.articles, ()),
                    (DUPLICATES, admitted.duplicates, ("raw_id", "article_id")),
                    (QUARANTINE, admitted.quarantine, ("raw_id", "source", "reason", "detail")),
                    (COVERAGE, admitted.coverage, ("source", "article_count", "accepted", "duplicate", "quarantined")),
                )
                for table, frame, shown in frames:
                    made.keep(table, frame, piece)
                    add_daily_metadata(context, table, frame, piece, shown)
        yield from made.results()
        for table in ADMITTED:
            yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": made.rows(table)})

    @dg.asset(
        **describe(STORY_LINKS),
        deps=[dg.AssetDep(ARTICLES.name, partition_mapping=three_days_before())],
        check_specs=check_specs(STORY_LINKS),
        **partitioned,
    )
    def story_links(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Results:
        """Which articles repeat an earlier one of the last three days."""
        with changed_days(context, lake, daily.story_links()) as made:
            for piece in made.pieces(ARTICLES, LINKED_AT_ONCE):
                links = link(lake.read(ARTICLES, piece.reaching_back(daily.STORY_REACH)), piece)
                made.keep(STORY_LINKS, links, piece)
                add_daily_metadata(context, STORY_LINKS, links, piece, ("article_id", "earlier_article_id", "similarity"))
        yield from made.results()
        yield dg.MaterializeResult(metadata={"rows in this run": made.rows(STORY_LINKS)})

    @dg.asset(**describe(FINDINGS), deps=[ARTICLES.name], check_specs=[*check_specs(FINDINGS), ALL_ARTICLES_READ.spec], **partitioned)
    def findings(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], extractor: dg.ResourceParam[ExtractorFactory]) -> Results:
        """Concessions, escalations and talks found in each day's articles."""
        reader, account = extractor.make(), Account()
        with changed_days(context, lake, daily.findings(extractor)) as made:
            for piece in made.pieces(ARTICLES):
                found = reader.extract(lake.read(ARTICLES, piece))
                account += reader.account
                made.keep(FINDINGS, found, piece)
                add_daily_metadata(context, FINDINGS, found, piece, ("actor", "target", "kind", "modality", "rate_pct", "product", "quote"))
        counts = {ARTICLES_READ: account.read, "not about trade between countries": account.off_topic, **account.unread}
        yield ALL_ARTICLES_READ.result(account.told() if account.unread else [], **counts)
        yield from made.results()
        yield dg.MaterializeResult(metadata={"rows in this run": made.rows(FINDINGS)})

    return [admission, story_links, findings]
