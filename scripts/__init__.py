"""Scripts that generate or check files: `python -m scripts.NAME`.

Some are run by a target of the Makefile. `tables.py` is only imported.
"""
