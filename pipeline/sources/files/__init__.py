"""Article files of the user; `articles.py` is the entry point.

`catalogue.py` stores which days a file holds, `inbox.py` checks the drop folder, `texts.py` serves commands on single files.
"""
