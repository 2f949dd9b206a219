"""The one way to the network: `client.py` asks, `addresses.py` says where it may, `wire.py` connects, `pace.py` waits, `unpacking.py`
bounds what comes, `archive.py` keeps it.
"""
