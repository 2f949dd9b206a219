"""Article files of the user: finding, opening and reading them. `articles.py` is the entry point, `formats/` parses each format.

`catalogue.py` stores which days a file holds, `inbox.py` checks the drop folder, `texts.py` serves commands on single files.
"""
