"""The small lake of the index's tests, which the tests of models and checks read as well."""

from tests.unit.index.conftest import long, small

__all__ = ["long", "small"]
