"""The order of test files: those that take longest first, so that no worker is left with a long one at the end."""

from collections import defaultdict

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort whole files; the tests of a file keep their order."""
    files: dict[object, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    ranks = {path: _rank(tests) for path, tests in files.items()}
    first_of_sample = next((path for path in files if ranks[path][1]), None)
    items.sort(key=lambda item: (item.path != first_of_sample, ranks[item.path]))


def _rank(tests: list[pytest.Item]) -> tuple[bool, bool]:
    """Files with slow tests come first; files that wait for the run of the sample come after their like, when it is likely over."""
    is_slow = any(test.get_closest_marker("slow") for test in tests)
    needs_sample = any("sample_run" in getattr(test, "fixturenames", ()) for test in tests)
    return not is_slow, needs_sample
