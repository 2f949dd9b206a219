"""The cores of the machine that this process may use."""

import os


def count_cores() -> int:
    """Return the number of cores that this process may use.

    A limit on its share of processor time, as containers have, is not considered.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
