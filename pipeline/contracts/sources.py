"""Sources of data: bundled files, the user's files, and upstreams.

Belongs here: name, URL, licence, cadence and lag of files, and fetch times. Does not: records of upstreams (`upstreams.py`).
"""

from datetime import datetime, time, timedelta
from typing import Any

from pipeline.contracts.model import Source
from pipeline.contracts.upstreams import UPSTREAMS, Upstream

#: Fetch times in UTC: once a day, when yesterday's articles are complete, and every hour for feeds.
DAILY_FETCH_TIME = time(5, 30)
HOURLY_FETCH_MINUTE = 10

#: The state of a source (`tension sources`) counts requests of this many days.
RECENT_DAYS = 7

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            "articles",
            "Article files",
            "",
            "the publisher's; text stays in the lake and is never published",
            "depends on the files",
            "none; late articles are read within a look-back window",
        ),
        Source(
            "sample",
            "Bundled sample of invented articles about public facts of 2025",
            "https://github.com/trade-tension/trade-tension-index",
            "Apache-2.0",
            "fixed: 2025-01-20 to 2025-11-30",
            "none",
        ),
        Source(
            "census_flows",
            "US Census Bureau: U.S. Trade in Goods with China (c5700), also as FRED IMPCH and EXPCH; its International Trade API",
            "https://www.census.gov/foreign-trade/balance/c5700.html",
            "public domain (work of the United States government)",
            "monthly; the three years before are revised every June",
            "about five weeks after the end of the month; 35 days are assumed where neither the file nor the list of releases has the day",
        ),
        Source(
            "tariff_trackers",
            "trade-war-redux-2025 (import-weighted US rates) and tradewar-tracker (plain HS6 means, 2018 to 2020)",
            "https://github.com/tradewartracker/trade-war-redux-2025",
            "MIT; the rates are facts",
            "at each change of rate",
            "published on the day the rate takes effect",
        ),
        Source(
            "commitments",
            "Purchase commitments: Economic and Trade Agreement of 15 January 2020 (USTR); White House fact sheet of 1 November 2025",
            "https://ustr.gov/countries-regions/china-mongolia-taiwan/peoples-republic-china/phase-one-trade-agreement/text",
            "public domain (works of the United States government); the amounts are facts",
            "at each agreement",
            "none",
        ),
        Source(
            "measure_acts",
            "Official acts on trade measures, collected for this project; each row names its journal or announcement",
            "https://github.com/trade-tension/trade-tension-index",
            "Apache-2.0; the acts are facts",
            "with new versions of this project",
            "each row says through which day the acts of its actor were looked up",
        ),
        *UPSTREAMS.values(),
    )
}


def next_fetch_at(upstream: Upstream[Any] | None, now: datetime) -> datetime:
    """Return the time of an upstream's next scheduled fetch after `now` (UTC).

    Upstreams with `is_fetched_hourly` are fetched each hour at `HOURLY_FETCH_MINUTE`, all others each day at `DAILY_FETCH_TIME`. Files
    (`upstream` None) are read at `DAILY_FETCH_TIME`, too. If `now` is exactly such a time, the result is an hour or a day later.
    """
    if upstream and upstream.is_fetched_hourly:
        first, step = now.replace(minute=HOURLY_FETCH_MINUTE, second=0, microsecond=0), timedelta(hours=1)
    else:
        first, step = datetime.combine(now.date(), DAILY_FETCH_TIME, now.tzinfo), timedelta(days=1)
    return first if first > now else first + step
