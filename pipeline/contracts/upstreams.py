"""The upstreams that can be fetched: for each one record of what it is, what can be set, and which rows of the lake are its.

Belongs here: everything that is known of an upstream without asking it; settings, documents, assets and counts are derived from it.
Does not: requests and answers (`pipeline/sources`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from pipeline.contracts.customs import CENSUS_PARTNERS, COMTRADE_AREAS
from pipeline.contracts.model import Source, Table
from pipeline.contracts.tables.crosscheck import GDELT_EVENTS
from pipeline.contracts.tables.official import RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^/@\s]+(?:/\S*)?$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
HsCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,10}$")]
Products = dict[str, tuple[HsCode, ...]]

_COMTRADE_DIGITS = frozenset({2, 4, 6})


class Group(BaseModel):
    """A group of settings. Errors do not show the input: a key may be next to the mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


G = TypeVar("G", bound=Group)


@dataclass(frozen=True)
class Holding:
    """Rows of the lake that come from an upstream: those of `table` for which the expression `rows` is true."""

    table: Table
    rows: pl.Expr


@dataclass(frozen=True, kw_only=True)
class Upstream(Source, Generic[G]):
    """A source that is fetched when its name is in `sources.on`.

    `settings`: model of its group `sources.<name>`; one with a field `key` also reads the variable `key_variable`.
    `is_asked_hourly`: it holds its newest items only; the others are asked in the daily run.
    `is_by_day`: an answer is about one day, so days can be fetched again; the others give what they hold now, or months.
    `late_after_days`: age of its newest data from which somebody should look.
    The last five are for the documentation: what it contains, which tables show it, and how it is asked.
    """

    settings: type[G]
    holdings: tuple[Holding, ...]
    late_after_days: int
    is_asked_hourly: bool = False
    is_by_day: bool = False
    content: str
    shown_in: str
    requests: str
    repeated: str
    final: str

    @property
    def key_variable(self) -> str | None:
        """The environment variable that gives its key; None where it needs none."""
        return f"TENSION_{self.name}_key".upper() if "key" in self.settings.model_fields else None


class Feed(Group):
    """One RSS or Atom feed."""

    name: str = Field(min_length=1, max_length=120, description="outlet whose feed it is: the source of its articles")
    url: Url


class RssSettings(Group):
    """RSS and Atom feeds."""

    feeds: tuple[Feed, ...] = Field((), description="tables of `name` (the outlet: source of its articles) and `url`")


class GdeltSettings(Group):
    """GDELT 2.0 in its quarter-hourly files."""

    base_url: Url = Field("https://data.gdeltproject.org/gdeltv2/", description="address of the files and the master list")
    files: tuple[Literal["events", "articles"], ...] = Field(
        ("events", "articles"), description="`events`: a series to check against; `articles`: titles, outlets and links (GKG)"
    )
    outlets: tuple[str, ...] = Field(
        (), description="domains whose articles are taken, such as `reuters.com`, with their subdomains; none: all"
    )
    master_list: bool = Field(
        False, description="fetch once a day the list of all files (over 100 MB), to know which exist and to check sizes and MD5"
    )


class FederalRegisterSettings(Group):
    """Documents of the Federal Register of the United States."""

    base_url: Url = Field("https://www.federalregister.gov/api/v1/", description="address of its API")
    agencies: tuple[str, ...] = Field(
        (
            "trade-representative-office-of-united-states",
            "industry-and-security-bureau",
            "international-trade-administration",
            "international-trade-commission",
            "u-s-customs-and-border-protection",
            "executive-office-of-the-president",
        ),
        description="agencies whose documents are requested, by the Register's own short names",
    )


def _require_codes(products: Products) -> Products:
    """`ValueError` where a product has no name or no codes: it would be taken for all goods."""
    if any(not name.strip() or not codes for name, codes in products.items()):
        raise ValueError("a product needs a name and at least one HS code")
    return products


class CensusSettings(Group):
    """International trade of the US Census Bureau."""

    base_url: Url = Field("https://api.census.gov/data/timeseries/intltrade/", description="address of its API")
    key: SecretStr | None = Field(None, description="key of its API; without one it answers with a web page, which counts as failed")
    partners: tuple[Country, ...] = Field(
        ("CHN",), description="partners of the United States, of those in `pipeline/contracts/customs.py`"
    )
    products: Products = Field(
        {}, description='product to the HS codes that make it, such as `steel = ["72"]`; all goods are always requested'
    )

    @field_validator("partners")
    @classmethod
    def _partners(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [code for code in given if code not in CENSUS_PARTNERS]
        if unknown:
            raise ValueError(
                f"the Census Bureau's codes of {', '.join(unknown)} are unknown; take {', '.join(CENSUS_PARTNERS)}, or add them "
                f"to pipeline/contracts/customs.py"
            )
        return tuple(dict.fromkeys(given))

    @field_validator("products")
    @classmethod
    def _products(cls, given: Products) -> Products:
        return _require_codes(given)


class ComtradeSettings(Group):
    """UN Comtrade."""

    base_url: Url = Field("https://comtradeapi.un.org/data/v1/get/", description="address of its API")
    key: SecretStr | None = Field(None, description="key of its API; a free one allows 500 requests a day")
    pairs: tuple[str, ...] = Field((), description="reporter and partner, such as `CHN-USA`: in this order")
    products: Products = Field({}, description="as for `census`; codes of 2, 4 or 6 digits")

    @field_validator("pairs")
    @classmethod
    def _pairs(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for pair in given:
            reporter, _, partner = pair.partition("-")
            if reporter == partner or reporter not in COMTRADE_AREAS or partner not in COMTRADE_AREAS:
                raise ValueError(
                    f"{pair[:20]!r} is no reporter and partner; write two of {', '.join(COMTRADE_AREAS)} with a hyphen, such as CHN-USA, "
                    f"or add their codes to pipeline/contracts/customs.py"
                )
        return tuple(dict.fromkeys(given))

    @field_validator("products")
    @classmethod
    def _products(cls, given: Products) -> Products:
        long = [f"{name} ({code})" for name, codes in given.items() for code in codes if len(code) not in _COMTRADE_DIGITS]
        if long:
            raise ValueError(f"UN Comtrade knows HS codes of 2, 4 and 6 digits, so these cannot be asked for: {', '.join(long)}")
        return _require_codes(given)


def _articles_of(name: str) -> Holding:
    """Articles from answers: their rows are named `<upstream>/<feed or file>#1`. All others are rows of article files."""
    return Holding(RAW_ARTICLES, pl.col("raw_id").str.contains(rf"^{name}/.*[0-9a-zA-Z]#[0-9]+$"))


def _figures_of(name: str) -> Holding:
    return Holding(RAW_TRADE_FLOWS, pl.col("origin") == name)


RSS = Upstream(
    name="rss",
    title="RSS and Atom feeds of the outlets that the user names",
    url="",
    licence="the publisher's; text is kept in the lake and never published",
    cadence="whenever an outlet publishes; a feed holds its newest items only, so it is asked every hour",
    release_lag="minutes",
    settings=RssSettings,
    holdings=(_articles_of("rss"),),
    late_after_days=2,
    is_asked_hourly=True,
    content="RSS and Atom feeds of the outlets that you name, every hour",
    shown_in="articles",
    requests="each feed of `sources.rss.feeds`, conditionally",
    repeated="every hour by the schedule `rss`, and in every run; a feed gives what it holds now, whatever the days",
    final="never",
)
GDELT = Upstream(
    name="gdelt",
    title="The GDELT Project, GDELT 2.0 Event Database and Global Knowledge Graph",
    url="https://www.gdeltproject.org/",
    licence="unlimited use with attribution; headlines belong to their publishers and stay in the lake",
    cadence="every 15 minutes",
    release_lag="about 15 minutes; some quarters of an hour never come",
    settings=GdeltSettings,
    holdings=(_articles_of("gdelt"), Holding(GDELT_EVENTS, pl.lit(True))),
    late_after_days=1,
    is_by_day=True,
    content="GDELT 2.0, every quarter of an hour: headlines and links of web pages (no texts); events between states",
    shown_in="articles; `gdelt_daily`",
    requests="two files for each quarter of an hour, by name: 192 a day, some 400 MB",
    repeated="the days of the run",
    final="a file that came whole; a missing one is asked for again",
)
FEDERAL_REGISTER = Upstream(
    name="federal_register",
    title="Federal Register of the United States",
    url="https://www.federalregister.gov/developers/documentation/api/v1",
    licence="public domain (work of the United States government)",
    cadence="every business day at about 08:45 Eastern",
    release_lag="none; the day of publication is the day of the document",
    settings=FederalRegisterSettings,
    holdings=(Holding(RAW_OFFICIAL_DOCUMENTS, pl.lit(True)),),
    late_after_days=5,
    is_by_day=True,
    content="documents of the United States' journal, each business day",
    shown_in="`official_signals`",
    requests="the documents of each day and the agencies, up to 1,000 a page",
    repeated="the days of the run",
    final="a day asked about 30 days after it, or later",
)
CENSUS = Upstream(
    name="census",
    title="US Census Bureau, International Trade (imports and exports by HS)",
    url="https://www.census.gov/data/developers/data-sets/international-trade.html",
    licence="public domain (work of the United States government)",
    cadence="monthly, at 08:30 Eastern on the day of release of FT-900; revised each June",
    release_lag="about five weeks after the month's end",
    settings=CensusSettings,
    holdings=(_figures_of("census"),),
    late_after_days=75,
    content="US imports and exports by partner and HS code, with duties, monthly; needs a key",
    shown_in="`trade_flows`, `flow_revisions`",
    requests="a table for each partner, imports and exports, all goods and each product, and each calendar year from three before "
    "the run's first day",
    repeated="this year and the last in every run, earlier ones every 30 days",
    final="a year from the September of the third year after it, once its last June is over",
)
COMTRADE = Upstream(
    name="comtrade",
    title="UN Comtrade",
    url="https://comtradeplus.un.org/",
    licence="the United Nations' policy on use and re-dissemination: figures may be used with their source; larger extracts need its leave",
    cadence="as reporters deliver, revised without notice",
    release_lag="two to three months after the month's end; set to 90 days, or the day of the first answer that held the figure",
    settings=ComtradeSettings,
    holdings=(_figures_of("comtrade"),),
    late_after_days=200,
    content="trade of any pair by HS code, monthly; needs a key",
    shown_in="`trade_flows`, where neither census nor a file has the series; `flow_revisions`",
    requests="a table for each pair, all goods and each product, and the same years as `census`",
    repeated="as `census`",
    final="as `census`",
)

UPSTREAMS: Mapping[str, Upstream[Any]] = {one.name: one for one in (RSS, GDELT, FEDERAL_REGISTER, CENSUS, COMTRADE)}


def upstreams_of(table: Table) -> list[str]:
    """Names of the upstreams whose answers give rows of a table."""
    return [one.name for one in UPSTREAMS.values() if any(holding.table is table for holding in one.holdings)]
