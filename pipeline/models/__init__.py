"""Models that make the tables of index and trade, and their runner.

A model is a step that makes tables of the layers (stages of the data) index or trade; the runner runs models in the order of their
dependencies. Belongs here: what each model makes and reads. Does not: formulas (`pipeline/index`, `sql/`), running SQL
(`pipeline/warehouse`), assets and the tables of the layers raw and core (`pipeline/defs`).
"""
