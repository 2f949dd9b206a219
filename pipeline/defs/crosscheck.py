"""Layer `core`: GDELT events between states.

GDELT is a database of events that programs find in news. The events are for comparison with the index and not part of it. Only their daily
counts are published.
"""

from collections.abc import Sequence

import dagster as dg

from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_EVENTS
from pipeline.defs.checks import Results, audited_days, check_specs
from pipeline.defs.fetching import by_day_if_enabled, enabled_upstreams, skip_disabled
from pipeline.defs.metadata import spec
from pipeline.defs.partitions import run_days
from pipeline.defs.side_tables import keep_last_good
from pipeline.settings import Settings
from pipeline.sources.gdelt.crosscheck import build_cross_check
from pipeline.sources.gdelt.fetch import SOURCE
from pipeline.sources.gdelt.stored import read_event_files
from pipeline.sources.http.archive import Archive
from pipeline.warehouse.lake import Lake

CROSS_CHECKED = (GDELT_EVENTS, GDELT_ACCOUNTS)
DAYS_PER_BATCH = 28  # about half a million events between states


def assets(settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Return the asset of GDELT events between states.

    It is partitioned by day while the upstream is enabled.
    """

    @dg.multi_asset(
        name="gdelt_between_states",
        specs=[spec(table, deps=enabled_upstreams(settings, SOURCE)) for table in CROSS_CHECKED],
        check_specs=check_specs(*CROSS_CHECKED),
        **by_day_if_enabled(settings, SOURCE),
    )
    @keep_last_good(*CROSS_CHECKED)
    def gdelt_between_states(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Results:
        """Extract events between states from the stored GDELT files.

        They are of the days of this run. Nothing is read or written while the upstream is off.
        """
        if SOURCE not in settings.sources.on:
            yield from skip_disabled(lake, SOURCE, *CROSS_CHECKED)
            return
        with audited_days(context, lake, "gdelt_between_states", *CROSS_CHECKED) as days:
            for batch in run_days(context).split(DAYS_PER_BATCH):
                result = build_cross_check(read_event_files(Archive(settings.payloads), batch))
                days.write(GDELT_EVENTS, result.events, batch, ("actor", "target", "kind", "cameo_code"))
                days.write(GDELT_ACCOUNTS, result.accounts, batch)
        yield from days.report()
        for table in CROSS_CHECKED:
            yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": days.count_rows(table)})

    return [gdelt_between_states]
