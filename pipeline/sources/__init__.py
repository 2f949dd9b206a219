"""Data from outside: article files, news feeds, official documents and figures.

Each kind of source has a package or module: `feeds/` (RSS and Atom), `gdelt/`, `federal_register.py`, `customs/` (trade figures and
tariff rates), `files/` (the user's archives of articles). Only `http/` uses the network; it also stores the responses. Terms:

* upstream: a service from which responses are fetched, if the settings enable it
* item: the name of what one request fetches within an upstream, e.g. a feed, a file or a page; the newest response is stored under it
* payload: the body of a stored response
* final request: one that is not sent if an intact response to the same query is stored; its outcome is then `kept`
* journal: the list of all requests with their outcomes, without those with the outcome `kept`
* archive: the store of responses (`http/archive.py`), or a user's collection of article files with one set of column names (`files/`)
* window: the range of days for which data is fetched
* rows as received: rows of articles in which all columns are text (`ROWS` in `rows.py`)
* rows of a table such as `RAW_ARTICLES`: rows with its columns, which are in `pipeline/contracts/tables`
"""
