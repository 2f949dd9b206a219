"""All tables that runs build, in order of dependencies, and the runner.

A model is a step that makes tables of the layers index or trade. Belongs here: what each model makes and reads. Does not: formulas
(`pipeline/index`, `sql/`), running SQL (`pipeline/warehouse`), assets and the tables of the layers raw and core (`pipeline/defs`).
"""
