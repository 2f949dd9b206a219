"""Country codes: ISO 3166-1 alpha-3, `EUN` (European Union), `*` (all partners)."""

import re

from pipeline.errors import TensionError

ALL_PARTNERS = "*"
EUROPEAN_UNION = "EUN"

#: ISO 3166-1 alpha-3, and the codes in common use for Kosovo (XKX) and the European Union (EUN).
COUNTRIES = frozenset(
    {
        "ABW", "AFG", "AGO", "AIA", "ALA", "ALB", "AND", "ARE", "ARG", "ARM", "ASM", "ATA", "ATF", "ATG", "AUS", "AUT", "AZE",
        "BDI", "BEL", "BEN", "BES", "BFA", "BGD", "BGR", "BHR", "BHS", "BIH", "BLM", "BLR", "BLZ", "BMU", "BOL", "BRA", "BRB",
        "BRN", "BTN", "BVT", "BWA", "CAF", "CAN", "CCK", "CHE", "CHL", "CHN", "CIV", "CMR", "COD", "COG", "COK", "COL", "COM",
        "CPV", "CRI", "CUB", "CUW", "CXR", "CYM", "CYP", "CZE", "DEU", "DJI", "DMA", "DNK", "DOM", "DZA", "ECU", "EGY", "ERI",
        "ESH", "ESP", "EST", "ETH", "FIN", "FJI", "FLK", "FRA", "FRO", "FSM", "GAB", "GBR", "GEO", "GGY", "GHA", "GIB", "GIN",
        "GLP", "GMB", "GNB", "GNQ", "GRC", "GRD", "GRL", "GTM", "GUF", "GUM", "GUY", "HKG", "HMD", "HND", "HRV", "HTI", "HUN",
        "IDN", "IMN", "IND", "IOT", "IRL", "IRN", "IRQ", "ISL", "ISR", "ITA", "JAM", "JEY", "JOR", "JPN", "KAZ", "KEN", "KGZ",
        "KHM", "KIR", "KNA", "KOR", "KWT", "LAO", "LBN", "LBR", "LBY", "LCA", "LIE", "LKA", "LSO", "LTU", "LUX", "LVA", "MAC",
        "MAF", "MAR", "MCO", "MDA", "MDG", "MDV", "MEX", "MHL", "MKD", "MLI", "MLT", "MMR", "MNE", "MNG", "MNP", "MOZ", "MRT",
        "MSR", "MTQ", "MUS", "MWI", "MYS", "MYT", "NAM", "NCL", "NER", "NFK", "NGA", "NIC", "NIU", "NLD", "NOR", "NPL", "NRU",
        "NZL", "OMN", "PAK", "PAN", "PCN", "PER", "PHL", "PLW", "PNG", "POL", "PRI", "PRK", "PRT", "PRY", "PSE", "PYF", "QAT",
        "REU", "ROU", "RUS", "RWA", "SAU", "SDN", "SEN", "SGP", "SGS", "SHN", "SJM", "SLB", "SLE", "SLV", "SMR", "SOM", "SPM",
        "SRB", "SSD", "STP", "SUR", "SVK", "SVN", "SWE", "SWZ", "SXM", "SYC", "SYR", "TCA", "TCD", "TGO", "THA", "TJK", "TKL",
        "TKM", "TLS", "TON", "TTO", "TUN", "TUR", "TUV", "TWN", "TZA", "UGA", "UKR", "UMI", "URY", "USA", "UZB", "VAT", "VCT",
        "VEN", "VGB", "VIR", "VNM", "VUT", "WLF", "WSM", "YEM", "ZAF", "ZMB", "ZWE", "XKX", "EUN",
    }
)  # fmt: skip

_PAIR = re.compile(r"([A-Z]{2,3})-([A-Z]{2,3})")
_CODE_LENGTH = 3
# Common codes that the index does not use: name and code of the country.
_OTHER_CODES = {
    "EU": ("the EU", "EUN"),
    "EUR": ("the EU", "EUN"),
    "EUU": ("the EU", "EUN"),
    "UK": ("the UK", "GBR"),
    "GB": ("the UK", "GBR"),
    "US": ("the US", "USA"),
    "CN": ("China", "CHN"),
}


class PairError(TensionError, ValueError):
    """Text is no pair of countries; the message says what to write."""


def parse_pair(text: str) -> tuple[str, str]:
    """Parse `"USA-CHN"` into `("CHN", "USA")`, in alphabetical order.

    Raises `PairError` for another form, an unknown country, or one country twice.
    """
    match = _PAIR.fullmatch(text.strip().upper())
    if match is None:
        raise PairError(f"{text!r} is not a pair of countries; write two ISO alpha-3 codes with a hyphen, e.g. USA-CHN or EUN-USA")
    if problems := [_explain_code(code) for code in match.groups() if code not in COUNTRIES]:
        raise PairError(f"{text!r} is not a pair of countries: {'; '.join(dict.fromkeys(problems))}")
    first, second = sorted(match.groups())
    if first == second:
        raise PairError(f"{text!r} is not a pair of countries: it names {first} twice; write two different codes, e.g. USA-CHN")
    return first, second


def _explain_code(code: str) -> str:
    """Say which code to write instead of an unknown one."""
    if code in _OTHER_CODES:
        name, right = _OTHER_CODES[code]
        return f"{name} is {right} here, e.g. {right}-{'CHN' if right == 'USA' else 'USA'}"
    if len(code) < _CODE_LENGTH:
        return f"{code} is not an ISO alpha-3 code, which has three letters, e.g. USA-CHN"
    return f"{code} is no country; write ISO alpha-3 codes, e.g. USA-CHN or EUN-USA"


def pair_name(one: str, other: str) -> str:
    """Name of a pair: both codes in alphabetical order with a hyphen."""
    return "-".join(sorted((one, other)))
