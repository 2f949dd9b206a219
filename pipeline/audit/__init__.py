"""The largest readings of an index, and verdicts of people.

Belongs here: the file of verdicts, and which readings are to be judged. Does not: the share of mass that is right (`sql/audit`).
"""
