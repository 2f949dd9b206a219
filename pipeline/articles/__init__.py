"""Article in, clean article out: `clean.py` admits, sets aside and counts; `stories.py` finds what retells what, by `likeness.py`."""
