"""SQL over the published database in the browser: `tension open`.

Belongs here: the page, its scripts, the example queries from `docs/sql-cookbook.md`, and the local server of `tension open`. Does not:
the report (`pipeline/report`), or what the database contains (`pipeline/warehouse`). `assets` has DuckDB-WASM and a Parquet writer;
`npm ci && npm run build` in `bundle` makes them from npm packages, and `pipeline/report/vega.js` too.
"""
