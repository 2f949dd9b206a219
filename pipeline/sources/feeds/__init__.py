"""RSS and Atom feeds: fetching them, and parsing their items into rows. `rss.py` is the entry point.

Does not belong here: cleaning of texts and any judgement about articles (`pipeline/articles`).
"""
