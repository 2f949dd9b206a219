"""The ledger of measures in force: what each claim did to its measure, the states that follow, and what cannot both hold."""
