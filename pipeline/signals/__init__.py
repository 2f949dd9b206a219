"""Extraction of trade-policy signals from the text of articles.

`extract.py` runs the steps: `gate -> segment -> actors -> context -> candidates -> readers -> combine -> doubts -> calibrate -> scope ->
partners -> merge`. The gate chooses the articles to read. No step reads files other than those shipped with the package, such as
lexicon and model.
"""
