"""Where facts come from: what is bundled, what the user gives, and the upstreams that are fetched when they are switched on by name.

Belongs here: name, address, licence, cadence and lag of each. Does not: how one is asked (`pipeline/sources`), or what is asked of it
(`pipeline/settings/upstreams.py`).
"""

from datetime import datetime, time, timedelta

from pipeline.contracts.model import Source

#: When schedules ask, in UTC: every morning after the papers of the day before are complete, and feeds every hour.
DAILY_AT = time(5, 30)
HOURLY_AT_MINUTE = 10

#: How many days of asking the accounts of a source look back on.
RECENT_DAYS = 7

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            "articles",
            "Article files",
            "",
            "the publisher's; text is kept in the lake and never published",
            "as given by the user",
            "none; late articles are taken up by a look-back window",
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
            "US Census Bureau: U.S. Trade in Goods with China (c5700), also as FRED IMPCH and EXPCH; its international trade interface",
            "https://www.census.gov/foreign-trade/balance/c5700.html",
            "public domain (work of the United States government)",
            "monthly; the three years before are revised every June",
            "about five weeks after the month's end; set to 35 days where neither the file nor the list of releases has the day",
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
            "rss",
            "RSS and Atom feeds of the outlets that the user names",
            "",
            "the publisher's; text is kept in the lake and never published",
            "whenever an outlet publishes; a feed holds its newest items only, so it is asked every hour",
            "minutes",
            is_asked_hourly=True,
            late_after_days=2,
        ),
        Source(
            "gdelt",
            "The GDELT Project, GDELT 2.0 Event Database and Global Knowledge Graph",
            "https://www.gdeltproject.org/",
            "unlimited use with attribution; headlines belong to their publishers and stay in the lake",
            "every 15 minutes",
            "about 15 minutes; some quarters of an hour never come",
            late_after_days=1,
        ),
        Source(
            "federal_register",
            "Federal Register of the United States",
            "https://www.federalregister.gov/developers/documentation/api/v1",
            "public domain (work of the United States government)",
            "every business day at about 08:45 Eastern",
            "none; the day of publication is the day of the document",
            late_after_days=5,
        ),
        Source(
            "census",
            "US Census Bureau, International Trade (imports and exports by HS)",
            "https://www.census.gov/data/developers/data-sets/international-trade.html",
            "public domain (work of the United States government)",
            "monthly, at 08:30 Eastern on the day of release of FT-900; revised each June",
            "about five weeks after the month's end",
            late_after_days=75,
        ),
        Source(
            "comtrade",
            "UN Comtrade",
            "https://comtradeplus.un.org/",
            "the United Nations' policy on use and re-dissemination: figures may be used with their source; larger extracts need its leave",
            "as reporters deliver, revised without notice",
            "two to three months after the month's end; set to 90 days, or the day of the first answer that held the figure",
            late_after_days=200,
        ),
    )
}


def next_asked_at(source: Source | None, now: datetime) -> datetime:
    """When the schedule reads a source next after `now` (UTC), while it is switched on; of files (None) with the daily run."""
    if source and source.is_asked_hourly:
        first, step = now.replace(minute=HOURLY_AT_MINUTE, second=0, microsecond=0), timedelta(hours=1)
    else:
        first, step = datetime.combine(now.date(), DAILY_AT, now.tzinfo), timedelta(days=1)
    return first if first > now else first + step
