"""Enabled upstreams: one asset each, which fills the archive of its answers; and the journal of all requests.

An upstream that fails degrades the run: its checks fail, earlier answers stay, and everything downstream goes on with what there is.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import dagster as dg

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.raw import FETCHES
from pipeline.defs.checks import Results, audit, check_specs
from pipeline.defs.metadata import describe, row_count
from pipeline.defs.partitions import by_day, run_days, today
from pipeline.defs.resources import Answers
from pipeline.defs.side_tables import keep_last_good
from pipeline.settings import Settings
from pipeline.sources.payloads import ANSWERED, Fetched
from pipeline.sources.registry import FETCHERS, Fetcher
from pipeline.warehouse.lake import Lake

_PROBLEMS_SHOWN = 12
_PROBLEMS_STORED = 200  # the others are in `fetches`


def enabled(settings: Settings, *names: str) -> list[str]:
    """Those of these upstreams that are enabled: the dependencies of an asset that reads their answers."""
    return [name for name in names if name in settings.sources.on]


def by_day_if_enabled(settings: Settings, name: str) -> dict[str, Any]:
    """Arguments of an asset that reads one upstream: daily partitions while it is enabled, else none.

    A daily asset costs a run two events a day, too much for a table that stays empty.
    """
    return by_day(settings) if enabled(settings, name) else {}


def skip_disabled(name: str, *tables: Table) -> Results:
    """No-op for a disabled upstream: checks run on an empty frame, stored data is kept."""
    for table in tables:
        yield from audit(table, table.empty())
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": 0, "upstream": f"{name} is off"})


def _upstream_asset(fetcher: Fetcher[Any], settings: Settings) -> dg.AssetsDefinition:
    upstream = fetcher.upstream
    late_after = timedelta(days=upstream.late_after_days)

    @dg.asset(
        name=upstream.name,
        group_name="raw",
        kinds={"http"},
        description=f"{upstream.title}: what it answered, as it came.\n\nCadence: {upstream.cadence}. Licence: {upstream.licence}.",
        metadata={"url": upstream.url, "cadence": upstream.cadence, "lag": upstream.release_lag},
        **(by_day(settings) if upstream.is_by_day else {}),
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2)),
        check_specs=[
            dg.AssetCheckSpec(
                "answered",
                asset=upstream.name,
                description="nothing that was asked for failed; what the upstream does not have is counted as missing",
            ),
            dg.AssetCheckSpec(
                "is_current",
                asset=upstream.name,
                description=f"the newest day that its data tell of lies at most {late_after.days} days back, however new the last run is",
            ),
        ],
    )
    def archived(context: dg.AssetExecutionContext, answers: dg.ResourceParam[Answers]) -> Results:
        due = min(today(), settings.end or today())  # an archive of a closed span is not late
        window = run_days(context) if upstream.is_by_day else Days(settings.first_day, max(settings.first_day, due))
        with answers.open() as client:
            outcomes, problems = _count_outcomes(context, fetcher.fetch(client, settings, window))
            newest = fetcher.newest_day(client.archive, due)
        yield _answered(upstream.name, outcomes, problems)
        yield _is_current(upstream.name, newest, due, late_after)
        yield dg.MaterializeResult(metadata={**outcomes, "newest day of its data": str(newest)})

    assert isinstance(archived, dg.AssetsDefinition)
    return archived


def _count_outcomes(context: dg.AssetExecutionContext, fetched: Iterable[Fetched]) -> tuple[Counter[str], list[str]]:
    """Count the outcomes, and list and log the failures as they come.

    What an upstream does not have is not a failure: it is counted, stored in `fetches`, and shown as missing by the tables that lack it.
    """
    outcomes: Counter[str] = Counter()
    problems: list[str] = []
    for one in fetched:
        outcomes[one.outcome] += 1
        if one.outcome not in (*ANSWERED, "missing") and len(problems) < _PROBLEMS_STORED:
            problems.append(f"{one.request.item} {one.outcome}: {one.detail}")
            context.log.warning("%s", problems[-1])
    return outcomes, problems


def _answered(name: str, outcomes: Counter[str], problems: list[str]) -> dg.AssetCheckResult:
    more = f"; and {count - _PROBLEMS_SHOWN} more" if (count := outcomes["failed"] + outcomes["refused"]) > _PROBLEMS_SHOWN else ""
    told: dict[str, Any] = {**outcomes, "detail": "; ".join(problems[:_PROBLEMS_SHOWN]) + more}
    return dg.AssetCheckResult(
        passed=not problems, check_name="answered", asset_key=name, severity=dg.AssetCheckSeverity.WARN, metadata=told
    )


def _is_current(name: str, newest: date | None, due: date, late_after: timedelta) -> dg.AssetCheckResult:
    detail = "no data yet" if newest is None else f"its data reach {newest}, {(due - newest).days} days before {due}"
    return dg.AssetCheckResult(
        passed=newest is not None and due - newest <= late_after,
        check_name="is_current",
        asset_key=name,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"detail": detail},
    )


def assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """One asset for each enabled upstream, and the journal of all requests."""
    names = enabled(settings, *FETCHERS)

    @dg.asset(**describe(FETCHES), deps=names, check_specs=check_specs(FETCHES))
    @keep_last_good(FETCHES)
    def fetches(lake: dg.ResourceParam[Lake], answers: dg.ResourceParam[Answers]) -> Results:
        """The journal of every request."""
        rows = answers.archive().journal()
        yield from audit(FETCHES, rows)
        lake.write(FETCHES, rows)
        yield dg.MaterializeResult(metadata=row_count(rows.height))

    return [*(_upstream_asset(FETCHERS[name], settings) for name in names), fetches]
