"""Trade Tension: a daily, directed index from news and trade figures.

Data flows through the layers `raw -> core -> index -> published`, and `trade` for official figures. `defs/` defines the Dagster assets.
Start reading at `contracts/tables/`, which defines every table.

Words used everywhere: the home is the folder of one index, with its lake (tables that runs build), releases and history of runs. The gate
decides which articles are read for signals. Readers are programs that find signals in text. The mass of a story is how much it counts in
the index.
"""

__version__ = "0.1.0"
