"""Readers, which find signals in texts independently of each other.

The sentence readers `rules` and `encoder` turn candidates into readings (`pipeline/signals/reader.py`); `llm` reads whole articles.
"""
