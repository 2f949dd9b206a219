"""Trade Tension: a daily, directed index from news and trade figures.

Data flows through the layers `raw -> core -> index -> published`, and `trade` for official figures. `defs/` defines the Dagster assets.
Start reading at `contracts/tables/`, which defines every table.
"""

__version__ = "0.1.0"
