"""Layer `core`: cleaned and quarantined articles, links between repeated stories, and findings."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import dagster as dg
import polars as pl

from pipeline.articles.clean import clean_articles
from pipeline.articles.stories import DAYS_AROUND, link_retellings
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, READING_OUTCOMES, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs import daily
from pipeline.defs.checks import InputCheck, Results, check_specs
from pipeline.defs.daily import changed_days
from pipeline.defs.metadata import describe, fit_markdown_table, markdown_table, row_count, spec
from pipeline.defs.partitions import by_day, three_days_around
from pipeline.defs.resources import ExtractorFactory
from pipeline.settings import Settings
from pipeline.signals.texts import ReadingSummary
from pipeline.warehouse.batches import BatchLimit
from pipeline.warehouse.lake import Lake

ALL_ARTICLES_READ = InputCheck(
    FINDINGS,
    "every_article_was_read",
    "an article that the reader could not read has no findings, although it may contain some",
)
#: Key of the number of articles read, in the metadata of `ALL_ARTICLES_READ`; the other keys are reasons for not reading an article.
ARTICLES_READ = "articles read"
#: Smaller batches than elsewhere: each is read with the three days before and after it, and texts are split into words.
STORY_LINKS_LIMIT = BatchLimit(text_bytes=16_000_000)
_QUOTE_SHOWN = 70  # characters
_MONTH = 31


def assets(settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Return the daily assets that clean, link and read articles."""
    partitioned = by_day(settings)
    return [_admission(partitioned), _story_links(partitioned), _findings(partitioned)]


def _admission(partitioned: Mapping[str, Any]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=daily.ADMISSION,
        specs=[spec(table, deps=[RAW_ARTICLES.name]) for table in daily.ADMITTED],
        check_specs=check_specs(*daily.ADMITTED),
        **partitioned,
    )
    def admission(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Results:
        """Split raw rows into articles, duplicates and quarantined rows.

        Only days whose raw rows or code changed are built. The rows of each source and day are counted, too (coverage).
        """
        with changed_days(context, lake, daily.admission()) as days:
            for batch in days.batches(RAW_ARTICLES):
                admitted = clean_articles(lake.read(RAW_ARTICLES, batch))
                days.write(ARTICLES, admitted.articles, batch)
                days.write(DUPLICATES, admitted.duplicates, batch, ("raw_id", "article_id"))
                days.write(QUARANTINE, admitted.quarantine, batch, ("raw_id", "source", "reason", "detail"))
                days.write(COVERAGE, admitted.coverage, batch, ("source", "article_count", "accepted", "duplicate", "quarantined"))
        yield from days.report()
        for table in daily.ADMITTED:
            yield dg.MaterializeResult(asset_key=table.name, metadata=whole_row_count(lake, table, days))

    return admission


def _story_links(partitioned: Mapping[str, Any]) -> dg.AssetsDefinition:
    @dg.asset(
        **describe(STORY_LINKS),
        deps=[dg.AssetDep(ARTICLES.name, partition_mapping=three_days_around())],
        check_specs=check_specs(STORY_LINKS),
        **partitioned,
    )
    def story_links(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Results:
        """Link each article to the first known article that it repeats.

        Only articles at most three days apart are compared. A day is built only if the code, its articles or those of the days around
        changed.
        """
        with changed_days(context, lake, daily.story_links()) as days:
            for batch in days.batches(ARTICLES, STORY_LINKS_LIMIT):
                links = link_retellings(lake.read(ARTICLES, batch.extend(DAYS_AROUND)), batch)
                days.write(STORY_LINKS, links, batch, ("article_id", "earlier_article_id", "similarity"))
        yield from days.report()
        yield dg.MaterializeResult(metadata=whole_row_count(lake, STORY_LINKS, days))

    assert isinstance(story_links, dg.AssetsDefinition)
    return story_links


def _findings(partitioned: Mapping[str, Any]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=FINDINGS.name,
        specs=[spec(table, deps=[ARTICLES.name]) for table in daily.READ],
        check_specs=[*check_specs(*daily.READ), ALL_ARTICLES_READ.spec],
        **partitioned,
    )
    def findings(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], extractor: dg.ResourceParam[ExtractorFactory]) -> Results:
        """Find escalations, concessions and talks in the articles of changed days.

        A day is changed if its articles, the program that reads them (the reader) or the code changed. If the reader gave no answer for
        some articles of a day, but not for all, the next run reads the day again.
        """
        reader, summary = extractor.make(), ReadingSummary()
        with changed_days(context, lake, daily.findings(extractor)) as days:
            for batch in days.batches(ARTICLES):
                findings = reader.extract(lake.read(ARTICLES, batch))
                summary += reader.summary
                shown = ("probability", "tier", "actor", "target", "kind", "modality", "rate_pct", "product", "quote")
                days.write(FINDINGS, findings, batch, shown)
                days.write(READING_OUTCOMES, reader.outcomes, batch, ("article_id", "outcome", "score"))
                days.partly_read |= _find_partly_read(reader.outcomes)
        counts = {ARTICLES_READ: summary.read, **summary.stopped, **summary.unread}
        yield ALL_ARTICLES_READ.report(summary.describe() if summary.unread else [], **counts)
        yield from days.report()  # results of every check; raises if a critical one failed
        for table in daily.READ:
            newest = newest_findings(lake) if table is FINDINGS else {}
            yield dg.MaterializeResult(asset_key=table.name, metadata=newest | whole_row_count(lake, table, days))

    return findings


def _find_partly_read(outcomes: pl.DataFrame) -> set[date]:
    """Return the days with both read and unread articles.

    An article is unread if the language model gave no usable answer (`not_answered`). A day on which none was read is left out: alone, it
    would fail the step again and again.
    """
    read, unread = (set(outcomes.filter(outcome=outcome)["index_date"]) for outcome in ("read", "not_answered"))
    return read & unread


def whole_row_count(lake: Lake, table: Table, days: daily.ChangedDays) -> dict[str, Any]:
    """Return metadata with a table's row counts: all days, this run."""
    return row_count(lake.count_rows(table)) | {"rows in this run": days.count_rows(table)}


def newest_findings(lake: Lake) -> dict[str, Any]:
    """Return metadata with the findings of the newest week.

    It is the week that ends on the last day with a finding. Two tables list its findings, the most probable first: one with fewer columns
    and as many rows as the UI shows at once, and one with at most twelve rows. Without any finding, a text says so instead.
    """
    columns = ("probability", "tier", "index_date", "actor", "target", "kind", "modality", "product", "quote")
    span = lake.span(FINDINGS)
    months = reversed(list(span.split(_MONTH))) if span else ()
    last: Any = next((day for month in months if (day := lake.read(FINDINGS, month, ["index_date"])["index_date"].max())), None)
    if last is None:
        return {"found": dg.MetadataValue.md("_no findings_")}
    week = lake.read(FINDINGS, Days(last - timedelta(days=6), last), columns)
    ranked = week.sort("probability", "index_date", "quote", descending=[True, True, False]).with_columns(pl.col("probability").round(2))
    quote = pl.col("quote")
    is_long = quote.str.len_chars() > _QUOTE_SHOWN
    who = ranked.with_columns(
        pl.concat_str("actor", pl.lit(">"), "target").alias("who"),
        pl.when(is_long).then(quote.str.slice(0, _QUOTE_SHOWN) + "…").otherwise(quote).alias("quote"),
    )
    return {
        "found": dg.MetadataValue.md(fit_markdown_table(who, ("probability", "who", "kind", "quote"))),
        "found in the last week": dg.MetadataValue.md(markdown_table(ranked, columns)),
    }
