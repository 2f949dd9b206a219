"""Cleaning of articles, and links between articles that report the same story.

Start with `clean.py` and `stories.py`.
"""
