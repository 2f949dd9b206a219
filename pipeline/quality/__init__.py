"""Checks of a table before it is written, partly by Great Expectations.

Checks of one table run here, some without Great Expectations (`built_in.py`). Cross-table checks run elsewhere; only the headers of their
files in `sql/checks/` are read here.
"""
