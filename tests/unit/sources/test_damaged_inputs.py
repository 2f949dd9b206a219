"""No damaged input of any parser raises a traceback or costs more than its share of time."""

import itertools

import pytest

from tests.fuzzing import find_fault, list_inputs, list_parsers

PARSERS = list_parsers()


@pytest.mark.parametrize("name", PARSERS)
def test_a_damaged_input_is_read_or_explained_in_time(name: str) -> None:
    bodies = itertools.islice(list_inputs(PARSERS[name], name), len(PARSERS[name].seeds) + 30)
    assert [(fault, body[:200]) for body in bodies if (fault := find_fault(PARSERS[name], body))] == []
