"""Layer `raw`: articles, trade figures, tariffs and commitments as received; also verdicts."""

from collections.abc import Callable, Sequence

import dagster as dg
import polars as pl

from pipeline import clock
from pipeline.audit.verdicts import list_verdict_files, read_verdicts, to_table
from pipeline.contracts.model import Table
from pipeline.contracts.tables.audit import VERDICTS
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_COMMITMENTS, RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import list_upstreams
from pipeline.defs.checks import InputCheck, Results, check_specs, write_changed
from pipeline.defs.daily import RawArticles, changed_days
from pipeline.defs.fetching import enabled_upstreams
from pipeline.defs.metadata import describe, row_count
from pipeline.defs.partitions import by_day
from pipeline.defs.resources import News
from pipeline.defs.side_tables import keep_last_good
from pipeline.settings import Settings
from pipeline.sources.customs.csv_files import read_commitments
from pipeline.sources.customs.merge import merge_tariffs, merge_trade_flows
from pipeline.sources.http.archive import Archive
from pipeline.warehouse.lake import Lake

ALL_FILES_READ = InputCheck(
    RAW_ARTICLES,
    "every_dropped_file_was_read",
    "a file of the inbox that cannot be read is skipped, and its articles are missing until it is fixed",
)
ALL_ENCODINGS_KNOWN = InputCheck(
    RAW_ARTICLES,
    "every_encoding_is_known",
    "a file that is not UTF-8 is read as Windows-1252; if that is wrong, names are misspelt and not recognized",
)
ALL_FETCHES_PAST = InputCheck(
    RAW_ARTICLES,
    "every_fetch_is_past",
    "a fetched_at after the day of the run counts as none; the article then counts as known when it was published",
)
ALL_FIGURES_USED = InputCheck(
    RAW_TRADE_FLOWS,
    "every_row_of_the_answers_is_a_figure",
    "a rejected row leaves its month without a figure, although there may have been trade",
)


def assets(settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Return the assets of articles, verdicts, trade figures, tariff rates and commitments."""

    @dg.asset(
        **describe(RAW_ARTICLES),
        deps=enabled_upstreams(settings, *list_upstreams(RAW_ARTICLES)),
        check_specs=[*check_specs(RAW_ARTICLES), ALL_FILES_READ.spec, ALL_ENCODINGS_KNOWN.spec, ALL_FETCHES_PAST.spec],
        **by_day(settings),
    )
    def raw_articles(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], news: dg.ResourceParam[News]) -> Results:
        """Store the rows of article files, the inbox and stored responses.

        The inbox is the folder of the home for new files; the responses are of feeds and of GDELT. Of the days of this run, all from the
        first to the last that may have changed are written, with every row of these days.
        """
        step = RawArticles(news, clock.today())
        with changed_days(context, lake, step) as days:
            for span in days.whole_range():
                for batch, rows in lake.sort_by_day(RAW_ARTICLES, news.read(span, step.last_day, step.report), span):
                    days.write(RAW_ARTICLES, rows, batch)
            days.note_removed_rows()
        # Both passes, that which looks for changes and that which reads, report the problems of a file.
        yield ALL_FILES_READ.report(list(step.report.skipped.values()))
        yield ALL_ENCODINGS_KNOWN.report(list(dict.fromkeys(step.report.guessed_encodings)))
        yield ALL_FETCHES_PAST.report(list(dict.fromkeys(step.report.future_fetches)))
        yield from days.report()
        yield dg.MaterializeResult(metadata={"rows in this run": days.count_rows(RAW_ARTICLES)})

    return [
        _build_asset(VERDICTS, lambda: to_table(read_verdicts(*list_verdict_files(settings.home, is_sample=settings.is_sample)))),
        raw_articles,
        _raw_trade_flows(settings),
        _build_asset(RAW_TARIFFS, lambda: merge_tariffs(settings.trade)),
        _build_asset(RAW_COMMITMENTS, lambda: read_commitments(settings.trade)),
    ]


def _raw_trade_flows(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        **describe(RAW_TRADE_FLOWS),
        deps=enabled_upstreams(settings, *list_upstreams(RAW_TRADE_FLOWS)),
        check_specs=[*check_specs(RAW_TRADE_FLOWS), ALL_FIGURES_USED.spec],
    )
    @keep_last_good(RAW_TRADE_FLOWS)
    def raw_trade_flows(lake: dg.ResourceParam[Lake]) -> Results:
        """Read monthly goods trade with every published version of each figure."""
        figures = merge_trade_flows(settings.trade, Archive(settings.payloads), settings.sources)
        rejected = figures.rejected["reason"].value_counts(sort=True).rows()
        yield ALL_FIGURES_USED.report([f"{count} {reason}" for reason, count in rejected], used=figures.used_count)
        yield from write_changed(lake, RAW_TRADE_FLOWS, figures.rows)
        yield dg.MaterializeResult(metadata=row_count(figures.rows.height) | {"rejected": figures.rejected.height})

    assert isinstance(raw_trade_flows, dg.AssetsDefinition)
    return raw_trade_flows


def _build_asset(table: Table, read: Callable[[], pl.DataFrame]) -> dg.AssetsDefinition:
    """Build the asset that stores what `read` returns as `table`.

    If rows and code are unchanged, nothing is written (`write_changed`). If `read` fails, the table keeps its earlier rows.
    """

    @dg.asset(**describe(table), check_specs=check_specs(table))
    @keep_last_good(table)
    def raw_table(lake: dg.ResourceParam[Lake]) -> Results:
        rows = read()
        yield from write_changed(lake, table, rows)
        yield dg.MaterializeResult(metadata=row_count(rows.height))

    assert isinstance(raw_table, dg.AssetsDefinition)
    return raw_table
