"""Layers `core` and `index`, a cross-check: what GDELT codes between states, beside the news index and never in it."""

from collections.abc import Iterator

import dagster as dg

from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_DAILY, GDELT_EVENTS
from pipeline.defs.checks import audited_days, check_specs
from pipeline.defs.metadata import spec, tell_each_day
from pipeline.defs.models import sql_asset
from pipeline.defs.partitions import days
from pipeline.defs.resources import LakeResource, UpstreamsResource
from pipeline.defs.upstreams import left_as_it_is, on, read_by_day
from pipeline.sources.gdelt.crosscheck import cross_check
from pipeline.sources.gdelt.fetch import SOURCE
from pipeline.sources.gdelt.record import event_files

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
CROSS_CHECKED = (GDELT_EVENTS, GDELT_ACCOUNTS)
DAYS_AT_A_TIME = 28  # some half a million events between states


@dg.multi_asset(
    name="gdelt_between_states",
    specs=[spec(table, deps=on(SOURCE)) for table in CROSS_CHECKED],
    check_specs=[check for table in CROSS_CHECKED for check in check_specs(table)],
    **read_by_day(SOURCE),
)
def gdelt_between_states(context: dg.AssetExecutionContext, lake: LakeResource, upstreams: UpstreamsResource) -> Results:
    """Every quarter of an hour that was asked for, and the events between states in those that came."""
    if not on(SOURCE):
        yield from left_as_it_is(SOURCE, *CROSS_CHECKED)
        return
    store, span = lake.open(), days(context)
    with audited_days(store, "gdelt_between_states", *CROSS_CHECKED) as made:
        for piece in span.chunks(DAYS_AT_A_TIME):
            found = cross_check(event_files(upstreams.archive(), piece))
            frames = ((GDELT_EVENTS, found.events, ("actor", "target", "kind", "cameo_code")), (GDELT_ACCOUNTS, found.accounts, ()))
            for table, frame, shown in frames:
                made.keep(table, frame, piece)
                tell_each_day(context, table, frame, piece, shown)
    yield from made.results()
    for table in CROSS_CHECKED:
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": made.rows(table)})


gdelt_daily = sql_asset(GDELT_DAILY)
