"""The registry of models and the runner that builds tables.

All tables from the index on are built here, in order of dependencies. Belongs here: what each model makes and reads. Does not: formulas
(`pipeline/index`, `sql/`), running SQL (`pipeline/warehouse`), assets (`pipeline/defs`).
"""
