"""Readers: each turns candidates into signals in its own way, and none knows another. The protocol is `pipeline/signals/reader.py`."""
