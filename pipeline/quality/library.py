"""Import Great Expectations, once a process and only when a frame is judged.

Belongs here: what its import does to a process (environment, warnings, modules). Does not: judging (`runner.py`).
"""

import gc
import importlib.util
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# Packages that the library imports for expectations and charts that are not used here: imported when first used.
_DEFERRED = ("altair", "scipy.stats")

# Connectors to databases, clouds, files and Spark: half of the import, all of it in building pydantic models. Never imported.
_CONNECTOR = re.compile(r"great_expectations\.datasource\.fluent\.(?:fabric|(?!invalid_)\w+_datasource)")


@dataclass(frozen=True)
class Library:
    """The parts of Great Expectations that judge a frame in memory; no data context is made."""

    engine: Any
    calculator: Any
    expectation_type: Any
    column: Any
    error: type[Exception]


@cache
def load_library() -> Library:
    """Import Great Expectations with its telemetry off. Takes 1 to 3 s of CPU and some 100 MB the first time."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # Its import warns of its own age. It also allocates half a million objects that live as long as the process.
    with warnings.catch_warnings(), _lean_import(), _pause_garbage_collection():
        warnings.simplefilter("ignore")
        import great_expectations  # noqa: F401, PLC0415  # registers expectations and metrics
        from great_expectations.exceptions.exceptions import GreatExpectationsError  # noqa: PLC0415
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine  # noqa: PLC0415
        from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415
        from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415
        from great_expectations.validator.metrics_calculator import MetricsCalculator  # noqa: PLC0415

        import pipeline.quality.custom  # noqa: F401, PLC0415  # registers our own

    # Its cache of metrics is keyed by their definition alone: two frames judged by one engine would share their counts.
    engine = PandasExecutionEngine(caching=False)
    return Library(engine, MetricsCalculator(engine), get_expectation_impl, Column, GreatExpectationsError)


@contextmanager
def _lean_import() -> Iterator[None]:
    """Defer the import of some modules and leave out others. Modules already imported stay as they are."""
    finder = _LeanFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _LeanFinder(MetaPathFinder):
    """Finds deferred modules with the standard library's `LazyLoader`, and an empty module for each connector."""

    def __init__(self) -> None:
        self._deferred = set(_DEFERRED)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  # the signature is Python's
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if _CONNECTOR.fullmatch(fullname):
            return ModuleSpec(fullname, _ConnectorLoader())
        if fullname in self._deferred:
            self._deferred.discard(fullname)  # the search below comes back here
            spec = importlib.util.find_spec(fullname)
            if spec is not None and spec.loader is not None:
                spec.loader = importlib.util.LazyLoader(spec.loader)
            return spec
        return None


class _ConnectorLoader(Loader):
    """Makes a module of which every public name is a class that cannot be used."""

    def create_module(self, spec: ModuleSpec) -> None:  # noqa: ARG002
        return None  # an ordinary module

    def exec_module(self, module: ModuleType) -> None:
        def left_out(name: str) -> type:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (_LeftOut,), {})

        module.__dict__["__getattr__"] = left_out


class _LeftOut:
    """Stands for a connector."""

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(f"{type(self).__name__} is left out of the import of Great Expectations, see pipeline/quality/library.py")


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
