"""Cleans raw rows to articles (`clean.py`) and finds which articles retell the same story (`stories.py`)."""
