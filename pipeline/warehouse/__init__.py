"""The code that stores Parquet files and runs DuckDB.

No other code does. `lake.py` stores tables, `sql.py` runs the files of `sql/` over them, `publish.py` makes releases.
"""
