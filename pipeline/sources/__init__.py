"""Fetches and reads data from outside, unchanged; articles are cleaned and read in other packages.

Each kind of upstream has a package or module: `feeds/` (RSS and Atom), `gdelt/`, `federal_register.py`, `customs/` (trade figures and
tariff rates), `files/` (the user's archives of articles). Only `http/` uses the network; it also stores every response.
"""
