"""Feeds as they really arrive: `text.py` finds the letters behind the bytes, `markup.py` the items, `entries.py` what an item says."""
