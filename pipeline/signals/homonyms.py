"""Names that mean a state only in some articles: `Georgia` and `the Commission`.

Belongs here: whether an article means the state by such a name. Does not: names that always mean one (`actors.py`), or words that refer to
a country named before (`context.py`).
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.signals.actors import Mention

_COMMISSION = re.compile(r"(?:\b[Tt]he )?\bCommission\b")
_OTHER_COMMISSION = re.compile(
    r"\b(?!The\b|European\b|Europe\b|EU\b|E\.U\.|EC\b|E\.C\.)[A-Z][\w.&'\u2019-]* Commission\b|\bCommission (?:of|on|for)\b"
)
_GEORGIA = re.compile(r"\b(?<!South )(?:Georgia|GEORGIA)\b(?! (?:State|Tech|Power|Bulldogs))(?!-Pacific)")
# What only an article on the American state has.
_AMERICAN = re.compile(
    r"\b(?:Ala(?:\.|bama)|Atlanta|Augusta|Carolinas?|Democrats?|Florida|Ga\.|Gov(?:\.|ernor)|Michigan|Pennsylvania|Republicans?|Savannah"
    r"|Sen(?:\.|ators?)|Tennessee|Texas)"
)
_GOVERNMENT = re.compile(r"\bGeorgia['\u2019]s (?:\w+ ){0,2}(?:government|minister|ministry|parliament|premier)\b")
_JOINT = re.compile(r"(?:,|,? and| &|-)\s*")
_OWN = re.compile(r"['\u2019]s\b(?! (?:\w+ ){0,2}(?:government|minister|ministry|parliament|president|spokes\w+))")


def add_homonyms(texts: Sequence[str], named: Sequence[Sequence[Mention]], home: str | None) -> list[list[Mention]]:
    """Add `Georgia` and `the Commission` to the mentions of an article.

    `texts`: its sentences; `named`: the countries that each of them names; `home`: the state of its source. Returns the mentions of each
    sentence, in order. `Georgia` is the country if the article also names it in another way, names its government or joins it to another
    country, and nothing in it suggests the American state. `The Commission` is that of the European Union unless the article names another
    one, or the source is another state's.
    """
    patterns: list[tuple[str, str, re.Pattern[str]]] = []
    if _means_country(texts, named, home):
        patterns.append(("GEO", "country", _GEORGIA))
    if home in {None, "EUN"} and not any(_OTHER_COMMISSION.search(text) for text in texts):
        patterns.append(("EUN", "institution", _COMMISSION))
    return [
        sorted([*mentions, *_find(text, mentions, patterns)], key=lambda mention: (mention.start, mention.end))
        for text, mentions in zip(texts, named, strict=True)
    ]


def _means_country(texts: Sequence[str], named: Sequence[Sequence[Mention]], home: str | None) -> bool:
    """Whether `Georgia` is the country in an article; arguments as of `add_homonyms`."""
    if not any(_GEORGIA.search(text) for text in texts) or any(_AMERICAN.search(text) for text in texts):
        return False
    if any(mention.code == "GEO" for mentions in named for mention in mentions):
        return True
    return home is None and any(
        _GOVERNMENT.search(text) or _is_joined(text, match, mentions)
        for text, mentions in zip(texts, named, strict=True)
        for match in _GEORGIA.finditer(text)
    )


def _is_joined(text: str, match: re.Match[str], mentions: Sequence[Mention]) -> bool:
    """Whether only a comma, a hyphen or `and` is between a name and a country's name."""
    return any(
        mention.role == "country"
        and (_JOINT.fullmatch(text, mention.end, match.start()) or _JOINT.fullmatch(text, match.end(), mention.start))
        for mention in mentions
    )


def _find(text: str, mentions: Sequence[Mention], patterns: Sequence[tuple[str, str, re.Pattern[str]]]) -> Iterator[Mention]:
    """Yield the mentions by `patterns` (code, role and pattern) that no other mention overlaps."""
    for code, role, pattern in patterns:
        for match in pattern.finditer(text):
            if not any(mention.start < match.end() and match.start() < mention.end for mention in mentions):
                yield Mention(code, match.start(), match.end(), role, is_actor=_OWN.match(text, match.end()) is None)
