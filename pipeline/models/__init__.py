"""All tables that runs build, in order of dependencies, and the runner.

Belongs here: what each model (a step that makes tables) makes and reads. Does not: formulas (`pipeline/index`, `sql/`), running SQL
(`pipeline/warehouse`), assets (`pipeline/defs`).
"""
