"""Definitions of tables, columns, vocabularies and sources: data and look-ups, no I/O."""
