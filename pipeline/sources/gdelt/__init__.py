"""GDELT 2.0: files of events and articles, published every quarter of an hour.

`fetch.py` fetches files, `events.py` and `articles.py` parse them, `stored.py` reads them from the archive, and `crosscheck.py` builds the
tables of a window.
"""
