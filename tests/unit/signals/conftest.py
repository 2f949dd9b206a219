"""Read the texts of a file's tests in one batch."""

import pytest

from tests.unit.signals.reading import expect

# Longer ones are texts that no reader should take long for; their tests read them alone.
_MOST_CHARACTERS = 2000


@pytest.fixture(scope="module", autouse=True)
def _texts_of_the_file(request: pytest.FixtureRequest) -> None:
    """Expect each parameter of the file's tests that may be a text."""
    parameters = [
        value
        for item in request.session.items
        if item.path == request.path and isinstance(item, pytest.Function) and hasattr(item, "callspec")
        for value in item.callspec.params.values()
    ]
    expect(value for value in parameters if isinstance(value, str) and " " in value and len(value) <= _MOST_CHARACTERS)
