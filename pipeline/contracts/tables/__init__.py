"""Every table once, by layer. One name serves the asset, the table, the folder in the lake, the contract and the SQL file."""

from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables import contributions, core, crosscheck, deeds, index, measures, official, raw, trade, vintages

_LAYERS = (raw, core, official, index, contributions, vintages, measures, trade, deeds, crosscheck)
TABLES: dict[str, Table] = {table.name: table for layer in _LAYERS for table in layer.TABLES}

#: Views of the published database whose columns have a contract like those of tables. They are not in the lake.
VIEWS: dict[str, Table] = {view.name: view for view in contributions.VIEWS}


def table(name: str) -> Table:
    """The table of that name; `ContractError` when there is none."""
    if name not in TABLES:
        raise ContractError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
    return TABLES[name]
