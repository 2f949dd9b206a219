"""HTTP access to upstreams: `client.py` is the entry point, the other modules are its parts.

`archive.py` stores responses; `addresses.py` and `transport.py` keep requests away from private networks.
"""
