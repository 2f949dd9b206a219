"""The readings with most weight, and what people judge about them.

Belongs here: the file of verdicts, and which readings are to be judged. Does not: the share of mass that is right (`sql/audit`).
"""
