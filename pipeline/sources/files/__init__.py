"""Article files of the user: `find.py` finds them, `articles.py` reads them.

`catalogue.py` stores which days a file holds, `inbox.py` checks the drop folder, `texts.py` serves commands on single files.
"""
