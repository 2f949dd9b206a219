"""Sentence readers, which turn candidates into readings independently of each other.

Their protocol is in `pipeline/signals/reader.py`.
"""
