"""Layer `index`: the ledger of measures in force, folded from signals."""

from collections.abc import Iterator

import dagster as dg

from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.measures import MEASURE_CLAIMS, MEASURE_CONTRADICTIONS, MEASURE_EVENTS, MEASURE_STATES, MEASURES
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import row_count, spec
from pipeline.defs.models import sql_asset
from pipeline.defs.side_tables import keep_last_good
from pipeline.index.measures.ledger import fold
from pipeline.warehouse.lake import Lake

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
FOLDED = (MEASURE_EVENTS, MEASURE_STATES, MEASURE_CONTRADICTIONS)

measure_claims = sql_asset(MEASURE_CLAIMS)
measures = sql_asset(MEASURES)


@dg.multi_asset(
    name="ledger",
    specs=[spec(table, deps=[MEASURE_CLAIMS.name, COVERAGE.name]) for table in FOLDED],
    check_specs=[check for table in FOLDED for check in check_specs(table)],
)
@keep_last_good(*FOLDED)
def ledger(lake: dg.ResourceParam[Lake]) -> Results:
    """What each claim did to its measure, the states that follow, and what cannot both hold."""
    store = lake
    read = store.span(COVERAGE)
    if read is None:
        raise dg.Failure("nothing has been read yet, so there are no measures to fold: run the core assets first", allow_retries=False)
    folded = fold(store.read(MEASURE_CLAIMS), read.last)
    frames = ((MEASURE_EVENTS, folded.events), (MEASURE_STATES, folded.states), (MEASURE_CONTRADICTIONS, folded.contradictions))
    for table, frame in frames:
        yield from audit(table, frame)
    for table, frame in frames:
        store.write(table, frame)
        yield dg.MaterializeResult(asset_key=table.name, metadata=row_count(frame.height))
