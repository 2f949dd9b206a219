"""GDELT 2.0 in its quarter-hourly files.

`fetch.py` asks for files, `events.py` and `articles.py` read them, `crosscheck.py` makes the tables of a window. What a state is stands in
`states.py`, what both formats have in common in `lines.py`.
"""
