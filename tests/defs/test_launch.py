"""How a command names the steps of a run that failed."""

import dagster as dg
import pytest

from pipeline.defs.launch import _list_failures
from pipeline.index.parameters import BaselineError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            BaselineError("no article was accepted; see pipeline.toml: it names none"),
            "no article was accepted; see pipeline.toml: it names none",
        ),
        (ValueError("no pipeline.Error: here"), "ValueError: no pipeline.Error: here"),
        (dg.Failure("2 checks failed"), "2 checks failed"),
    ],
)
def test_an_error_of_the_package_is_shown_without_its_name(error: Exception, message: str) -> None:
    @dg.asset
    def step() -> None:
        raise error

    result = dg.materialize([step], raise_on_error=False)
    assert _list_failures(result) == [("step", message)]
