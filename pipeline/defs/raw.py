"""Layer `raw`: what the sources said, untouched."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_COMMITMENTS, RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.defs.checks import audit, audited_days, check_specs
from pipeline.defs.metadata import counted, describe, tell_each_day
from pipeline.defs.partitions import DAYS, DAYS_AT_ONCE, days, today
from pipeline.defs.resources import LakeResource, NewsResource, TradeResource
from pipeline.defs.upstreams import on
from pipeline.sources.customs.flows import Figures
from pipeline.sources.files.articles import Account

#: Asked of the answers, not of the table: a row that was set aside looks like a month without a figure.
ALL_FIGURES_READ = dg.AssetCheckSpec(
    "every_row_of_the_answers_is_a_figure",
    asset=RAW_TRADE_FLOWS.name,
    description="a row that was set aside leaves its month without a figure, which is not the same as a month without trade",
    metadata={"severity": "warning"},
)

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
#: Asked of the files, not of the table: what was not read, or read in a guessed encoding, does not show in its rows.
EVERY_FILE = dg.AssetCheckSpec(
    "every_dropped_file_was_read",
    asset=RAW_ARTICLES.name,
    description="a file of the inbox that cannot be read is set aside; its articles are missing from the index until it is mended",
    metadata={"severity": "warning"},
)
EVERY_ENCODING = dg.AssetCheckSpec(
    "every_encoding_is_known",
    asset=RAW_ARTICLES.name,
    description="a file that is no UTF-8 is read as Windows-1252; where that is wrong its names are misspelt and not recognised",
    metadata={"severity": "warning"},
)
_SHOWN = 5


@dg.asset(
    **describe(RAW_ARTICLES),
    deps=on("rss", "gdelt"),
    partitions_def=DAYS,
    check_specs=[*check_specs(RAW_ARTICLES), EVERY_FILE, EVERY_ENCODING],
    backfill_policy=DAYS_AT_ONCE,
)
def raw_articles(context: dg.AssetExecutionContext, lake: LakeResource, news: NewsResource) -> Results:
    """Every row of the article files and of what upstreams answered, filed under the day it claims."""
    store, span, account = lake.open(), days(context), Account()
    with audited_days(store, RAW_ARTICLES.name, RAW_ARTICLES) as made:
        for piece, rows in store.in_order(RAW_ARTICLES, news.read(span, today(), account), span):
            made.keep(RAW_ARTICLES, rows, piece)
            tell_each_day(context, RAW_ARTICLES, rows, piece)
    yield _told(EVERY_FILE, list(account.set_aside.values()))
    yield _told(EVERY_ENCODING, account.guessed)
    yield from made.results()
    yield dg.MaterializeResult(metadata={"rows in this run": made.rows(RAW_ARTICLES)})


def _told(spec: dg.AssetCheckSpec, found: Sequence[str]) -> dg.AssetCheckResult:
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return dg.AssetCheckResult(
        passed=not found,
        check_name=spec.name,
        asset_key=spec.asset_key,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"reason": spec.description or "", "detail": "; ".join(found[:_SHOWN]) + more},
    )


@dg.asset(**describe(RAW_TRADE_FLOWS), deps=on("census", "comtrade"), check_specs=[*check_specs(RAW_TRADE_FLOWS), ALL_FIGURES_READ])
def raw_trade_flows(lake: LakeResource, trade: TradeResource) -> Results:
    """Monthly goods trade as the statistical office published it, every value that it had."""
    figures = trade.flows()
    yield _all_read(figures)
    yield from audit(RAW_TRADE_FLOWS, figures.rows)
    lake.open().write(RAW_TRADE_FLOWS, figures.rows)
    yield dg.MaterializeResult(metadata=counted(figures.rows.height) | {"set aside": figures.set_aside.height})


def _all_read(figures: Figures) -> dg.AssetCheckResult:
    reasons = figures.set_aside["reason"].value_counts(sort=True).rows()
    return dg.AssetCheckResult(
        passed=figures.set_aside.is_empty(),
        check_name=ALL_FIGURES_READ.name,
        asset_key=RAW_TRADE_FLOWS.name,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"used": figures.used_count, "detail": "; ".join(f"{count} {reason}" for reason, count in reasons)},
    )


@dg.asset(**describe(RAW_TARIFFS), check_specs=check_specs(RAW_TARIFFS))
def raw_tariffs(lake: LakeResource, trade: TradeResource) -> Results:
    """Dated average tariff rates as their trackers published them."""
    rows = trade.tariffs()
    yield from audit(RAW_TARIFFS, rows)
    lake.open().write(RAW_TARIFFS, rows)
    yield dg.MaterializeResult(metadata=counted(rows.height))


@dg.asset(**describe(RAW_COMMITMENTS), check_specs=check_specs(RAW_COMMITMENTS))
def raw_commitments(lake: LakeResource, trade: TradeResource) -> Results:
    """What governments promised to buy, as the text of the agreement has it."""
    rows = trade.commitments()
    yield from audit(RAW_COMMITMENTS, rows)
    lake.open().write(RAW_COMMITMENTS, rows)
    yield dg.MaterializeResult(metadata=counted(rows.height))
