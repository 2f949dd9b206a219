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
from pipeline.quality.expectation_types import TYPES

# Packages that Great Expectations imports for features not used here: loaded when first accessed.
_DEFERRED = ("altair", "jsonschema", "scipy.stats")

# Never imported, because building their pydantic models takes more than half of the import time: connectors to databases, clouds, files and
# Spark, and the expectations that rules do not use.
_LEFT_OUT = re.compile(
    r"great_expectations\.(?:datasource\.fluent\.(?:fabric|(?!invalid_)\w+_datasource)|expectations\.core\.(?!(?:"
    + "|".join(TYPES)
    + r")$)expect_\w+)"
)


@dataclass(frozen=True)
class Library:
    """The parts of Great Expectations that evaluate a frame.

    `engine`: holds the frame. `calculator`: computes metrics. `graph`: class of the graph of metrics. `expectation_type`: function that
    returns the class of a type by its name. `column`: class of a column, from which conditions on rows are built. `error`: base of its
    exceptions. No data context is needed.
    """

    engine: Any
    calculator: Any
    graph: Any
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

        from pipeline.quality.custom import MetricGraph  # noqa: PLC0415  # its module also registers our own expectation

    # The metric cache is keyed by definition, not by frame: two frames checked by one engine would share their counts.
    engine = PandasExecutionEngine(caching=False)
    return Library(engine, MetricsCalculator(engine), MetricGraph, get_expectation_impl, Column, GreatExpectationsError)


@contextmanager
def _lean_import() -> Iterator[None]:
    """Import less of Great Expectations within the block.

    Packages of `_DEFERRED` are loaded when first used, and its modules that match `_LEFT_OUT` not at all. Modules that are already imported
    stay as they are.
    """
    finder = _LeanFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _LeanFinder(MetaPathFinder):
    """Import finder that defers some modules and leaves out others.

    A deferred module is loaded when first used; one that is left out becomes a module without code (`_EmptyLoader`).
    """

    def __init__(self) -> None:
        self._deferred = set(_DEFERRED)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  # the signature is Python's
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return how to load a module that is deferred or left out.

        None for any other module, which Python then finds as usual.
        """
        if _LEFT_OUT.fullmatch(fullname):
            return ModuleSpec(fullname, _EmptyLoader())
        if fullname in self._deferred:
            self._deferred.discard(fullname)  # the search below calls this finder again
            spec = importlib.util.find_spec(fullname)
            if spec is not None and spec.loader is not None:
                spec.loader = importlib.util.LazyLoader(spec.loader)
            return spec
        return None


class _EmptyLoader(Loader):
    """Loader of a module without code, in place of one left out.

    Any name imported from it is a class that cannot be instantiated, so that imports and subclasses work. Only names that begin with `__`
    are missing.
    """

    def create_module(self, spec: ModuleSpec) -> None:  # noqa: ARG002
        return None  # an ordinary module

    def exec_module(self, module: ModuleType) -> None:
        """Make the module answer any name with a placeholder class."""

        def make_unavailable(name: str) -> type:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (_Unavailable,), {})

        module.__dict__["__getattr__"] = make_unavailable


class _Unavailable:
    """Base of the placeholder classes in left-out modules; raises when instantiated."""

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(f"{type(self).__name__} is left out of the import of Great Expectations, see pipeline/quality/library.py")
