"""All tables that runs build, in order of dependencies, and the runner.

All tables from the index on are built here, in order of dependencies. Belongs here: what each model makes and reads. Does not: formulas
(`pipeline/index`, `sql/`), running SQL (`pipeline/warehouse`), assets (`pipeline/defs`).
"""
