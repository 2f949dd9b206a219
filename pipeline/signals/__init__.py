"""Clean articles in, signals out. No input or output beyond the lexicon, no clock.

The way of an article: `gate -> segment -> actors -> context -> candidates -> reader -> slots -> merge -> calibrate`; `extract.py` walks it.
"""
