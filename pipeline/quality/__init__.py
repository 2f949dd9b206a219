"""Data quality checks: those of one table, which run here, and the headers of the cross-table checks in `sql/checks/`."""
