"""Maps GDELT's actors to states.

CAMEO's codes of countries, groups and roles become the country codes of the index. Sources: CAMEO 1.1b3, chapters 3 and 9; GDELT's own
lists of CAMEO countries, known groups and types.
"""

from types import MappingProxyType

import polars as pl

from pipeline.contracts.countries import COUNTRIES, EUROPEAN_UNION

STATES = COUNTRIES.keys() - {EUROPEAN_UNION}

#: CAMEO's country codes that differ from ISO 3166-1.
CAMEO_TO_ISO = MappingProxyType(
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

EU_GROUP = "EEC"  # CAMEO's known group for the European Union, whose code of country is that of the region of Europe, EUR

#: Roles that act for a state: government, parliament, courts, army, intelligence, police. An actor without role is the country itself.
STATE_ROLES = frozenset({"GOV", "LEG", "JUD", "MIL", "SPY", "COP"})
#: Companies: in the index, a measure against a state's companies is a measure against the state.
COMPANY_ROLES = frozenset({"BUS", "MNC"})


def find_state(country: pl.Expr, group: pl.Expr) -> pl.Expr:
    """Return an expression for the state that an actor belongs to.

    `country`, `group`: the actor's CAMEO codes of country and known group. The group of the European Union gives `EUN`, whatever the
    country; other groups are ignored. Otherwise it is the country's ISO alpha-3 code (for Kosovo `XKX`); null for regions and actors
    without country.
    """
    code = country.replace(dict(CAMEO_TO_ISO))
    return pl.when(group == EU_GROUP).then(pl.lit(EUROPEAN_UNION)).when(code.is_in(sorted(STATES))).then(code)


def is_state_actor(role: pl.Expr, group: pl.Expr, *, also: frozenset[str] = frozenset()) -> pl.Expr:
    """Return an expression for whether an actor acts for a state.

    `role` is the actor's first role, `group` its known group. The role must be empty, one of `STATE_ROLES` or one of `also`. Of actors in a
    known group only the European Union counts, whatever its role.
    """
    has_role = role.is_null() | role.is_in(sorted(STATE_ROLES | also))
    return pl.when(group.is_null()).then(has_role).otherwise(group == EU_GROUP)
