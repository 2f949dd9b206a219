"""Layer `published`: releases, database and report of the checked tables."""

from functools import partial

import dagster as dg
import polars as pl

from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.defs.resources import Product
from pipeline.report.charts import sparkline_markdown
from pipeline.report.write import write_report
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import PUBLISHED
from pipeline.warehouse.sql import select_view


@dg.asset(
    group_name="published",
    deps=[table.name for table in PUBLISHED],
    kinds={"duckdb", "parquet"},
    op_tags={"dagster/priority": "-1"},  # after the checks of side tables, which mark stale tables
    description="An immutable Parquet release (`latest` points to it), the database `trade_tension.duckdb` and `report.html`.",
)
def published(lake: dg.ResourceParam[Lake], product: dg.ResourceParam[Product]) -> dg.MaterializeResult[None]:
    """Publish a release, the database and the report."""
    publisher, read = product.publisher(), lake.span(COVERAGE)
    if read is None:
        raise dg.Failure("nothing to publish: no articles have been read. Materialize the core assets first", allow_retries=False)
    release = publisher.publish(lake, read.last, product.note)
    read_contributions = partial(select_view, lake, CONTRIBUTIONS)
    report = write_report(lake.read, read_contributions, publisher.folder, release.name, is_sample=product.is_sample)
    index = lake.read(TENSION_PAIR_DAILY)
    pairs = index["pair"].unique(maintain_order=True).to_list()
    return dg.MaterializeResult(
        metadata={
            "release": release.name + (" (new)" if release.is_new else " (unchanged)"),
            "what it is": product.note,
            "database": dg.MetadataValue.path(str(publisher.database.resolve())),
            "parquet": dg.MetadataValue.path(str(release.folder.resolve())),
            "report": dg.MetadataValue.url(report.resolve().as_uri()),
            **{f"tension {pair}": dg.MetadataValue.md(_line(index, pair)) for pair in pairs},
            **{f"rows {name}": count for name, count in release.rows.items()},
        }
    )


def _line(index: pl.DataFrame, pair: str) -> str:
    return sparkline_markdown(index.filter(pl.col("pair") == pair).sort("index_date")["tension"].to_list())
