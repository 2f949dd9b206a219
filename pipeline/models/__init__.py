"""How every table from the index on is built: the registry of models, and the one runner that builds tables in order.

Belongs here: what each model makes and reads, and running it over the lake or over frames. Does not: formulas (`pipeline/index`, `sql/`),
running SQL (`pipeline/warehouse`), or what Dagster makes of a model (`pipeline/defs`).
"""
