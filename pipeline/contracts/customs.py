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

#: Codes by ISO alpha-3 (EUN: European Union): Schedule C, empty for the United States, which are the reporter; UN Comtrade.
_CODES = {
    "ARE": ("5200", "784"), "ARG": ("3570", "32"), "AUS": ("6021", "36"), "AUT": ("4330", "40"), "BEL": ("4231", "56"),
    "BGD": ("5380", "50"), "BRA": ("3510", "76"), "CAN": ("1220", "124"), "CHE": ("4419", "757"), "CHL": ("3370", "152"),
    "CHN": ("5700", "156"), "COL": ("3010", "170"), "CZE": ("4351", "203"), "DEU": ("4280", "276"), "DNK": ("4099", "208"),
    "DOM": ("2470", "214"), "EGY": ("7290", "818"), "ESP": ("4700", "724"), "EUN": ("0003", "97"), "FIN": ("4050", "246"),
    "FRA": ("4279", "251"), "GBR": ("4120", "826"), "HKG": ("5820", "344"), "HUN": ("4370", "348"), "IDN": ("5600", "360"),
    "IND": ("5330", "699"), "IRL": ("4190", "372"), "ISR": ("5081", "376"), "ITA": ("4759", "380"), "JPN": ("5880", "392"),
    "KHM": ("5550", "116"), "KOR": ("5800", "410"), "MEX": ("2010", "484"), "MYS": ("5570", "458"), "NLD": ("4210", "528"),
    "NOR": ("4039", "579"), "NZL": ("6141", "554"), "PER": ("3330", "604"), "PHL": ("5650", "608"), "POL": ("4550", "616"),
    "PRT": ("4710", "620"), "RUS": ("4621", "643"), "SAU": ("5170", "682"), "SGP": ("5590", "702"), "SWE": ("4010", "752"),
    "THA": ("5490", "764"), "TUR": ("4890", "792"), "TWN": ("5830", "490"), "USA": ("", "842"), "VNM": ("5520", "704"),
    "ZAF": ("7910", "710"),
}  # fmt: skip

CENSUS_PARTNERS = MappingProxyType({country: census for country, (census, _) in _CODES.items() if census})
COMTRADE_AREAS = MappingProxyType({country: comtrade for country, (_, comtrade) in _CODES.items()})
