"""Layer `core`, a cross-check: what GDELT codes between states, next to the news index and never in it."""

from collections.abc import Sequence

import dagster as dg

from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_EVENTS
from pipeline.defs.checks import Results, audited_days, check_specs
from pipeline.defs.fetching import by_day_if_enabled, enabled, skip_disabled
from pipeline.defs.metadata import add_daily_metadata, spec
from pipeline.defs.partitions import run_days
from pipeline.defs.resources import Answers
from pipeline.defs.side_tables import keep_last_good
from pipeline.settings import Settings
from pipeline.sources.gdelt.crosscheck import cross_check
from pipeline.sources.gdelt.fetch import SOURCE
from pipeline.sources.gdelt.record import event_files
from pipeline.warehouse.lake import Lake

CROSS_CHECKED = (GDELT_EVENTS, GDELT_ACCOUNTS)
DAYS_AT_A_TIME = 28  # some half a million events between states


def assets(settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Events between states as GDELT codes them, by day while the upstream is enabled."""
    is_enabled = bool(enabled(settings, SOURCE))

    @dg.multi_asset(
        name="gdelt_between_states",
        specs=[spec(table, deps=enabled(settings, SOURCE)) for table in CROSS_CHECKED],
        check_specs=[check for table in CROSS_CHECKED for check in check_specs(table)],
        **by_day_if_enabled(settings, SOURCE),
    )
    @keep_last_good(*CROSS_CHECKED)
    def gdelt_between_states(
        context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], answers: dg.ResourceParam[Answers]
    ) -> Results:
        """Every quarter of an hour that was requested, and the events between states in those that came."""
        if not is_enabled:
            yield from skip_disabled(SOURCE, *CROSS_CHECKED)
            return
        with audited_days(lake, "gdelt_between_states", *CROSS_CHECKED) as made:
            for piece in run_days(context).chunks(DAYS_AT_A_TIME):
                found = cross_check(event_files(answers.archive(), piece))
                frames = ((GDELT_EVENTS, found.events, ("actor", "target", "kind", "cameo_code")), (GDELT_ACCOUNTS, found.accounts, ()))
                for table, frame, shown in frames:
                    made.keep(table, frame, piece)
                    add_daily_metadata(context, table, frame, piece, shown)
        yield from made.results()
        for table in CROSS_CHECKED:
            yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": made.rows(table)})

    return [gdelt_between_states]
