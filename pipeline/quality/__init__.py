"""Promises about data: those about one table (`expectations/`), which are checked here, and the headers of those between tables."""
