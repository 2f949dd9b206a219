"""Comments on the columns of views and macros."""

import pytest

from pipeline.contracts.tables.measures import MEASURE_ACTS
from pipeline.contracts.tables.threats import THREATS
from pipeline.warehouse.view_columns import VIEW_COLUMNS, describe_view_column


def test_a_column_has_the_comment_of_the_only_table_with_it() -> None:
    assert describe_view_column("any", "said_days", [], [MEASURE_ACTS, THREATS]) == "Number of days on which it was said. Unit: days."


def test_a_column_with_two_descriptions_needs_its_own_comment() -> None:
    with pytest.raises(KeyError, match="several descriptions"):
        describe_view_column("any", "rate_pct", [], [MEASURE_ACTS, THREATS])


def test_a_column_without_a_comment_is_an_error() -> None:
    with pytest.raises(KeyError, match="no description"):
        describe_view_column("any", "unknown", [], [MEASURE_ACTS])


def test_a_view_of_another_view_has_its_comments() -> None:
    assert "Threatened rate" in describe_view_column("any", "rate_pct", [THREATS], [MEASURE_ACTS])


def test_threats_are_not_described_as_layers() -> None:
    texts = [describe_view_column("threats_and_outcomes", name, [], [MEASURE_ACTS, THREATS]) for name in ("target", "product", "rate_pct")]
    assert not any("layer" in text or "excepted" in text for text in texts)
    assert VIEW_COLUMNS["threats_and_outcomes"]["rate_pct"] in texts
