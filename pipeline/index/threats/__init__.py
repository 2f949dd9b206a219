"""Threats and what became of them, as known over time."""
