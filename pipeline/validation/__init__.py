"""Comparison of an index with events, other indices and itself: `tension validate`.

`run.py` runs the studies of `studies/`; `page.py` and `charts.py` show the results. In `pipeline`, only the command imports this package.
Terms (home and lake are in `pipeline/warehouse`; mass, series, channel and version in `pipeline/index`):

* figure: one result, with its interval if it has one; a row of the table VALIDATION
* polarity of an act: escalation, concession or dialogue, which is also the channel of the index that it should move
* reference: a published series by others, such as TPU or EPU (uncertainty of trade or economic policy) or GPR (geopolitical risk)
* event: an act of our own list (`events.csv`); independent act: one of Wikipedia's list, which nobody of this project chose
* evidence: what should rise at an act: observed mass of the index, or hits of the keyword rule
* keyword rule: counts articles that name both countries and a trade word, to see if the index does better
* placebo: a date or pair without an act, at which the index should show nothing
* world: simulated pairs of countries, whose true rate of stories is known
"""
