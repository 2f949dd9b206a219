"""The gate: which articles the readers read.

`articles.py` decides about articles, `features.py` describes sentences, `weights.csv` is learned by `training/train.py`.
"""
