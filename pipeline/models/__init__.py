"""The registry of models, and the runner that builds every table from the index on in order of dependencies.

Belongs here: what each model makes and reads. Does not: formulas (`pipeline/index`, `sql/`), running SQL (`pipeline/warehouse`), assets
(`pipeline/defs`).
"""
