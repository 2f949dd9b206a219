"""The counts of findings in the bundled sample, by reader, kind and modality, change only on purpose."""

import polars as pl
import pytest

from pipeline.contracts.tables.core import FINDINGS
from pipeline.warehouse.lake import Lake
from scripts.counts import SCHEMA, count_findings, read_counts, render_differences
from tests.conftest import SampleRun


def make_counts(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


def test_the_counts_of_findings_in_the_sample_are_unchanged(sample_run: SampleRun) -> None:
    changed = render_differences(read_counts(), count_findings(Lake(sample_run.home / "lake").read(FINDINGS)))
    if changed:
        pytest.fail(
            f"the findings in the bundled sample have changed:\n\n{changed}\n\n"
            "If that is intended, run `make counts` and describe the change in the changelog and the commit.",
            pytrace=False,
        )


def test_equal_counts_have_no_differences() -> None:
    assert render_differences(make_counts(("rules", "threat", "asserted", 3)), make_counts(("rules", "threat", "asserted", 3))) == ""


def test_differences_are_a_table_with_changes_and_the_sum() -> None:
    before = make_counts(("rules", "threat", "asserted", 3), ("rules", "offer", "asserted", 2), ("rules", "easing", "negated", 5))
    now = make_counts(("rules", "threat", "asserted", 7), ("rules", "demand", "asserted", 1), ("rules", "easing", "negated", 5))
    assert [line.split() for line in render_differences(before, now).splitlines()] == [
        ["extractor", "kind", "modality", "before", "now", "change"],
        ["rules", "demand", "asserted", "0", "1", "+1"],
        ["rules", "offer", "asserted", "2", "0", "-2"],
        ["rules", "threat", "asserted", "3", "7", "+4"],
        ["all", "10", "13", "+3"],
    ]
