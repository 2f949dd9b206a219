"""Upstreams that are on: one asset each, whose material is the archive of what it answered; and the journal of all requests.

An upstream that fails degrades the run: its checks fail, what it gave stands, and everything downstream goes on with what there is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.sources import SOURCES
from pipeline.contracts.tables.raw import FETCHES
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import counted, describe
from pipeline.defs.partitions import DAYS, DAYS_AT_ONCE, days, today
from pipeline.defs.resources import LakeResource, UpstreamsResource
from pipeline.settings import current
from pipeline.sources.payloads import ANSWERED, Fetched
from pipeline.sources.upstreams import UPSTREAMS, Upstream, newest_day

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
_PROBLEMS_SHOWN = 12
_PROBLEMS_TOLD = 200  # the others stand in `fetches`


def on(*names: str) -> list[str]:
    """Those of these upstreams that are on: what an asset that reads their answers depends on."""
    return [name for name in names if name in current().sources.on]


def read_by_day(name: str) -> dict[str, Any]:
    """Arguments of an asset that is made from one upstream's answers: by day while that is on, else one step that leaves all as it is.

    A daily asset costs a run two events a day, which is much for a table that holds nothing.
    """
    return {"partitions_def": DAYS, "backfill_policy": DAYS_AT_ONCE} if on(name) else {}


def left_as_it_is(name: str, *tables: Table) -> Results:
    """What such an asset does while its upstream is off: its promises hold of nothing new, and what was made before stands."""
    for table in tables:
        yield from audit(table, table.empty())
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": 0, "upstream": f"{name} is off"})


def _asset(upstream: Upstream) -> dg.AssetsDefinition:
    source = SOURCES[upstream.name]
    late_after = timedelta(days=source.late_after_days or 0)

    @dg.asset(
        name=upstream.name,
        group_name="raw",
        kinds={"http"},
        description=f"{source.title}: what it answered, as it came.\n\nCadence: {source.cadence}. Licence: {source.licence}.",
        metadata={"url": source.url, "cadence": source.cadence, "lag": source.release_lag},
        partitions_def=DAYS if upstream.is_by_day else None,
        backfill_policy=DAYS_AT_ONCE if upstream.is_by_day else None,
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
    def archived(context: dg.AssetExecutionContext, upstreams: UpstreamsResource) -> Results:
        window = days(context) if upstream.is_by_day else Days(current().first_day, max(current().first_day, _due()))
        with upstreams.open() as client:
            outcomes, problems = _told(context, upstream.fetch(client, current(), window))
            newest = newest_day(upstream, client.archive, _due())
        yield _answered(upstream.name, outcomes, problems)
        yield _is_current(upstream.name, newest, late_after)
        yield dg.MaterializeResult(metadata={**outcomes, "newest day of its data": str(newest)})

    assert isinstance(archived, dg.AssetsDefinition)
    return archived


def _told(context: dg.AssetExecutionContext, fetched: Iterable[Fetched]) -> tuple[Counter[str], list[str]]:
    """How often each outcome came, and what is to be told of failures, each logged as it comes.

    What an upstream does not have is no failure of asking: it is counted, stands in `fetches`, and is shown as missing where it is missed.
    """
    outcomes: Counter[str] = Counter()
    problems: list[str] = []
    for one in fetched:
        outcomes[one.outcome] += 1
        if one.outcome not in (*ANSWERED, "missing") and len(problems) < _PROBLEMS_TOLD:
            problems.append(f"{one.request.item} {one.outcome}: {one.detail}")
            context.log.warning("%s", problems[-1])
    return outcomes, problems


def _answered(name: str, outcomes: Counter[str], problems: list[str]) -> dg.AssetCheckResult:
    more = f"; and {count - _PROBLEMS_SHOWN} more" if (count := outcomes["failed"] + outcomes["refused"]) > _PROBLEMS_SHOWN else ""
    told: dict[str, Any] = {**outcomes, "detail": "; ".join(problems[:_PROBLEMS_SHOWN]) + more}
    return dg.AssetCheckResult(
        passed=not problems, check_name="answered", asset_key=name, severity=dg.AssetCheckSeverity.WARN, metadata=told
    )


def _due() -> date:
    """Today, or the end of the days that are read where that is earlier: an archive of a closed span is not late."""
    return min(today(), current().end or today())


def _is_current(name: str, newest: date | None, late_after: timedelta) -> dg.AssetCheckResult:
    due = _due()
    told = "no data yet" if newest is None else f"its data reach {newest}, {(due - newest).days} days before {due}"
    return dg.AssetCheckResult(
        passed=newest is not None and due - newest <= late_after,
        check_name="is_current",
        asset_key=name,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"detail": told},
    )


assets = [_asset(UPSTREAMS[name]) for name in current().sources.on]


@dg.asset(**describe(FETCHES), deps=list(current().sources.on), check_specs=check_specs(FETCHES))
def fetches(lake: LakeResource, upstreams: UpstreamsResource) -> Results:
    """The journal of everything that was asked."""
    rows = upstreams.archive().journal()
    yield from audit(FETCHES, rows)
    lake.open().write(FETCHES, rows)
    yield dg.MaterializeResult(metadata=counted(rows.height))
