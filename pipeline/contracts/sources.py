"""Where facts come from. The news itself is whatever the user gives; the trade figures are bundled facts, each with its source."""

from pipeline.contracts.model import Source

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
            "rss",
            "RSS and Atom feeds of outlets, as named in the settings",
            "",
            "each outlet's; text is kept in the lake and never published",
            "asked at each fetch; a feed holds its newest items only, so what left it between two fetches is never seen",
            "minutes to hours",
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
            "US Census Bureau, U.S. Trade in Goods with China (c5700), also as FRED IMPCH and EXPCH",
            "https://www.census.gov/foreign-trade/balance/c5700.html",
            "public domain (work of the United States government)",
            "monthly",
            "about five weeks after the month's end; set to 35 days where the file gives no day of release",
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
    )
}
