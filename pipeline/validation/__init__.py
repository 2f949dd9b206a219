"""`tension validate`: compare an index with dated events, with reference series and with itself.

`run.py` runs the studies of `studies/`; `page.py` and `charts.py` show the results. No other package imports this one.
"""
