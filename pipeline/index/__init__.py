"""Formulas of the index that are not SQL: filter, intervals, stalemate, ledger of measures, and the parameters of the models."""
