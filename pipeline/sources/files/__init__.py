"""Article files of the user: `articles.py` finds and reads them, `formats/` knows Parquet, JSON and CSV, `places.py`, `zips.py`,
`encodings.py` and `streams.py` open them within bounds, `catalogue.py` remembers which days each holds, `inbox.py` tells what of a drop
folder can be read, `texts.py` reads and writes the files of commands.
"""
