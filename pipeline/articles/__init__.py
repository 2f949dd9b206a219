"""Article in, clean article out: `clean.py` admits, sets aside and counts; `stories.py` finds what retells what.

For `clean.py`: `text.py`, `markup.py`, `boilerplate.py`, `language.py`, `owners.py`. For `stories.py`: `likeness.py`, `links.py`.
"""
