"""Article files of the user: `find.py` finds them, `articles.py` reads them.

`catalogue.py` stores which days a file holds, `inbox.py` checks the drop folder, `texts.py` reads and writes the files of the command
`tension extract`. The label of a file begins the names of its rows (`raw_id`); a digest is a hash of the rows of one day.
"""
