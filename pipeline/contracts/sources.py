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
            "comtrade",
            "UN Comtrade, monthly trade in goods",
            "https://comtradeplus.un.org/",
            "the United Nations' policy on use and re-dissemination: figures may be used with their source; larger extracts need its leave",
            "as reporters deliver, revised without notice",
            "two to three months after the month's end; set to 90 days, or the day of the first answer that held the figure",
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
