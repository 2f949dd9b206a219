"""Official trade figures and tariff rates.

`census.py` and `comtrade.py` fetch figures; `csv_files.py` and `tariffs.py` read the user's files. `common.py` holds what these modules
share; `merge.py` combines their results.
"""
