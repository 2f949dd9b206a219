"""No damaged input of any parser raises anything but an error for people. `tests/fuzzing.py` measures time too."""

import itertools

import pytest

from tests.fuzzing import find_error, list_inputs, list_parsers

PARSERS = list_parsers()


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_a_damaged_input_is_read_or_explained(name: str) -> None:
    bodies = itertools.islice(list_inputs(PARSERS[name], name), len(PARSERS[name].seeds) + 30)
    assert [(error, body[:200]) for body in bodies if (error := find_error(PARSERS[name], body))] == []
