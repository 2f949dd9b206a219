"""Layer `published`: releases, database and report of the checked tables."""

from functools import partial

import dagster as dg

from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.defs.checks import Results, require_blocking_checks
from pipeline.defs.daily import require_every_day
from pipeline.defs.final_values import FINAL_VALUES, compare_final_values
from pipeline.defs.models import mark_built_from_rejected, require_current_tables
from pipeline.defs.removed_rows import REMOVED_ROWS, check_removed_rows
from pipeline.defs.resources import Method
from pipeline.defs.unchanged import digest_code
from pipeline.explorer.write import write_explorer
from pipeline.report.evidence import warn_of_baseline
from pipeline.report.one_scale import put_on_one_scale
from pipeline.report.sparklines import sparkline_markdown
from pipeline.report.write import REPORT, write_report
from pipeline.settings import SAMPLE_NOTE, Settings
from pipeline.warehouse.home import note_release
from pipeline.warehouse.inputs import code_digest, combine_digests
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import DATABASE, Publisher
from pipeline.warehouse.release_files import PUBLISHED
from pipeline.warehouse.removed_rows import forget_removed_rows
from pipeline.warehouse.sql import select_view


def build_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset that publishes to the folder of the settings."""
    data = _describe_data(settings)

    @dg.asset(
        group_name="published",
        deps=[table.name for table in PUBLISHED],
        check_specs=[FINAL_VALUES, REMOVED_ROWS],
        kinds={"duckdb", "parquet"},
        op_tags={"dagster/priority": "-1"},  # after the checks of side tables, which mark stale tables
        description="An immutable Parquet release (`latest` points to it), the database `trade_tension.duckdb`, report and explorer.",
    )
    def published(lake: dg.ResourceParam[Lake], method: dg.ResourceParam[Method]) -> Results:
        """Publish a release, the database, the report and the explorer.

        Nothing is published, and the step fails, if no articles were ever read, days between the first and the last one are missing
        (`GapError`), tables do not fit together (`require_current_tables`), or a blocking check fails (`require_blocking_checks`).
        """
        publisher, read = Publisher(settings.published), lake.span(COVERAGE)
        if read is None:
            raise dg.Failure("nothing to publish: no articles have been read. Materialize the core assets first", allow_retries=False)
        require_every_day(lake)
        require_current_tables(lake, method)
        require_blocking_checks(lake, method)
        mark_built_from_rejected(lake)
        note = f"{data} {warn_of_baseline(lake.read)}".rstrip()
        code = combine_digests(digest_code(), code_digest(("report",), ("vl-convert-python",)))
        contributions = partial(select_view, lake, CONTRIBUTIONS)
        add_report = partial(write_report, publisher.next_reader(lake), contributions, is_sample=settings.is_sample, code=code)
        final_values, removed_rows = compare_final_values(publisher, lake), check_removed_rows(lake)
        release = publisher.publish(lake, read.last, note, add_report)
        note_release(settings.home, release.name)
        explorer = write_explorer(publisher.folder)
        by_pair = put_on_one_scale(lake.read)(TENSION_PAIR_DAILY).sort("pair", "index_date").partition_by("pair", as_dict=True)
        if removed_rows.passed:
            forget_removed_rows(lake)  # else once they were reported
        yield from (final_values, removed_rows)
        yield dg.MaterializeResult(
            metadata={
                "release": f"{release.name} ({'new' if release.is_new else 'repaired' if release.repaired else 'unchanged'})",
                "repaired files": ", ".join(release.repaired) or "none",
                "what it is": note,
                "database": dg.MetadataValue.path(str(publisher.folder.resolve() / DATABASE)),
                "parquet": dg.MetadataValue.path(str(release.folder.resolve())),
                "explorer": f"{explorer.name}: start it with tension open",
                "report": dg.MetadataValue.url((publisher.folder.resolve() / REPORT).as_uri()),
                **{
                    f"tension {pair}": dg.MetadataValue.md(sparkline_markdown(rows["tension"].to_list()))
                    for (pair,), rows in by_pair.items()
                },
                **{f"rows {name}": count for name, count in release.rows.items()},
            }
        )

    assert isinstance(published, dg.AssetsDefinition)
    return published


def _describe_data(settings: Settings) -> str:
    """Say from which files and upstreams a release is made."""
    if settings.is_sample:
        return SAMPLE_NOTE
    files = ["the article files that the user gave"] if settings.articles or not settings.sources.on else []
    return f"Made from {'; '.join((*files, *(UPSTREAMS[name].title for name in settings.sources.on)))}."
