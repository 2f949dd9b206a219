"""Permits and exemptions that become fewer.

Example: `Peru shortened the list of goods exempt from its duty`. Does not belong here: goods or countries that an act spares
(`bystanders.py`).
"""

import re

# `cut the number of firms allowed to`, `narrowed the list of goods exempt from`.
_NARROWED = re.compile(
    r"\b(?:cut|cuts|cutting|curtail\w*|halv\w+|lower\w*|narrow\w*|par(?:ed|es|ing)|reduc\w+|shorten\w*|shr[aiu]nk\w*|slash\w*|trim\w*)"
    r"(?: back)? (?:its |the |their )(?:\w+ )?(?:list|number|range|share) of [^.;:]{1,80}?"
    r"\b(?:allowed|can|duty-free|eligible|exempt\w*|licen[cs]\w+|may|permitted|tariff-free)\b",
    re.IGNORECASE,
)


def are_narrowed(text: str) -> bool:
    """Whether fewer goods or firms are exempt or permitted than before."""
    return _NARROWED.search(text) is not None
