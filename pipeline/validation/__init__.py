"""`tension validate`: how good the index of a home is, compared with dated events, with reference series and with itself.

`run.py` runs the studies over a home, `page.py` and `charts.py` show what they found, `contract.py` is the table of figures.
Inputs from outside: `events.py` (the list of dated trade actions), `references.py` (series of other authors), `labels.py` (headlines
labelled by hand). The statistics are in `studies/`. The index does not know this package.
"""
