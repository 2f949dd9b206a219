"""The small lake of the index tests, shared."""

from tests.unit.index.conftest import small

__all__ = ["small"]
