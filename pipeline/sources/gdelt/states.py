"""Which state an actor of GDELT is: CAMEO's codes of countries, groups and roles as the index names states.

Belongs here: the codes as data, and the two questions that they answer. Does not: reading files (`events.py`).
Sources: CAMEO 1.1b3, chapters 3 and 9; GDELT's own lists of CAMEO countries, known groups and types; ISO 3166-1.
"""

from types import MappingProxyType

import polars as pl

from pipeline.contracts.countries import EUROPEAN_UNION

_ISO = (
    "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA "
    "BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU "
    "EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND "
    "HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO "
    "LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC "
    "NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM "
    "SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA "
    "UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE"
)
ISO_ALPHA_3 = frozenset(_ISO.split())
STATES = ISO_ALPHA_3 | {"XKX"}  # Kosovo, as the index names it: ISO 3166-1 gives it no code of its own

#: Countries that CAMEO writes otherwise than ISO 3166-1 does.
OTHERWISE = MappingProxyType(
    {
        "BAG": "IRQ",  # Baghdad
        "GZS": "PSE",  # Gaza Strip
        "IMY": "IMN",  # Isle of Man
        "MTN": "MNE",  # Montenegro
        "ROM": "ROU",  # Romania, its code until 2002
        "TMP": "TLS",  # East Timor, its code until 2002
        "WSB": "PSE",  # West Bank
        "ZAR": "COD",  # Zaire, its code until 1997
    }
)

#: CAMEO's parts of the world, which are no states. The Union is told from Europe by its group.
_PARTS = "AFR ASA BLK CAS CAU CEU CFR CRB EAF EEU EIN EUR LAM MDT MEA NAF NMR PGS SAF SAM SAS SCN SEA WAF WST"
REGIONS = frozenset(_PARTS.split())

THE_UNION = "EEC"  # CAMEO's known group for the European Union, which it files under the region EUR

#: Roles in whose words and deeds a state acts: government, parliament, courts, army, intelligence, police. No role: the country itself.
ORGANS = frozenset({"GOV", "LEG", "JUD", "MIL", "SPY", "COP"})
#: Roles through which a state is struck: a measure against its firms is one against the state, as it is in the index.
FIRMS = frozenset({"BUS", "MNC"})


def state_of(country: pl.Expr, group: pl.Expr) -> pl.Expr:
    """ISO alpha-3 or `EUN` for the codes of country and known group; null for regions, other groups, and actors of no country."""
    code = country.replace(dict(OTHERWISE))
    return pl.when(group == THE_UNION).then(pl.lit(EUROPEAN_UNION)).when(code.is_in(sorted(STATES))).then(code)


def acts_for_a_state(role: pl.Expr, group: pl.Expr, *, also: frozenset[str] = frozenset()) -> pl.Expr:
    """Whether the first role is none, an organ of a state, or one of `also`. Of known groups only the Union is a state."""
    may = role.is_null() | role.is_in(sorted(ORGANS | also))
    return pl.when(group.is_null()).then(may).otherwise(group == THE_UNION)
