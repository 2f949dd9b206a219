"""Extraction of trade-policy signals from the text of articles.

`extract.py` runs the steps: `gate -> segment -> actors -> context -> candidates -> readers -> calibrate -> merge`. No step reads files
other than the lexicon and the model.
"""
