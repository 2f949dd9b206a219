"""Storage: Parquet files, the DuckDB database, releases, backups and uploads.

Only this package writes the tables of lake and releases, and runs DuckDB. `lake.py` stores tables, `sql.py` runs the files of `sql/` over
them, `publish.py` makes releases, `database.py` their DuckDB file. Terms:

* home: the folder with everything of one index, its lake, releases and history of runs; `--home` names it
* lake: the tables in a home as Parquet files, with which runs work
* release: an immutable folder of published tables with their database and report; `latest` is a link to the newest
* stale table: one whose last rebuild or check failed; its earlier version is published
* contract: the definition of a table or view in `pipeline/contracts`: what a row is, its key and its columns
* step: a part of a run that builds some tables, day by day or as a whole
* mark: the file `home.json` of a home, with its format, newest release, and whether it is for the bundled sample
"""
