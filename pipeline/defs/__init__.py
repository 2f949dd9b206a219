"""The only code that knows Dagster (with `definitions.py` and the place in `cli.py` that starts the job).

One file of assets for each layer; an asset's body is wiring, and everything it calls runs and is tested without Dagster.
"""
