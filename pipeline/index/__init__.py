"""The few formulas of the index that are not SQL: the filter, its limits, the stalemate, and the parameters that SQL is run with."""
