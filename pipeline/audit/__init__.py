"""The readings with most weight, and what people judge about them.

A reading is what was read in a signal: actor, target, kind, status and instrument. Its mass is how much it counts in the index.

Belongs here: the file of verdicts, and which readings are to be judged. Does not: the share of mass that is right (`sql/audit`).
"""
