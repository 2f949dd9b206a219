"""The outside world, as it comes. All judgement about what was read comes later, in other packages.

One room for each kind of upstream: `feeds/` (RSS and Atom), `gdelt/`, `federal_register.py`, `customs/` (trade figures and tariff rates),
`files/` (archives of articles that the user has). `http/` is the only way to the network, and keeps what came. Shared are `payloads.py`
(a question and its answer), `rows.py` (an article's row before any judgement) and `errors.py`. `registry.py` says how each upstream is
fetched, `news.py` reads the articles of all, `standing.py` says how each stands.
"""
