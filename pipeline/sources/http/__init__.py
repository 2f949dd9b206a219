"""HTTP access to upstreams; `client.py` is the entry point.

`archive.py` stores responses; `addresses.py` and `transport.py` keep requests away from private networks.
"""
