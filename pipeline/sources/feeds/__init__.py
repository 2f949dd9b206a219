"""RSS and Atom feeds; `rss.py` is the entry point.

Does not belong here: cleaning of texts and any judgement about articles (`pipeline/articles`).
"""
