"""Article in, clean article out: `clean.py` admits, sets aside and counts; `stories.py` finds which article retells which.

For `clean.py`: `text.py`, `markup.py`, `boilerplate.py`, `language.py`, `owners.py`. For `stories.py`: `links.py`.
"""
