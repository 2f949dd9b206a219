"""Assets of the models: files of `sql/` and Python functions."""

from functools import partial
from typing import Any

import dagster as dg

from pipeline.contracts.tables.core import FINDINGS
from pipeline.contracts.tables.index import BASELINE, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.defs.checks import Results, check_and_write, check_specs, find_rejected
from pipeline.defs.jobs import REBUILD
from pipeline.defs.metadata import row_count, show_index, spec
from pipeline.defs.resources import Method
from pipeline.defs.side_tables import keep_last_good
from pipeline.defs.unchanged import StoredResults, Variables
from pipeline.index.baseline import require_one_reader
from pipeline.models.build import COMBINED, list_models
from pipeline.models.model import Model
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import query_version

#: Columns of the last week that the UI shows of a table.
_VALUES = {
    TENSION_DAILY.name: ("index_date", "actor", "target", "tension", "concession", "dialogue", "phase"),
    TENSION_PAIR_DAILY.name: ("index_date", "pair", "tension", "tension_lo80", "tension_hi80", "concession", "dialogue", "phase"),
}


def assets() -> list[dg.AssetsDefinition]:
    """Return a step per model (SQL or Python), an asset per table."""
    return [build_model_asset(model) for model in list_models()]


def build_model_asset(model: Model) -> dg.AssetsDefinition:
    """Build the step that runs a model if something changed.

    `StoredResults` compares the rows that the model reads, the model's variables, the code of all models and checks, and the files of the
    model's tables. Without a change the step yields the stored check results. All tables of the model are checked before any is written.
    """
    arguments: dict[str, Any] = {"deps": [table.name for table in model.reads]}
    if model.query:
        arguments |= {"kinds": {"duckdb", "sql"}, "code_version": query_version(model.query)}

    def run_model(lake: dg.ResourceParam[Lake], method: dg.ResourceParam[Method]) -> Results:
        variables = method.select_variables(lake, model.variables)
        stored = _find_results(lake, model, variables)
        repeated = stored.load()
        if repeated is None:
            frames = model.run(lake, variables)
            if BASELINE in model.makes:
                versions = partial(lake.read, FINDINGS, columns=["extractor_version", "lexicon_sha"])
                require_one_reader(frames[BASELINE.name], lake.read(BASELINE), versions)
            yield from check_and_write(lake, [(table, frames[table.name]) for table in model.makes], stored)
        else:
            yield from repeated
        shown = {"sql": dg.MetadataValue.path(str(model.query.path))} if model.query else {}
        for table in model.makes:
            values = show_index(lake.read(table), _VALUES[table.name]) if table.name in _VALUES else {}
            yield dg.MaterializeResult(asset_key=table.name, metadata=values | row_count(lake.count_rows(table)) | shown)

    side_tables = [table for table in model.makes if table.is_side_table]
    return dg.multi_asset(
        name=model.name,
        description=model.description,
        specs=[spec(table, **arguments) for table in model.makes],
        check_specs=check_specs(*model.makes),
    )(keep_last_good(*side_tables)(run_model) if side_tables else run_model)


def require_current_tables(lake: Lake, method: Method) -> None:
    """Raise `dg.Failure` if a table was built from other inputs than now.

    In a run of all assets none is. But a person can materialize single assets, in any order, or change the settings and materialize only
    `published`. Stale tables (`Lake.mark_stale`) are left out: they are published as they were. So are those whose inputs are unknown.
    """
    stale = lake.stale_tables()
    outdated = [
        table.name for model in list_models() if not _is_current(lake, model, method) for table in model.makes if table.name not in stale
    ]
    if outdated:
        raise dg.Failure(
            f"nothing was published, because other versions of what these tables read (tables, settings or code) are there now than when "
            f"they were built: {', '.join(sorted(outdated))}. Run the job {REBUILD}, or materialize them and all assets downstream of them",
            allow_retries=False,
        )


def mark_built_from_rejected(lake: Lake) -> None:
    """Mark side tables as stale that were built from rejected rows.

    A check across tables rejects them. The lake has such rows until the next rebuild, and models may have read them. A table that could not
    be rebuilt keeps good rows, so what was built from it stays.
    """
    rejected = find_rejected(lake)
    while new := [
        (table, read.name)
        for model in list_models()
        for table in model.makes
        for read in model.reads
        if read.name in rejected and table.is_side_table and table.name not in rejected
    ]:
        for table, source in new:
            lake.mark_stale(table, f"built from {source}, whose rows a check rejects")
            rejected.add(table.name)


def _is_current(lake: Lake, model: Model, method: Method) -> bool:
    """Return whether the model would make its stored tables again.

    A model that combines fresh and stored rows reads what it writes, so it is run for a comparison when its inputs are not those noted.
    """
    variables = method.select_variables(lake, model.variables)
    stored = _find_results(lake, model, variables)
    if not stored.has_known_inputs or stored.load() is not None:
        return True
    if not any(table.name in COMBINED for table in model.makes):
        return False
    frames = model.run(lake, variables)
    return all(table.conform(frames[table.name]).equals(lake.read(table)) for table in model.makes)


def _find_results(lake: Lake, model: Model, variables: Variables) -> StoredResults:
    """Return the stored results of a model.

    Stored rows that a model keeps are an input, too, so a change to them repeats the step.
    """
    combined = [table for table in model.makes if table.name in COMBINED]
    return StoredResults(lake, model.name, [*model.reads, *combined], model.makes, variables)
