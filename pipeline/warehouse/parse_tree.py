"""Nodes of DuckDB's parse trees, as `json_serialize_sql` returns them.

It imports little, because `restricted_process.py` imports it and must start quickly.
"""

from collections.abc import Iterator
from typing import Any


def iter_nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Iterate over all dictionaries in a parse tree, at any depth."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
