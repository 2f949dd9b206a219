"""The readings with most weight, and verdicts on them.

A reading is what the extractor took from a sentence: actor, target, kind, status and instrument. Its mass is how much it counts in the
index. A verdict of a person or language model says whether a reading is right.

Belongs here: the file of verdicts, and which readings are to be judged. Does not: the share of mass that is right (`sql/audit`).
"""
