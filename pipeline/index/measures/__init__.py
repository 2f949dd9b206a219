"""The ledger of measures in force: outcome of each claim, states over time, contradictions."""
