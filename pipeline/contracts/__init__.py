"""Definitions of tables, columns, vocabularies and sources, and functions on them.

The modules read and write no data; the definition of scopes is read from `scopes.toml`.
"""
