"""Data quality checks of tables.

Checks of one table run here; of cross-table checks, only their headers in `sql/checks/` are read here.
"""
