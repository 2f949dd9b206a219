"""Checks of tables before they are written, by Great Expectations.

Checks of one table run here; of cross-table checks, only their headers in `sql/checks/` are read here.
"""
