"""Definitions of tables, columns, vocabularies and sources, and functions on them.

The modules read and write no data. Only the members of blocs of countries are read from a file, `scopes.toml`.
"""
