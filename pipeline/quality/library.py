"""Import Great Expectations, without telemetry and unused modules."""

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

from pipeline.garbage import pause_garbage_collection

# Packages that Great Expectations imports for features not used here: loaded when first accessed.
_DEFERRED = ("altair", "scipy.stats")

# Connectors to databases, clouds, files and Spark. Building their pydantic models takes half of the import time. Never imported.
_CONNECTOR = re.compile(r"great_expectations\.datasource\.fluent\.(?:fabric|(?!invalid_)\w+_datasource)")


@dataclass(frozen=True)
class Library:
    """The parts of Great Expectations that evaluate a frame.

    `engine`: holds the frame. `calculator`: computes metrics. `expectation_type`: returns the class of a type's name. `column`: begins a
    row condition. `error`: base of its exceptions. No data context is needed.
    """

    engine: Any
    calculator: Any
    expectation_type: Any
    column: Any
    error: type[Exception]


@cache
def load_library() -> Library:
    """Import Great Expectations once per process.

    Takes 1 to 3 s of CPU and about 100 MB.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # Importing it emits deprecation warnings.
    with warnings.catch_warnings(), _lean_import(), pause_garbage_collection():
        warnings.simplefilter("ignore")
        import great_expectations  # noqa: F401, PLC0415  # registers expectations and metrics
        from great_expectations.exceptions.exceptions import GreatExpectationsError  # noqa: PLC0415
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine  # noqa: PLC0415
        from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415
        from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415
        from great_expectations.validator.metrics_calculator import MetricsCalculator  # noqa: PLC0415

        import pipeline.quality.custom  # noqa: F401, PLC0415  # registers our own

    # The metric cache is keyed by definition, not by frame: two frames checked by one engine would share their counts.
    engine = PandasExecutionEngine(caching=False)
    return Library(engine, MetricsCalculator(engine), get_expectation_impl, Column, GreatExpectationsError)


@contextmanager
def _lean_import() -> Iterator[None]:
    """Import less of Great Expectations within the block.

    Some of its modules are loaded when first used, connectors to databases not at all. Modules that are already imported stay as they are.
    """
    finder = _LeanFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _LeanFinder(MetaPathFinder):
    """Import finder that defers some modules and replaces connectors.

    A deferred module is loaded when first used; a connector becomes a module without code (`_ConnectorLoader`).
    """

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
            self._deferred.discard(fullname)  # the search below calls this finder again
            spec = importlib.util.find_spec(fullname)
            if spec is not None and spec.loader is not None:
                spec.loader = importlib.util.LazyLoader(spec.loader)
            return spec
        return None


class _ConnectorLoader(Loader):
    """Loader of a connector as a module without code.

    Any name imported from it is a class, so that imports and subclasses work; it cannot be instantiated.
    """

    def create_module(self, spec: ModuleSpec) -> None:  # noqa: ARG002
        return None  # an ordinary module

    def exec_module(self, module: ModuleType) -> None:
        def make_unavailable(name: str) -> type:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (_UnavailableConnector,), {})

        module.__dict__["__getattr__"] = make_unavailable


class _UnavailableConnector:
    """Base of the placeholders for classes of connectors; raises when called."""

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(f"{type(self).__name__} is left out of the import of Great Expectations, see pipeline/quality/library.py")
