"""Which state speaks in a text, as its source or title says.

Does not belong here: who speaks in the text itself (`context.py`, `labels.py`).
"""

import re
from datetime import date

from pipeline.contracts.countries import COUNTRIES
from pipeline.signals.actors import Mention, find_mentions
from pipeline.signals.lexicon import load_lexicon

_STATE_IN_SOURCE = re.compile(r" by ([A-Z]{3})$")
# Sources that are an office of the country in their name, and names of media, which are none: `China Daily`, `Trump Watch`.
_OFFICE = re.compile(
    r"\b(?:affairs|cabinet|chancellery|chancellor|commission|commissioner|council of the|customs|department|embassy|government"
    r"|(?:daily|media|press|weekly) briefing|MEA|MFA|minister|ministry|mission|premier|presidency|president|presidential|press conference"
    r"|secretary|spokesman|spokesperson|spokeswoman|trade representative|treasury)\b",
    re.IGNORECASE,
)
# In an identifier these mean the office: `canada_pm`. `ec` is the Commission. A subject such as `trade` may be a section of a newspaper.
_SHORT_OFFICE = re.compile(r"\b(?:ec|gov|pm)\b", re.IGNORECASE)
_ACRONYM = 4  # letters, at most
# A `weekly briefing` is none.
_MEDIUM = re.compile(
    r"\b(?:blog|bulletin|digest|herald|institute|journal|magazine|monitor|news|newsletter|post|radio|report|review|times|today"
    r"|tracker|tribune|tv|watch|(?:daily|weekly)(?! (?:media |press )?(?:briefing|conference)))\b",
    re.IGNORECASE,
)
# Where one person writes, so that no question is a journalist's.
_POST = re.compile(r"\b(?:Truth Social|Twitter)\b| on X$|^Letter\b|^(?:post|tweet)$")
# Titles that say who speaks: `Remarks by President Trump`, `Donald J. Trump on Truth Social`.
_SPOKEN_TEXT = re.compile(
    r"(?P<by>(?:(?:Opening |Joint )?(?:Address|Remarks|Speech|Statement|Testimony) (?:by|from|of)|Interview with|Letter (?:by|from|of)"
    r"|Press (?:briefing|conference) (?:by|of|with))\b|(?=[^,:;]{2,40} on (?:Truth Social|Twitter|X)$))"
)
# Whose decision or hope it is goes without saying: `it is decided to lift the ban`.
_IMPERSONAL = re.compile(
    r"(?:^|[,;:]\s|\band )([Ii]t) (?:has been|is|was) (?:(?:also|further|hereby|now|therefore) )?"
    r"(?:agreed|announced|decided|decreed|determined|hoped|notified|ordered|proposed)\b"
)
_NEAR_TITLE_START = 40  # characters before the name of who speaks


def find_state_of_source(source: str) -> str | None:
    """Return the country (code) that speaks in all texts of a source.

    The name of the source says so (`statement by JPN`, `Ministry of Commerce of China`, `Donald J. Trump on Truth Social`), also if it is
    an identifier (`white_house`, `mofcom`), or the lexicon lists it (e.g. the site of a ministry). Otherwise None, as for the broadcaster
    of `report by BBC`.
    """
    match = _STATE_IN_SOURCE.search(source)
    if match and match[1] in COUNTRIES:
        return match[1]
    listed = load_lexicon("actors")["first_person"]["sources"]
    if state := listed.get(source) or listed.get(source.upper()):
        return str(state)
    spelled, is_identifier = _spell_out(source), source == source.lower()
    mentions = () if _MEDIUM.search(spelled) else find_mentions(spelled, None)
    if is_identifier and not mentions:
        mentions = find_mentions(source.upper(), None)
    is_named = _OFFICE.search(spelled) or (is_identifier and _SHORT_OFFICE.search(spelled))
    is_official = is_named or any(mention.role in {"institution", "leader"} for mention in mentions)
    codes = {mention.code for mention in mentions}
    return codes.pop() if is_official and len(codes) == 1 else None


def _spell_out(source: str) -> str:
    """Return an identifier as a name, `canada_pm` as `Canada PM`.

    Other names stay. Words of up to `_ACRONYM` letters are taken for acronyms.
    """
    if source != source.lower():
        return source
    return " ".join(word.upper() if len(word) <= _ACRONYM else word.title() for word in source.replace("_", " ").split())


def find_state_of_title(title: str, day: date | None) -> str | None:
    """Return the country (code) that speaks in a text with this title.

    It is the first that a title such as `Remarks by ...` or `... on Truth Social` names. Otherwise None.
    """
    spoken = _SPOKEN_TEXT.match(title)
    first = next(iter(find_mentions(title, day)), None) if spoken else None
    return first.code if spoken and first and first.start - spoken.end("by") < _NEAR_TITLE_START else None


def find_impersonal(text: str, home: str) -> dict[int, Mention]:
    """Find where `it` is the state that publishes a text, by position.

    Example: `It is decided`. `home`: that state.
    """
    return {match.start(1): Mention(home, match.start(1), match.end(1), "speaker") for match in _IMPERSONAL.finditer(text)}


def is_post(name: str) -> bool:
    """Whether a source or title is that of a post or letter."""
    return _POST.search(name) is not None
