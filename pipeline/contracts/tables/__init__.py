"""All tables. Asset, lake folder and any SQL file have their name."""

from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables import (
    audit,
    contributions,
    core,
    crosscheck,
    flat,
    index,
    measures,
    official,
    raw,
    threats,
    trade,
    trade_results,
    vintages,
)

_LAYERS = (raw, core, official, index, flat, contributions, audit, vintages, measures, threats, trade, trade_results, crosscheck)
TABLES: dict[str, Table] = {table.name: table for layer in _LAYERS for table in layer.TABLES}

#: Views of the published database with a contract like a table. They are not in the lake.
VIEWS: dict[str, Table] = {view.name: view for view in (*contributions.VIEWS, *flat.VIEWS)}


def table(name: str) -> Table:
    """Return the table of that name; `ContractError` when there is none.

    Names of `VIEWS` are not names of tables.
    """
    if name not in TABLES:
        raise ContractError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
    return TABLES[name]
