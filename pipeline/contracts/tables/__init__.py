"""Every table once, by layer. One name serves the asset, the table, the folder in the lake, the contract and the SQL file."""

from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables import core, crosscheck, deeds, index, measures, official, raw, trade, vintages

_LAYERS = (raw, core, official, index, vintages, measures, trade, deeds, crosscheck)
TABLES: dict[str, Table] = {table.name: table for layer in _LAYERS for table in layer.TABLES}


def table(name: str) -> Table:
    """The table of that name; `ContractError` when there is none."""
    if name not in TABLES:
        raise ContractError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
    return TABLES[name]
