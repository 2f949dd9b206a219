"""Settings of what is fetched: which upstreams are on, what is asked of each, and how the network is used.

Belongs here: names, types, defaults and limits. Does not: fetching (`pipeline/sources`), or what an upstream is
(`pipeline/contracts/sources.py`).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt, StringConstraints, field_validator

from pipeline.contracts.customs import CENSUS_PARTNERS, COMTRADE_AREAS

UpstreamName = Literal["rss", "gdelt", "federal_register", "census", "comtrade"]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^/@\s]+(?:/\S*)?$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
HsCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,10}$")]


_COMTRADE_DIGITS = frozenset({2, 4, 6})


def _named(products: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """`ValueError` where a product has no name or no codes: it would be taken for all goods."""
    if any(not name.strip() or not codes for name, codes in products.items()):
        raise ValueError("a product needs a name and at least one HS code")
    return products


class _Group(BaseModel):
    # an error must not print what was given: a key may stand beside the mistake
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Network(_Group):
    """How the network is used. The limits hold for every upstream."""

    contact: str = Field("", max_length=200, description="address that upstreams may write to; sent in the User-Agent")
    private_hosts: tuple[str, ...] = Field((), description="hosts that may be asked although their address is private or of this machine")
    wait_seconds: PositiveFloat = Field(20.0, le=600, description="longest wait for a connection, or for the next bytes")
    deadline_seconds: PositiveFloat = Field(300.0, le=7200, description="longest time for one whole answer")
    largest_bytes: PositiveInt = Field(200_000_000, description="largest answer, unpacked")
    tries: int = Field(4, ge=1, le=10, description="how often one thing is asked for before it counts as failed")
    longest_pause_seconds: PositiveFloat = Field(120.0, le=3600, description="longest pause that an upstream's Retry-After may ask for")
    seconds_between: NonNegativeFloat = Field(1.0, le=60, description="least time between two requests to one host")


class Feed(_Group):
    """One RSS or Atom feed."""

    name: str = Field(min_length=1, max_length=120, description="outlet whose feed it is: the source of its articles")
    url: Url


class Rss(_Group):
    """RSS and Atom feeds."""

    feeds: tuple[Feed, ...] = ()


class Gdelt(_Group):
    """GDELT 2.0 in its quarter-hourly files."""

    base_url: Url = Field("https://data.gdeltproject.org/gdeltv2/", description="where the files and the master list lie")
    files: tuple[Literal["events", "articles"], ...] = Field(
        ("events", "articles"), description="events: a series to check against; articles: titles, outlets and links (GKG)"
    )
    outlets: tuple[str, ...] = Field((), description="domains whose articles are taken, such as reuters.com; none: all")
    master_list: bool = Field(
        False, description="ask once a day for the list of all files (over 100 MB), to know which exist and to check sizes and MD5"
    )


class FederalRegister(_Group):
    """Documents of the Federal Register of the United States."""

    base_url: Url = "https://www.federalregister.gov/api/v1/"
    agencies: tuple[str, ...] = Field(
        (
            "trade-representative-office-of-united-states",
            "industry-and-security-bureau",
            "international-trade-administration",
            "international-trade-commission",
            "u-s-customs-and-border-protection",
            "executive-office-of-the-president",
        ),
        description="agencies whose documents are asked for, by the Register's own short names",
    )


class Census(_Group):
    """International trade of the US Census Bureau."""

    base_url: Url = "https://api.census.gov/data/timeseries/intltrade/"
    partners: tuple[Country, ...] = Field(("CHN",), description="partners of the United States")
    products: dict[str, tuple[HsCode, ...]] = Field({}, description="product to the HS codes that make it; all goods are always asked for")

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
    def _products(cls, given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return _named(given)


class Comtrade(_Group):
    """UN Comtrade."""

    base_url: Url = "https://comtradeapi.un.org/data/v1/get/"
    pairs: tuple[str, ...] = Field((), description="reporter and partner, such as CHN-USA: in this order")
    products: dict[str, tuple[HsCode, ...]] = Field({}, description="product to the HS codes that make it; all goods are always asked for")

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
    def _products(cls, given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        long = [f"{name} ({code})" for name, codes in given.items() for code in codes if len(code) not in _COMTRADE_DIGITS]
        if long:
            raise ValueError(f"UN Comtrade knows HS codes of 2, 4 and 6 digits, so these cannot be asked for: {', '.join(long)}")
        return _named(given)


class Upstreams(_Group):
    """Which upstreams are on, and what is asked of each. None is on by default: a run reads nothing from the network."""

    on: tuple[UpstreamName, ...] = Field((), description="names of the upstreams that are fetched")
    network: Network = Network()
    rss: Rss = Rss()
    gdelt: Gdelt = Gdelt()
    federal_register: FederalRegister = FederalRegister()
    census: Census = Census()
    comtrade: Comtrade = Comtrade()
