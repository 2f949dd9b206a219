"""The reduced import of Great Expectations gives the results of the whole library."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables import TABLES
from pipeline.quality import runner
from pipeline.quality.rule_files import load_rules
from pipeline.quality.rules import breaking_frame
from pipeline.settings import shipped_folder

# The rules of these tables cover every expectation type in use.
COMPARED = ("articles", "coverage", "fetches", "gdelt_accounts", "measure_reports", "official_signals", "weights")


def test_the_reduced_import_matches_the_installed_version() -> None:
    # After an upgrade, run `benchmarks/quality.py` and check which modules pipeline/quality/library.py leaves out.
    assert importlib.metadata.version("great-expectations") == "1.24.1"


def test_unused_modules_are_not_imported() -> None:
    code = """
import sys
from pipeline.quality.library import load_library
load_library()
unused = ("great_expectations.datasource.fluent.data_asset", "altair.", "jsonschema.", "scipy.stats.")
loaded = [name for name in sys.modules if name.startswith(unused)]
assert loaded == [], loaded
import altair, scipy.stats
assert altair.Chart.__name__ == "Chart" and scipy.stats.norm.cdf(0) == 0.5
from great_expectations.datasource.fluent import SnowflakeDatasource
from great_expectations.expectations.core import ExpectColumnMaxToBeBetween
for left_out in (SnowflakeDatasource, ExpectColumnMaxToBeBetween):
    try:
        left_out()
    except TypeError as error:
        assert f"{left_out.__name__} is left out" in str(error)
    else:
        raise AssertionError(f"{left_out.__name__}, which was left out, could be used")
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_rules_give_the_results_of_a_data_context() -> None:
    rules = load_rules(shipped_folder("expectations"))
    assert {rule.type for table in COMPARED for rule in rules[table]} == {
        rule.type for table_rules in rules.values() for rule in table_rules
    }
    script = Path(__file__).with_name("data_context.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", f"{__package__}.{script.stem}", *COMPARED], check=True, capture_output=True
    )
    expected = json.loads(done.stdout)
    for table in COMPARED:
        frame = pl.concat([TABLES[table].example(), *(breaking_frame(rule) for rule in rules[table])])
        for outcome in runner.run_rules(frame, rules[table]):
            success, seen, failed = expected[table][outcome.name]
            assert outcome.passed == success, outcome
            if seen is not None:
                assert (outcome.detail.rows_seen, outcome.detail.failed_rows) == (seen, failed), outcome
