"""Dagster assets, checks, jobs and resources.

Only this package and `definitions.py` import Dagster; `commands/job.py` imports them when a run starts.
Assets are in modules by layer, source or purpose. They only connect functions of the other packages, which run and are tested without
Dagster.
"""
