"""Extraction of trade-policy signals from the text of articles, without other input or output.

`extract.py` runs the steps: `gate -> segment -> actors -> context -> candidates -> readers -> calibrate -> merge`.
"""
