"""Short English texts for countries, pairs, instruments, days, numbers and counts.

Which country codes exist is defined in `pipeline/contracts/countries.py`.
"""

from datetime import date
from types import MappingProxyType

from pipeline.contracts.countries import ALL_PARTNERS, COUNTRIES, parse_pair
from pipeline.contracts.days import MONTHS

# Names that differ from those in `pipeline/contracts/countries.py`, because they are shown in little space.
_SHORT_NAMES = MappingProxyType({"ARE": "UAE", "EUN": "EU", "GBR": "UK", "USA": "USA", ALL_PARTNERS: "all partners"})

# Instruments in words; the others are words already.
_INSTRUMENTS = MappingProxyType(
    {"entity_list": "list of firms", "services_transport": "fees and taxes on services", "other": "unspecified measure"}
)
_PREPOSITIONS = MappingProxyType({"purchases": "of", "investigation": "into", "subsidy": "for"})


def instrument_name(instrument: str, product: str = "") -> str:
    """Return an instrument and its goods in words, as "purchases of oil".

    Without `product`, only the instrument.
    """
    name = _INSTRUMENTS.get(instrument, instrument.replace("_", " "))
    return f"{name} {_PREPOSITIONS.get(instrument, 'on')} {product}" if product else name


def country_name(code: str) -> str:
    """Return the short English name of a country ("UK" for GBR).

    Some names are shorter than in other outputs. `*` is "all partners". An unknown code is returned as it is.
    """
    return _SHORT_NAMES.get(code) or COUNTRIES.get(code, code)


def pair_title(pair: str) -> str:
    """Name both countries of a pair, with an en dash between them.

    `PairError` if the text is not a pair such as `CHN-USA`.
    """
    one, other = parse_pair(pair)
    return f"{country_name(one)}\N{EN DASH}{country_name(other)}"


def direction_title(actor: str, target: str) -> str:
    """Name both countries of a direction, such as "China → USA"."""
    return f"{country_name(actor)} → {country_name(target)}"


def percent(share: float | None) -> str:
    """Format a share (0 to 1) in whole percent; empty for None."""
    return "" if share is None else f"{100 * share:.0f} %"


def signed(value: float, digits: int = 0) -> str:
    """Format a number with its sign, rounded to `digits` decimals.

    The minus sign is U+2212. A number that is rounded to zero has no sign.
    """
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def long_day(day: date) -> str:
    """Format a day, such as 4 April 2025."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """Format a day without its year, such as 4 Apr."""
    return f"{day.day} {short_month(day)}"


def format_count(number: int, noun: str, plural: str = "") -> str:
    """Format a number with its noun in singular or plural: "2 rows".

    `plural`: if it is not the noun with an s.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def short_month(day: date) -> str:
    """Format the month of a day, such as Apr."""
    return MONTHS[day.month - 1][:3]
