"""Results of steps and checks whose inputs did not change.

A step over whole tables is not run again while the rows it reads, its parameters and the code are the same; its stored check results are
reported again. Days of articles are compared in `pipeline/defs/daily.py`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache, partial
from io import BytesIO
from typing import Any

import dagster as dg
import polars as pl

from pipeline.contracts.model import Table
from pipeline.settings import shipped_folder
from pipeline.warehouse.inputs import code_digest, combine_digests
from pipeline.warehouse.lake import Lake

#: Packages and libraries that determine the rows of models and the results of checks.
CODE = ("contracts", "index", "models", "quality", "settings", "warehouse")
_LIBRARIES = ("duckdb", "great-expectations", "numpy", "polars", "scipy")

Variables = Mapping[str, object]


class StoredResults:
    """Check results of one step, with a hash of its inputs.

    They are in one note (a small file) of the lake, written after the tables: a run that is killed in between repeats the step. Inputs are
    the rows of the tables `reads`, the `variables` and the code. `makes`: the tables that the step writes.
    """

    def __init__(self, lake: Lake, step: str, reads: Sequence[Table], makes: Sequence[Table], variables: Variables) -> None:
        self._lake = lake
        self._makes = makes
        self._note = f"results/{step}.json"
        self._digest = partial(_digest_inputs, lake, reads, variables)
        self._inputs = self._digest()

    def load(self) -> list[dg.AssetCheckResult] | None:
        """Return the stored results if the step need not run.

        None if it must run: its inputs (rows, parameters, code) changed or are unknown, or a file that it makes is missing or has another
        hash.
        """
        try:
            stored = json.loads(self._lake.read_note(self._note) or b"{}")
            is_same = self._inputs is not None and stored["inputs"] == self._inputs
            results = [_to_check_result(**row) for row in stored["results"]]
        except (ValueError, TypeError, KeyError):
            return None  # no earlier run, or a damaged note
        return results if is_same and all(self._lake.is_as_written(table) for table in self._makes) else None

    @property
    def has_known_inputs(self) -> bool:
        """Whether all files that the step reads have a recorded hash."""
        return self._inputs is not None

    def save(self, results: Sequence[dg.AssetCheckResult]) -> None:
        """Store the results of the step.

        Nothing is stored if its inputs are unknown, or differ from those at its start: a step that changed a table that it also reads would
        make something else the next time.
        """
        if self._inputs is not None and self._inputs == self._digest():
            stored = {"inputs": self._inputs, "results": [_to_row(result) for result in results]}
            self._lake.change_note(self._note, lambda _: (json.dumps(stored, indent=0) + "\n").encode())


def digest_rows(frame: pl.DataFrame) -> str:
    """Hash the rows of a frame in their order."""
    buffer = BytesIO()
    frame.write_ipc(buffer)
    return hashlib.blake2b(buffer.getbuffer(), digest_size=8).hexdigest()


@cache
def digest_code() -> str:
    """Hash the code, SQL and rules that determine rows and check results.

    The versions of libraries that determine them count, too.
    """
    digest = hashlib.blake2b(digest_size=8)
    for folder in map(shipped_folder, ("sql", "expectations")):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return combine_digests(code_digest(CODE, _LIBRARIES), digest.hexdigest())


def _digest_inputs(lake: Lake, reads: Sequence[Table], variables: Variables) -> str | None:
    """Hash the inputs of a step: rows, variables and code.

    The rows enter as the recorded hashes of the files of `reads`. None if any of these files has no recorded hash.
    """
    tables = [lake.table_digest(table) for table in reads]
    if None in tables:
        return None
    return combine_digests(digest_code(), json.dumps(dict(variables), default=str, sort_keys=True), *map(str, tables))


def _to_row(result: dg.AssetCheckResult) -> dict[str, Any]:
    """Convert the result of a check to values that JSON can have."""
    assert result.metadata is not None
    return {
        "passed": result.passed,
        "check_name": result.check_name,
        "asset_key": result.asset_key.to_user_string() if result.asset_key else None,
        "severity": result.severity.value,
        "metadata": {name: value.value if isinstance(value, dg.MetadataValue) else value for name, value in result.metadata.items()},
    }


def _to_check_result(
    *, passed: bool, check_name: str | None, asset_key: str | None, severity: str, metadata: Mapping[str, Any]
) -> dg.AssetCheckResult:
    """Convert stored JSON values to a check's result, marked as repeated."""
    return dg.AssetCheckResult(
        passed=passed,
        check_name=check_name,
        asset_key=asset_key,
        severity=dg.AssetCheckSeverity(severity),
        metadata={**metadata, "repeated": "the result of an earlier run; nothing that this check reads has changed"},
    )
