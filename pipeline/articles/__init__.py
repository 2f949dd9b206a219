"""Article in, clean article out: `clean.py` admits, sets aside and counts; `stories.py` finds which article retells which."""
