"""The ledger of measures in force.

Outcome of each claim, states over time, contradictions.
"""
