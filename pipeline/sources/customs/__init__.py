"""Official trade figures and tariff rates.

`census.py` and `comtrade.py` fetch figures; `csv_files.py` and `tariffs.py` read the user's files. `trade_figures.py` holds what these
modules share; `merge.py` combines their results.
"""
