"""Country codes of the US Census Bureau (Schedule C) and UN Comtrade.

Belongs here: the codes, as data. Does not: requests for figures (`pipeline/sources`).

Sources: Schedule C, and the Census Bureau's guide to its trade datasets for country groups (appendix E: 0003 is the European Union); UN
Comtrade's lists of reporters and partners. Comtrade areas follow M49 with exceptions: the United States with Puerto Rico and the Virgin
Islands (842, not 840), France with Monaco (251), India (699), Norway with Svalbard (579), Switzerland with Liechtenstein (757), and
"Other Asia, not elsewhere specified" (490) for the trade of Taiwan.

Only the Schedule C codes 0003, 1220, 2010, 3510, 4279 and 5700 were compared with public pages. The others, and most Comtrade codes, were
written from memory and are not verified.
"""

from types import MappingProxyType

#: Schedule C code by ISO alpha-3 (EUN: European Union). The United States is the reporter and has none.
CENSUS_PARTNERS = MappingProxyType(
    {
        "ARE": "5200",
        "ARG": "3570",
        "AUS": "6021",
        "AUT": "4330",
        "BEL": "4231",
        "BGD": "5380",
        "BRA": "3510",
        "CAN": "1220",
        "CHE": "4419",
        "CHL": "3370",
        "CHN": "5700",
        "COL": "3010",
        "CZE": "4351",
        "DEU": "4280",
        "DNK": "4099",
        "DOM": "2470",
        "EGY": "7290",
        "ESP": "4700",
        "EUN": "0003",
        "FIN": "4050",
        "FRA": "4279",
        "GBR": "4120",
        "HKG": "5820",
        "HUN": "4370",
        "IDN": "5600",
        "IND": "5330",
        "IRL": "4190",
        "ISR": "5081",
        "ITA": "4759",
        "JPN": "5880",
        "KHM": "5550",
        "KOR": "5800",
        "MEX": "2010",
        "MYS": "5570",
        "NLD": "4210",
        "NOR": "4039",
        "NZL": "6141",
        "PER": "3330",
        "PHL": "5650",
        "POL": "4550",
        "PRT": "4710",
        "RUS": "4621",
        "SAU": "5170",
        "SGP": "5590",
        "SWE": "4010",
        "THA": "5490",
        "TUR": "4890",
        "TWN": "5830",
        "VNM": "5520",
        "ZAF": "7910",
    }
)

#: UN Comtrade area code by ISO alpha-3 (EUN: European Union).
COMTRADE_AREAS = MappingProxyType(
    {
        "ARE": "784",
        "ARG": "32",
        "AUS": "36",
        "AUT": "40",
        "BEL": "56",
        "BGD": "50",
        "BRA": "76",
        "CAN": "124",
        "CHE": "757",
        "CHL": "152",
        "CHN": "156",
        "COL": "170",
        "CZE": "203",
        "DEU": "276",
        "DNK": "208",
        "DOM": "214",
        "EGY": "818",
        "ESP": "724",
        "EUN": "97",
        "FIN": "246",
        "FRA": "251",
        "GBR": "826",
        "HKG": "344",
        "HUN": "348",
        "IDN": "360",
        "IND": "699",
        "IRL": "372",
        "ISR": "376",
        "ITA": "380",
        "JPN": "392",
        "KHM": "116",
        "KOR": "410",
        "MEX": "484",
        "MYS": "458",
        "NLD": "528",
        "NOR": "579",
        "NZL": "554",
        "PER": "604",
        "PHL": "608",
        "POL": "616",
        "PRT": "620",
        "RUS": "643",
        "SAU": "682",
        "SGP": "702",
        "SWE": "752",
        "THA": "764",
        "TUR": "792",
        "TWN": "490",
        "USA": "842",
        "VNM": "704",
        "ZAF": "710",
    }
)
