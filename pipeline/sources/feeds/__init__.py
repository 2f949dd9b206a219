"""Reads RSS and Atom feeds; other packages call only `rss.py`.

Does not belong here: cleaning of texts and any judgement about articles (`pipeline/articles`).
"""
