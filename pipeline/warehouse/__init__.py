"""The only code that reads and writes Parquet files of the lake and runs DuckDB.

`lake.py` stores tables, `sql.py` runs the files of `sql/` over them, `publish.py` makes releases.
"""
