"""Assets of enabled upstreams, and the journal of all requests.

If requests fail, the check `answered` fails, earlier responses stay, and everything downstream continues with the stored data.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import dagster as dg

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.raw import FETCHES
from pipeline.defs.checks import Results, audit, check_specs, write_changed
from pipeline.defs.metadata import describe, row_count
from pipeline.defs.partitions import by_day, run_days
from pipeline.defs.side_tables import keep_last_good
from pipeline.defs.unchanged import StoredResults
from pipeline.settings import Settings
from pipeline.sources.http.archive import Archive
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FAILED_OUTCOMES, FetchResult
from pipeline.sources.registry import FETCHERS, Fetcher
from pipeline.warehouse.lake import Lake

#: Name of the check of each upstream that no request failed; its metadata count the requests by outcome.
ANSWERED = "answered"
_PROBLEMS_SHOWN = 12
_MOST_PROBLEMS = 200  # the table `fetches` has all


def enabled_upstreams(settings: Settings, *names: str) -> list[str]:
    """Return those of some upstreams that the settings enable.

    They are the dependencies of an asset that reads their responses.
    """
    return [name for name in names if name in settings.sources.on]


def by_day_if_enabled(settings: Settings, name: str) -> dict[str, Any]:
    """Return the arguments of an asset that reads the upstream `name`.

    The asset has daily partitions while the upstream is enabled, else none. A partitioned asset adds two events per day to the log, too
    much for a table that stays empty.
    """
    return by_day(settings) if name in settings.sources.on else {}


def skip_disabled(lake: Lake, name: str, *tables: Table) -> Results:
    """Yield checks and materializations of a disabled upstream's tables.

    The tables are checked as if they were empty; stored data stays. `name`: the upstream.
    """
    for table in tables:
        stored = StoredResults(lake, f"{table.name}-without-upstream", (), (), {})
        results = stored.load()
        if results is None:
            results = list(audit(table, table.empty()))
            stored.save(results)
        yield from results
        yield dg.MaterializeResult(asset_key=table.name, metadata={"rows in this run": 0, "upstream": f"{name} is off"})


def _build_upstream_asset(fetcher: Fetcher[Any], settings: Settings) -> dg.AssetsDefinition:
    """Build the asset that fetches one upstream, with its two checks.

    `answered` fails as a warning if a request failed or was refused, or a response is unreadable (`Fetcher.explain_unreadable`).
    `is_current` fails as an error if there is no data, or its newest day is more than the upstream's `late_after_days` before today (or
    before the last day of the settings, if earlier).
    """
    upstream = fetcher.upstream
    late_after = timedelta(days=upstream.late_after_days)

    @dg.asset(
        name=upstream.name,
        group_name="raw",
        kinds={"http"},
        description=f"{upstream.title}: the responses, stored as received.\n\nCadence: {upstream.cadence}. Licence: {upstream.licence}.",
        metadata={"url": upstream.url, "cadence": upstream.cadence, "lag": upstream.release_lag},
        **(by_day(settings) if upstream.is_fetched_by_day else {}),
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2)),
        check_specs=[
            dg.AssetCheckSpec(
                ANSWERED,
                asset=upstream.name,
                description="no request failed, and responses that are not about one day can be read; items that the upstream does not "
                "have are counted as missing",
            ),
            dg.AssetCheckSpec(
                "is_current",
                asset=upstream.name,
                description=f"its newest data are at most {late_after.days} days old today, or on the settings' last day if that is past",
            ),
        ],
    )
    def upstream_asset(context: dg.AssetExecutionContext) -> Results:
        """Fetch the days of the run, and report both checks.

        For an upstream that is not fetched by day, these are all days of the settings, at most until today. Feeds are fetched as they are
        now.
        """
        due = min(clock.today(), settings.end or clock.today())  # data that reaches a past last day is not late
        window = run_days(context) if upstream.is_fetched_by_day else Days(settings.first_day, max(settings.first_day, due))
        with Client(Archive(settings.payloads), settings.sources.network) as client:
            outcomes, problems = _count_outcomes(context, fetcher, fetcher.fetch(client, settings, window))
            newest = fetcher.find_newest_day(client.archive, due)
        yield _report_answered(upstream.name, outcomes, problems)
        yield _report_is_current(upstream.name, newest, due, late_after)
        yield dg.MaterializeResult(metadata={**outcomes, "newest day of its data": str(newest)})

    assert isinstance(upstream_asset, dg.AssetsDefinition)
    return upstream_asset


def _count_outcomes(
    context: dg.AssetExecutionContext, fetcher: Fetcher[Any], fetched: Iterable[FetchResult]
) -> tuple[Counter[str], list[str]]:
    """Count the outcomes of requests, and log and list the problems.

    Problems are failures and unreadable responses, such as a web page instead of a feed; at most 200 are logged and listed. An item that
    the upstream does not have is no problem; it is counted as missing.
    """
    outcomes: Counter[str] = Counter()
    problems: list[str] = []
    for one in fetched:
        outcomes[one.outcome] += 1
        problem = (
            f"{one.request.item} {one.outcome}: {one.detail}" if one.outcome in FAILED_OUTCOMES else fetcher.explain_unreadable(one.payload)
        )
        if problem and len(problems) < _MOST_PROBLEMS:
            problems.append(problem)
            context.log.warning("%s", problem)
    return outcomes, problems


def _report_answered(name: str, outcomes: Counter[str], problems: list[str]) -> dg.AssetCheckResult:
    """Return the result of `answered`, with the first twelve problems.

    It fails, as a warning, if there are any. `name`: the upstream; `outcomes`: number of requests by outcome; `problems`: a text for each
    failed request or unreadable response, at most 200.
    """
    count = max(len(problems), sum(outcomes[one] for one in FAILED_OUTCOMES))
    more = f"; and {count - _PROBLEMS_SHOWN} more" if count > _PROBLEMS_SHOWN else ""
    metadata: dict[str, Any] = {**outcomes, "detail": "; ".join(problems[:_PROBLEMS_SHOWN]) + more}
    return dg.AssetCheckResult(
        passed=not problems, check_name=ANSWERED, asset_key=name, severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )


def _report_is_current(name: str, newest: date | None, due: date, late_after: timedelta) -> dg.AssetCheckResult:
    """Return the result of `is_current`, which fails without recent data.

    `newest`: the newest day of the data of upstream `name`, None without any. It must be at most `late_after` before `due`: today, or the
    last day of the settings if that is earlier.
    """
    detail = "no data yet" if newest is None else f"the newest data are of {newest}, {(due - newest).days} days before {due}"
    return dg.AssetCheckResult(
        passed=newest is not None and due - newest <= late_after,
        check_name="is_current",
        asset_key=name,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"detail": detail},
    )


def assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return one asset per enabled upstream, and always the journal of requests."""
    names = enabled_upstreams(settings, *FETCHERS)

    @dg.asset(**describe(FETCHES), deps=names, check_specs=check_specs(FETCHES))
    @keep_last_good(FETCHES)
    def fetches(lake: dg.ResourceParam[Lake]) -> Results:
        """Copy the journal of all requests into the lake."""
        rows = Archive(settings.payloads).journal()
        yield from write_changed(lake, FETCHES, rows)
        yield dg.MaterializeResult(metadata=row_count(rows.height))

    return [*(_build_upstream_asset(FETCHERS[name], settings) for name in names), fetches]
