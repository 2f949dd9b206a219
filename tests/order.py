"""Run the slowest test files first, so that no worker ends with a long one."""

from collections import defaultdict

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort test files as `_rank_file` ranks them; the tests within a file keep their order.

    The first file that needs the sample run comes before all others, so that the run begins at once.
    """
    files: dict[object, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    ranks = {path: _rank_file(tests) for path, tests in files.items()}
    first_of_sample = next((path for path in files if ranks[path][1]), None)
    items.sort(key=lambda item: (item.path != first_of_sample, ranks[item.path]))


def _rank_file(tests: list[pytest.Item]) -> tuple[bool, bool, int]:
    """Rank files with slow tests first.

    Among equals, files that need the sample run come last, when it is likely done; then those with fewer tests.
    """
    is_slow = any(test.get_closest_marker("slow") for test in tests)
    needs_sample = any("sample_run" in getattr(test, "fixturenames", ()) for test in tests)
    return not is_slow, needs_sample, -len(tests)
