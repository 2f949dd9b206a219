"""The only code that knows how Parquet lies on disk and how DuckDB is spoken to.

`lake.py` keeps the record, `sql.py` runs the files of `sql/` over it, `publish.py` makes the product.
"""
