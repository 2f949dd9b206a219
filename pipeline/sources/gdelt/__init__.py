"""GDELT 2.0: quarter-hourly files of events and articles.

`fetch.py` fetches files, `events.py` and `articles.py` parse them, `stored.py` reads them from the archive, and `crosscheck.py` builds the
tables of the cross-check: events to compare the index with, which are never part of it.
"""
