"""Country codes: ISO 3166-1 alpha-3, `EUN` (European Union), `*` (all partners)."""

import re
from types import MappingProxyType

from pipeline.errors import UserError

ALL_PARTNERS = "*"
#: Countries in a pair.
PAIR_SIZE = 2
EUROPEAN_UNION = "EUN"

#: English names of countries by code: ISO 3166-1 alpha-3, and the codes in common use for Kosovo (XKX) and the European Union (EUN).
COUNTRIES = MappingProxyType(
    {
        "ABW": "Aruba", "AFG": "Afghanistan", "AGO": "Angola", "AIA": "Anguilla", "ALA": "Åland Islands", "ALB": "Albania",
        "AND": "Andorra", "ARE": "United Arab Emirates", "ARG": "Argentina", "ARM": "Armenia", "ASM": "American Samoa",
        "ATA": "Antarctica", "ATF": "French Southern Territories", "ATG": "Antigua and Barbuda", "AUS": "Australia", "AUT": "Austria",
        "AZE": "Azerbaijan", "BDI": "Burundi", "BEL": "Belgium", "BEN": "Benin", "BES": "Caribbean Netherlands", "BFA": "Burkina Faso",
        "BGD": "Bangladesh", "BGR": "Bulgaria", "BHR": "Bahrain", "BHS": "Bahamas", "BIH": "Bosnia and Herzegovina",
        "BLM": "Saint Barthélemy", "BLR": "Belarus", "BLZ": "Belize", "BMU": "Bermuda", "BOL": "Bolivia", "BRA": "Brazil",
        "BRB": "Barbados", "BRN": "Brunei", "BTN": "Bhutan", "BVT": "Bouvet Island", "BWA": "Botswana",
        "CAF": "Central African Republic", "CAN": "Canada", "CCK": "Cocos (Keeling) Islands", "CHE": "Switzerland", "CHL": "Chile",
        "CHN": "China", "CIV": "Côte d'Ivoire", "CMR": "Cameroon", "COD": "Democratic Republic of the Congo", "COG": "Congo",
        "COK": "Cook Islands", "COL": "Colombia", "COM": "Comoros", "CPV": "Cabo Verde", "CRI": "Costa Rica", "CUB": "Cuba",
        "CUW": "Curaçao", "CXR": "Christmas Island", "CYM": "Cayman Islands", "CYP": "Cyprus", "CZE": "Czechia", "DEU": "Germany",
        "DJI": "Djibouti", "DMA": "Dominica", "DNK": "Denmark", "DOM": "Dominican Republic", "DZA": "Algeria", "ECU": "Ecuador",
        "EGY": "Egypt", "ERI": "Eritrea", "ESH": "Western Sahara", "ESP": "Spain", "EST": "Estonia", "ETH": "Ethiopia",
        "FIN": "Finland", "FJI": "Fiji", "FLK": "Falkland Islands", "FRA": "France", "FRO": "Faroe Islands", "FSM": "Micronesia",
        "GAB": "Gabon", "GBR": "United Kingdom", "GEO": "Georgia", "GGY": "Guernsey", "GHA": "Ghana", "GIB": "Gibraltar",
        "GIN": "Guinea", "GLP": "Guadeloupe", "GMB": "Gambia", "GNB": "Guinea-Bissau", "GNQ": "Equatorial Guinea", "GRC": "Greece",
        "GRD": "Grenada", "GRL": "Greenland", "GTM": "Guatemala", "GUF": "French Guiana", "GUM": "Guam", "GUY": "Guyana",
        "HKG": "Hong Kong", "HMD": "Heard and McDonald Islands", "HND": "Honduras", "HRV": "Croatia", "HTI": "Haiti", "HUN": "Hungary",
        "IDN": "Indonesia", "IMN": "Isle of Man", "IND": "India", "IOT": "British Indian Ocean Territory", "IRL": "Ireland",
        "IRN": "Iran", "IRQ": "Iraq", "ISL": "Iceland", "ISR": "Israel", "ITA": "Italy", "JAM": "Jamaica", "JEY": "Jersey",
        "JOR": "Jordan", "JPN": "Japan", "KAZ": "Kazakhstan", "KEN": "Kenya", "KGZ": "Kyrgyzstan", "KHM": "Cambodia", "KIR": "Kiribati",
        "KNA": "Saint Kitts and Nevis", "KOR": "South Korea", "KWT": "Kuwait", "LAO": "Laos", "LBN": "Lebanon", "LBR": "Liberia",
        "LBY": "Libya", "LCA": "Saint Lucia", "LIE": "Liechtenstein", "LKA": "Sri Lanka", "LSO": "Lesotho", "LTU": "Lithuania",
        "LUX": "Luxembourg", "LVA": "Latvia", "MAC": "Macao", "MAF": "Saint Martin", "MAR": "Morocco", "MCO": "Monaco",
        "MDA": "Moldova", "MDG": "Madagascar", "MDV": "Maldives", "MEX": "Mexico", "MHL": "Marshall Islands", "MKD": "North Macedonia",
        "MLI": "Mali", "MLT": "Malta", "MMR": "Myanmar", "MNE": "Montenegro", "MNG": "Mongolia", "MNP": "Northern Mariana Islands",
        "MOZ": "Mozambique", "MRT": "Mauritania", "MSR": "Montserrat", "MTQ": "Martinique", "MUS": "Mauritius", "MWI": "Malawi",
        "MYS": "Malaysia", "MYT": "Mayotte", "NAM": "Namibia", "NCL": "New Caledonia", "NER": "Niger", "NFK": "Norfolk Island",
        "NGA": "Nigeria", "NIC": "Nicaragua", "NIU": "Niue", "NLD": "Netherlands", "NOR": "Norway", "NPL": "Nepal", "NRU": "Nauru",
        "NZL": "New Zealand", "OMN": "Oman", "PAK": "Pakistan", "PAN": "Panama", "PCN": "Pitcairn", "PER": "Peru", "PHL": "Philippines",
        "PLW": "Palau", "PNG": "Papua New Guinea", "POL": "Poland", "PRI": "Puerto Rico", "PRK": "North Korea", "PRT": "Portugal",
        "PRY": "Paraguay", "PSE": "Palestine", "PYF": "French Polynesia", "QAT": "Qatar", "REU": "Réunion", "ROU": "Romania",
        "RUS": "Russia", "RWA": "Rwanda", "SAU": "Saudi Arabia", "SDN": "Sudan", "SEN": "Senegal", "SGP": "Singapore",
        "SGS": "South Georgia and the South Sandwich Islands", "SHN": "Saint Helena", "SJM": "Svalbard and Jan Mayen",
        "SLB": "Solomon Islands", "SLE": "Sierra Leone", "SLV": "El Salvador", "SMR": "San Marino", "SOM": "Somalia",
        "SPM": "Saint Pierre and Miquelon", "SRB": "Serbia", "SSD": "South Sudan", "STP": "São Tomé and Príncipe", "SUR": "Suriname",
        "SVK": "Slovakia", "SVN": "Slovenia", "SWE": "Sweden", "SWZ": "Eswatini", "SXM": "Sint Maarten", "SYC": "Seychelles",
        "SYR": "Syria", "TCA": "Turks and Caicos Islands", "TCD": "Chad", "TGO": "Togo", "THA": "Thailand", "TJK": "Tajikistan",
        "TKL": "Tokelau", "TKM": "Turkmenistan", "TLS": "Timor-Leste", "TON": "Tonga", "TTO": "Trinidad and Tobago", "TUN": "Tunisia",
        "TUR": "Türkiye", "TUV": "Tuvalu", "TWN": "Taiwan", "TZA": "Tanzania", "UGA": "Uganda", "UKR": "Ukraine",
        "UMI": "United States Minor Outlying Islands", "URY": "Uruguay", "USA": "United States", "UZB": "Uzbekistan",
        "VAT": "Vatican City", "VCT": "Saint Vincent and the Grenadines", "VEN": "Venezuela", "VGB": "British Virgin Islands",
        "VIR": "US Virgin Islands", "VNM": "Vietnam", "VUT": "Vanuatu", "WLF": "Wallis and Futuna", "WSM": "Samoa", "YEM": "Yemen",
        "ZAF": "South Africa", "ZMB": "Zambia", "ZWE": "Zimbabwe", "XKX": "Kosovo", "EUN": "European Union",
    }
)  # fmt: skip

_PAIR = re.compile(r"([A-Z]{2,3})-([A-Z]{2,3})")
_CODE_LENGTH = 3
# Common codes that the index does not use, each with the country's name and the code that the index uses.
_OTHER_CODES = {
    "EU": ("the EU", "EUN"),
    "EUR": ("the EU", "EUN"),
    "EUU": ("the EU", "EUN"),
    "UK": ("the UK", "GBR"),
    "GB": ("the UK", "GBR"),
    "US": ("the US", "USA"),
    "CN": ("China", "CHN"),
}


class PairError(UserError, ValueError):
    """Text is no pair of countries; the message says what to write."""


def parse_pair(text: str) -> tuple[str, str]:
    """Parse `"USA-CHN"` into `("CHN", "USA")`, in alphabetical order.

    Lower case and surrounding white space are accepted. Raises `PairError` for another form, an unknown country, or one country twice.
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
    """Say what to write instead of an unknown code.

    For a common mistake, such as EU or US, names the right code. For any other code says which form a code has. If it has three letters,
    also suggests the countries whose English names begin with them.
    """
    if code in _OTHER_CODES:
        name, right = _OTHER_CODES[code]
        return f"{name} is {right} here, e.g. {right}-{'CHN' if right == 'USA' else 'USA'}"
    if len(code) < _CODE_LENGTH:
        return f"{code} is not an ISO alpha-3 code, which has three letters, e.g. USA-CHN"
    similar = " or ".join(known for known, name in COUNTRIES.items() if name.upper().startswith(code))
    return f"{code} is no country; {f'did you mean {similar}? ' if similar else ''}write ISO alpha-3 codes, e.g. USA-CHN or EUN-USA"


def pair_name(one: str, other: str) -> str:
    """Return the name of a pair: its codes, sorted, with a hyphen."""
    return "-".join(sorted((one, other)))
