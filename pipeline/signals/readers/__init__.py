"""Readers: each judges candidates independently of the others, by the protocol of `pipeline/signals/reader.py`."""
