"""The only code that knows Dagster (with `definitions.py` and `commands/job.py`, which starts the job).

One file of assets for each layer; an asset's body is wiring, and everything it calls runs and is tested without Dagster.
"""
