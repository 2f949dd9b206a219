"""All errors of the package derive from `TensionError` and are drawn in `pipeline/errors.py`."""

import importlib
import importlib.util
import pkgutil
import re
import warnings
from collections.abc import Iterator

import pytest

import pipeline
from pipeline import errors
from pipeline.errors import TensionError

#: Modules that need a package of an extra or a group.
OPTIONAL = {"pipeline.assistant.server": "mcp", "pipeline.defs.postgres_event_log": "dagster_postgres"}
#: Modules that need packages which only training installs.
TRAINING = ("pipeline.signals.readers.encoder.training.", "pipeline.signals.prefilter.training.")


@pytest.fixture(scope="module")
def error_classes() -> list[type[BaseException]]:
    """Load every module, and list the exception classes defined in the package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that are imported
        for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
            is_installed = importlib.util.find_spec(OPTIONAL.get(module.name, "pipeline")) is not None
            if is_installed and not module.name.startswith(TRAINING):
                importlib.import_module(module.name)
    return [one for one in list_subclasses(BaseException) if one.__module__.startswith("pipeline.")]


def list_subclasses(base: type[BaseException]) -> Iterator[type[BaseException]]:
    for one in type.__subclasses__(base):
        yield one
        yield from list_subclasses(one)


def read_drawing() -> dict[str, str]:
    """Read the parent of each error from the drawing."""
    parents: list[str] = []
    drawing: dict[str, str] = {}
    for indent, name in re.findall(r"^ {4}((?:[│ ]   )*(?:[├└]── )?)(\w+Error)\b", errors.__doc__ or "", flags=re.MULTILINE):
        depth = len(indent) // 4
        del parents[depth:]
        drawing[name] = parents[-1] if parents else ""
        parents.append(name)
    return drawing


def test_every_error_derives_from_tension_error(error_classes: list[type[BaseException]]) -> None:
    assert [one.__qualname__ for one in error_classes if not issubclass(one, TensionError)] == []


def test_every_public_error_is_drawn_below_its_parent(error_classes: list[type[BaseException]]) -> None:
    parents = {one.__name__: one.__bases__[0].__name__ for one in error_classes if not one.__name__.startswith("_")}
    assert read_drawing() == parents | {"TensionError": ""}


def test_errors_of_one_parent_are_drawn_in_alphabetical_order() -> None:
    for parent in ("TensionError", "UserError"):
        names = [name for name, drawn in read_drawing().items() if drawn == parent and name != "UserError"]
        assert names == sorted(names)
        assert names
