"""Countries as the index names them: ISO 3166-1 alpha-3, `EUN` for the European Union, `*` for all partners."""

import re

ALL_PARTNERS = "*"
EUROPEAN_UNION = "EUN"

_PAIR = re.compile(r"([A-Z]{3})-(?!\1)([A-Z]{3})")


class PairError(ValueError):
    """A pair of countries that cannot be read; the message shows how to write one."""


def parse_pair(text: str) -> tuple[str, str]:
    """`"USA-CHN"` as `("CHN", "USA")`: the two codes in alphabetical order, whichever way they were written."""
    match = _PAIR.fullmatch(text.strip().upper())
    if match is None:
        raise PairError(
            f"{text!r} is not a pair of countries; write two different ISO alpha-3 codes with a hyphen, such as USA-CHN or EUN-USA"
        )
    first, second = sorted(match.groups())
    return first, second


def pair_name(one: str, other: str) -> str:
    """The undirected name of a pair: the two codes in alphabetical order with a hyphen."""
    return "-".join(sorted((one, other)))
