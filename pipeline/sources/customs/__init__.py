"""Official trade figures and tariff rates.

`census.py` and `comtrade.py` fetch figures; `csv_files.py` and `tariffs.py` read the user's files. `requesting.py`
and `trade_figures.py` hold what the first two share; `merge.py` combines all results.
"""
