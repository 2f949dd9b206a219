"""Side tables, whose failures do not stop the index.

The index does not depend on side tables. After a failure, a side table keeps its last good version and is marked as stale in the lake.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, TypeVar

import dagster as dg

from pipeline.contracts.model import Table
from pipeline.defs.checks import IS_REBUILT, Results
from pipeline.warehouse.lake import Lake

Body = TypeVar("Body", bound=Callable[..., Results])
NOT_EVALUATED = "not evaluated"


def keep_last_good(*tables: Table) -> Callable[[Body], Body]:
    """Decorate an asset of side tables: errors become failed checks.

    After an error, the tables keep their earlier rows, are marked as stale in the lake, and the run continues; the check `is_rebuilt` of
    each table says whether it was rebuilt. The function must have an argument `lake`. Results that it yielded before the exception stay,
    and a table whose materialization is one of them counts as rebuilt.
    """

    def decorate(body: Body) -> Body:
        @wraps(body)
        def guarded(*arguments: Any, lake: Lake, **resources: Any) -> Results:
            reported: set[dg.AssetCheckKey] = set()
            built: set[str] = set()
            try:
                for result in body(*arguments, lake=lake, **resources):
                    if isinstance(result, dg.AssetCheckResult):
                        reported.add(_check_key(result, tables))
                    else:
                        built.add(result.asset_key.to_user_string() if result.asset_key else tables[0].name)
                    yield result
            except Exception as error:  # noqa: BLE001 no error of a side table, whatever its type, may stop the index
                reason = _describe_error(error)
                dg.AssetExecutionContext.get().log.exception("a side table could not be rebuilt; it keeps its last good version")
                yield from _report_stale(lake, [table for table in tables if table.name not in built], reason, reported)
                yield from _report_rebuilt(lake, [table for table in tables if table.name in built])
            else:
                yield from _report_rebuilt(lake, tables)

        return guarded  # type: ignore[return-value]  # the same signature, with one keyword made explicit

    return decorate


def _check_key(result: dg.AssetCheckResult, tables: tuple[Table, ...]) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(result.asset_key or dg.AssetKey(tables[0].name), result.check_name or "")


def _describe_error(error: Exception) -> str:
    return (error.description if isinstance(error, dg.Failure) and error.description else f"{type(error).__name__}: {error}").strip()


def _report_rebuilt(lake: Lake, tables: Iterable[Table]) -> Iterator[dg.AssetCheckResult]:
    for table in tables:
        lake.clear_stale(table)
        yield dg.AssetCheckResult(passed=True, check_name=IS_REBUILT, asset_key=table.name)


def _report_stale(lake: Lake, tables: list[Table], reason: str, reported: set[dg.AssetCheckKey]) -> Iterator[Any]:
    """Mark tables as stale in the lake, and yield their results.

    They keep the rows of an earlier run. `IS_REBUILT` fails with `reason`, checks that are not in `reported` get a warning, and each table
    gets a materialization.
    """
    names = {table.name for table in tables}
    for table in tables:
        lake.mark_stale(table, reason)
        yield dg.AssetCheckResult(passed=False, check_name=IS_REBUILT, asset_key=table.name, metadata={"reason": reason})
        reported.add(dg.AssetCheckKey(dg.AssetKey(table.name), IS_REBUILT))
    for spec in dg.AssetExecutionContext.get().assets_def.check_specs:
        if spec.asset_key.to_user_string() in names and spec.key not in reported:
            yield dg.AssetCheckResult(
                passed=False,
                check_name=spec.name,
                asset_key=spec.asset_key,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={NOT_EVALUATED: "the table was not rebuilt"},
            )
    for table in tables:
        yield dg.MaterializeResult(asset_key=table.name, metadata={"stale": f"version of an earlier run: {reason}"})
