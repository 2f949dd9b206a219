"""Compare an index with events, reference series and itself (`tension validate`).

`run.py` runs the studies of `studies/`; `page.py` and `charts.py` show the results. In `pipeline`, only the command imports this package.
"""
