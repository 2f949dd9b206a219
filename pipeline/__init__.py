"""Trade Tension: news articles and trade figures in, a daily, directed, evidence-linked tension index out.

The way of the data is `raw -> core -> index -> published` (beside it `trade`); each folder here is one step's knowledge, and
`defs/` wires the steps into Dagster assets. Start reading at `contracts/tables.py`: it names every table there is.
"""

__version__ = "0.1.0"
