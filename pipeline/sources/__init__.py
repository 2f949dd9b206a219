"""Fetches and reads data from outside, without changing it.

Each kind of upstream has a package or module: `feeds/` (RSS and Atom), `gdelt/`, `federal_register.py`, `customs/` (trade figures and
tariff rates), `files/` (the user's archives of articles). Only `http/` uses the network; it also stores every response.
"""
