"""Formulas of the index that are not SQL, and its parameters.

Filter, intervals, stalemate, phases, vintages, top contributions, trade measures and threats.
"""
