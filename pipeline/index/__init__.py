"""Formulas of the index that are not SQL, and its parameters.

Filter, intervals, stalemate, vintages, top contributions and trade measures.
"""
