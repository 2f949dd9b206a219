"""Python's garbage collector, paused while modules are imported."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Turn the garbage collector off in this block.

    If it was on, it is turned on again afterwards, and ignores all objects that exist by then. Imports, and definitions of assets, make a
    million objects that live as long as the process; to look at them again and again would take a tenth of the time of a small run.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.enable()
