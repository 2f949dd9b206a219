"""Cleans raw rows and links articles that retell the same story.

Start with `clean.py` and `stories.py`.
"""
