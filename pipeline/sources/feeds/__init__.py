"""Feeds as they really arrive: `rss.py` asks for them and tells what is new, `text.py` finds the letters behind the bytes, `entities.py`
refuses XML that unpacks without end, `markup.py` finds the items, `entries.py` what an item says.
"""
