"""Dagster assets, checks, jobs and resources.

Only this package, `definitions.py` and `commands/job.py` import Dagster.
One module of assets per layer. Assets only connect functions of the other packages, which run and are tested without Dagster.
"""
