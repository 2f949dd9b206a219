"""Records of the upstreams: description, settings, and their rows in the lake.

Belongs here: facts from which settings, documents, assets and counts are derived. Does not: requests (`pipeline/sources`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

from pipeline.contracts.customs import CENSUS_PARTNERS, COMTRADE_AREAS
from pipeline.contracts.model import Source, Table
from pipeline.contracts.tables.crosscheck import GDELT_EVENTS
from pipeline.contracts.tables.official import RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS


def _require_form(regex: str, form: str) -> AfterValidator:
    """Build a validator that requires the whole text to match `regex`.

    The error asks for `form`. It does not show the text, because it may contain a password.
    """

    def check(text: str) -> str:
        if not re.fullmatch(regex, text):
            raise ValueError(f"write {form}")
        return text

    return AfterValidator(check)


Url = Annotated[str, _require_form(r"https?://[^/@\s]+(?:/\S*)?", "an http or https URL without user name and password")]


def _clean_key(key: SecretStr) -> SecretStr:
    """Return an API key without white space around it.

    Raises `ValueError` for characters that no HTTP header may have: an HTTP client would show the key in its error.
    """
    text = key.get_secret_value().strip()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("the key has a line break or a character that no key has; copy it again")
    return SecretStr(text)


ApiKey = Annotated[SecretStr, AfterValidator(_clean_key)]
Country = Annotated[str, _require_form(r"[A-Z]{3}", "an ISO alpha-3 code, e.g. CHN")]
HsCode = Annotated[str, _require_form(r"[0-9]{2,10}", 'an HS code of 2 to 10 digits as text, e.g. "1201"')]


def _require_codes(products: dict[str, tuple[HsCode, ...]]) -> dict[str, tuple[HsCode, ...]]:
    """Raise `ValueError` for a product without name or codes.

    Such a product would be read as all goods. A name of blanks only is none. Valid products are returned unchanged.
    """
    if any(not name.strip() or not codes for name, codes in products.items()):
        raise ValueError("a product needs a name and at least one HS code")
    return products


def _to_domain(text: str) -> str:
    """Return a domain as GDELT writes it: in lower case, without `www.`.

    Raises `ValueError` for other text, e.g. a URL or a name without a dot.
    """
    domain = text.strip().lower().removeprefix("www.")
    if not re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", domain):
        raise ValueError("write a domain, e.g. reuters.com, not a name or URL")
    return domain


Domain = Annotated[str, AfterValidator(_to_domain)]
Products = Annotated[dict[str, tuple[HsCode, ...]], AfterValidator(_require_codes)]

_CENSUS_DIGITS, _COMTRADE_DIGITS = frozenset({2, 4, 6, 10}), frozenset({2, 4, 6})


def _find_other_lengths(products: Products, digits: frozenset[int]) -> str:
    """List the codes whose number of digits is not in `digits`.

    They are one text for an error, e.g. `steel (72061), soy (120)`; empty if there are none.
    """
    return ", ".join(f"{name} ({code})" for name, codes in products.items() for code in codes if len(code) not in digits)


class SettingsGroup(BaseModel):
    """Group of settings, which cannot be changed.

    A field that the model does not have is an error. Errors do not show the input, because it may contain a key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


G = TypeVar("G", bound=SettingsGroup)


@dataclass(frozen=True)
class Holding:
    """Rows of `table` from an upstream: those where `rows` is true."""

    table: Table
    rows: pl.Expr


@dataclass(frozen=True, kw_only=True)
class Upstream(Source, Generic[G]):
    """Source that is fetched when its name is in `sources.on`.

    `settings`: model of the group `sources.<name>`; a field `key` is also read from the variable `key_variable`.
    `needs`: the field of `settings` without whose values nothing is requested, if there is one.
    `is_fetched_hourly`: it serves its newest items only, so it is fetched every hour and in runs; other upstreams are fetched in runs only.
    `is_fetched_by_day`: a response is about one day, so single days can be fetched again.
    `late_after_days`: age of its newest data after which it is reported as late.
    `content`, `shown_in`, `requests`, `frequency` and `final_when` are for the documentation.
    """

    settings: type[G]
    holdings: tuple[Holding, ...]
    late_after_days: int
    needs: str | None = None
    is_fetched_hourly: bool = False
    is_fetched_by_day: bool = False
    content: str
    shown_in: str
    requests: str
    frequency: str
    final_when: str

    @property
    def key_variable(self) -> str | None:
        """Name of the environment variable with its API key.

        None if `settings` has no field `key`.
        """
        return f"TENSION_{self.name}_key".upper() if "key" in self.settings.model_fields else None


class Feed(SettingsGroup):
    """RSS or Atom feed."""

    name: str = Field(min_length=1, max_length=120, pattern=r"^[^\p{Cc}]*$", description="outlet of the feed: the source of its articles")
    url: Url


class RssSettings(SettingsGroup):
    """RSS and Atom feeds."""

    feeds: tuple[Feed, ...] = Field((), description="list of tables with `name` (the outlet) and `url`")


class GdeltSettings(SettingsGroup):
    """GDELT 2.0, read from its 15-minute files."""

    base_url: Url = Field("https://data.gdeltproject.org/gdeltv2/", description="URL of the files and the master list")
    files: tuple[Literal["events", "articles"], ...] = Field(
        ("events", "articles"), description="`events`: a cross-check of the index; `articles`: titles, outlets and links (GKG)"
    )
    outlets: tuple[Domain, ...] = Field(
        (), description="domains whose articles are read, with their subdomains, e.g. `reuters.com`; none: all"
    )
    master_list: bool = Field(
        False, description="fetch the list of all files (over 100 MB) once a day, to know which exist and to check sizes and MD5"
    )


class FederalRegisterSettings(SettingsGroup):
    """Documents of the Federal Register of the United States."""

    base_url: Url = Field("https://www.federalregister.gov/api/v1/", description="URL of the API")
    agencies: tuple[str, ...] = Field(
        (
            "trade-representative-office-of-united-states",
            "industry-and-security-bureau",
            "international-trade-administration",
            "international-trade-commission",
            "u-s-customs-and-border-protection",
            "executive-office-of-the-president",
        ),
        description="agencies whose documents are requested, by the Register's short names",
    )


class CensusSettings(SettingsGroup):
    """International trade of the US Census Bureau."""

    base_url: Url = Field("https://api.census.gov/data/timeseries/intltrade/", description="URL of the API")
    key: ApiKey | None = Field(None, description="API key; without one, requests fail")
    partners: tuple[Country, ...] = Field(("CHN",), description="partners of the United States; those in `pipeline/contracts/customs.py`")
    products: Products = Field({}, description='HS codes of each product, e.g. `steel = ["72"]`; all goods are always requested')

    @field_validator("partners")
    @classmethod
    def _check_partners(cls, partners: tuple[str, ...]) -> tuple[str, ...]:
        """Raise `ValueError` for a country without a known code; drop repetitions."""
        unknown = [code for code in partners if code not in CENSUS_PARTNERS]
        if unknown:
            raise ValueError(
                f"no Census Bureau code is known for {', '.join(unknown)}; use {', '.join(CENSUS_PARTNERS)}, or add the code "
                f"to pipeline/contracts/customs.py"
            )
        return tuple(dict.fromkeys(partners))

    @field_validator("products")
    @classmethod
    def _check_products(cls, products: Products) -> Products:
        if others := _find_other_lengths(products, _CENSUS_DIGITS):
            raise ValueError(f"the Census Bureau has HS codes of 2, 4, 6 and 10 digits only, so these cannot be fetched: {others}")
        return products


class ComtradeSettings(SettingsGroup):
    """UN Comtrade."""

    base_url: Url = Field("https://comtradeapi.un.org/data/v1/get/", description="URL of the API")
    key: ApiKey | None = Field(None, description="API key; a free one allows 500 requests a day")
    pairs: tuple[str, ...] = Field((), description="reporter and partner in this order, e.g. `CHN-USA`")
    products: Products = Field({}, description="as for `census`; codes of 2, 4 or 6 digits")

    @field_validator("pairs")
    @classmethod
    def _check_pairs(cls, pairs: tuple[str, ...]) -> tuple[str, ...]:
        """Raise `ValueError` unless each names two different known areas; drop repetitions."""
        for pair in pairs:
            reporter, _, partner = pair.partition("-")
            if reporter == partner or reporter not in COMTRADE_AREAS or partner not in COMTRADE_AREAS:
                raise ValueError(
                    f"{pair[:20]!r} is not a reporter and a partner; write two of {', '.join(COMTRADE_AREAS)} with a hyphen, e.g. CHN-USA, "
                    f"or add their codes to pipeline/contracts/customs.py"
                )
        return tuple(dict.fromkeys(pairs))

    @field_validator("products")
    @classmethod
    def _check_products(cls, products: Products) -> Products:
        if others := _find_other_lengths(products, _COMTRADE_DIGITS):
            raise ValueError(f"UN Comtrade has HS codes of 2, 4 and 6 digits only, so these cannot be fetched: {others}")
        return products


def _article_rows(response: str) -> Holding:
    """Select the raw articles that were fetched from an upstream.

    `response`: regular expression of the names of its responses; an article's `raw_id` is `<response>#<row>`. It must not match the
    `raw_id` of a user's file, which begins with the folder's name if several files have one name: `rss/news.csv#1`.
    """
    return Holding(RAW_ARTICLES, pl.col("raw_id").str.contains(f"^{response}#[0-9]+$"))


def _flow_rows(name: str) -> Holding:
    """Select the trade figures that were fetched from an upstream."""
    return Holding(RAW_TRADE_FLOWS, pl.col("origin") == name)


RSS = Upstream(
    name="rss",
    title="RSS and Atom feeds of the outlets that the user names",
    url="",
    licence="the publisher's; text stays in the lake and is never published",
    cadence="whenever an outlet publishes; a feed serves its newest items only, so it is fetched every hour",
    release_lag="minutes",
    settings=RssSettings,
    holdings=(_article_rows("rss/.+/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}"),),
    needs="feeds",
    late_after_days=2,
    is_fetched_hourly=True,
    content="RSS and Atom feeds of the outlets that you name, every hour",
    shown_in="articles",
    requests="each feed of `sources.rss.feeds`, as a conditional request",
    frequency="every hour by the schedule `rss`, and in every run; a feed serves its current items, whatever the days of the run",
    final_when="never",
)
GDELT = Upstream(
    name="gdelt",
    title="The GDELT Project, GDELT 2.0 Event Database and Global Knowledge Graph",
    url="https://www.gdeltproject.org/",
    licence="unlimited use with attribution; headlines belong to their publishers and stay in the lake",
    cadence="every 15 minutes",
    release_lag="about 15 minutes; some 15-minute files never appear",
    settings=GdeltSettings,
    holdings=(_article_rows(r"gdelt/[0-9]{14}\..+\.zip"), Holding(GDELT_EVENTS, pl.lit(True))),
    needs="files",
    late_after_days=1,
    is_fetched_by_day=True,
    content="GDELT 2.0, every 15 minutes: headlines and links of web pages (no texts); events between states",
    shown_in="articles; `gdelt_daily`",
    requests="two files for every 15 minutes, by name: 192 a day, about 400 MB",
    frequency="the days of the run",
    final_when="once a file is complete; a missing file is requested again",
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
    is_fetched_by_day=True,
    content="documents of the US official journal, each business day",
    shown_in="`official_signals`",
    requests="the documents of each day and the agencies, up to 1,000 a page",
    frequency="the days of the run",
    final_when="once a day was requested 30 days after it, or later",
)
CENSUS = Upstream(
    name="census",
    title="US Census Bureau, International Trade (imports and exports by HS)",
    url="https://www.census.gov/data/developers/data-sets/international-trade.html",
    licence="public domain (work of the United States government)",
    cadence="monthly, at 08:30 Eastern on the day of release of FT-900; revised each June",
    release_lag="about five weeks after the end of the month",
    settings=CensusSettings,
    holdings=(_flow_rows("census"),),
    needs="partners",
    late_after_days=75,
    content="US imports and exports by partner and HS code, with duties, monthly; needs a key",
    shown_in="`trade_flows`, `flow_revisions`",
    requests="a table for each partner, imports and exports, all goods and each product, and each calendar year from three before "
    "the run's first day",
    frequency="this year and the last in every run, earlier ones every 30 days",
    final_when="from September of the third year after it, after the last yearly revision in June",
)
COMTRADE = Upstream(
    name="comtrade",
    title="UN Comtrade",
    url="https://comtradeplus.un.org/",
    licence="the United Nations' policy on use and re-dissemination: figures may be used with attribution; larger extracts need permission",
    cadence="when reporters deliver; revised without notice",
    release_lag="two to three months after the end of the month; taken as 90 days, or the day of the first response with the figure",
    settings=ComtradeSettings,
    holdings=(_flow_rows("comtrade"),),
    needs="pairs",
    late_after_days=200,
    content="trade between any two countries by HS code, monthly; needs a key",
    shown_in="`trade_flows`, where neither `census` nor a file has the series; `flow_revisions`",
    requests="a table for each pair, all goods and each product, and the same years as `census`",
    frequency="as `census`",
    final_when="as `census`",
)

UPSTREAMS: Mapping[str, Upstream[Any]] = {one.name: one for one in (RSS, GDELT, FEDERAL_REGISTER, CENSUS, COMTRADE)}


def list_upstreams(table: Table) -> list[str]:
    """List the names of the upstreams that provide rows of a table.

    They are listed whether they are enabled or not.
    """
    return [one.name for one in UPSTREAMS.values() if any(holding.table is table for holding in one.holdings)]
