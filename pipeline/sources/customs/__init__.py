"""Trade between countries as offices count it: `census.py` and `comtrade.py` are asked, `trade.py` and `tariffs.py` read the user's files,
`flows.py` has what the readers share, `figures.py` puts all of it together.
"""
