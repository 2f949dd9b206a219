"""Officials whom a text without labels quotes, and for which state.

Belongs here: headings (`Foreign Ministry of Peru, statement.`), introductions (`Peruvian minister Jane Doe took questions`) and reports
(`the ministry in Lima regrets the duty on our copper`). Does not: labels before a colon (`labels.py`), or for how long somebody speaks
(`context.py`).
"""

import re
from collections.abc import Sequence

from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues, load_lexicon

_HEADING_WORDS = 20
_SUBJECT_WORDS = 16
_TITLE_REACH = 60  # characters between a state and the office of its official
_KIND_LAST = re.compile(
    r",\s+(?:[\w-]+ ){0,2}(?:briefing|communiqu[e\u00e9]|conference|note(?: to the press)?|press release|remarks|statement|transcript)\.?$"
)
_KIND_FIRST = re.compile(r"(?:Press (?:release|statement)|Communiqu[e\u00e9]|Remarks|Statement|Transcript)\b(?! on\b)")
_OFFICIALS = load_lexicon("actors")["first_person"]["officials"]
_NAME = r"((?:[A-Z][\w'\u2019-]+ ){1,2}[A-Z][\w'\u2019-]+)"
_OFFICIAL = re.compile(rf"\b(?:{'|'.join(_OFFICIALS)})(?: (?:of|for) [\w' ]{{1,40}}?)?,? {_NAME}")
_OFFICES = frozenset(_OFFICIALS) | {"authorities", "authority", "cabinet", "council", "government", "side"}
# Verbs of an office that says something.
_REPORTS = re.compile(
    r"\b(?:said|says?|t(?:old|ells)|announce[sd]|ask(?:s|ed)|regret(?:s|ted)|regard(?:s|ed)|state[sd]|confirm(?:s|ed)|inform(?:s|ed)|recall(?:s|ed)"
    r"|declare[sd]|add(?:s|ed)|warn(?:s|ed)|reject(?:s|ed)|call(?:s|ed) (?:on|for)|clarif(?:ies|ied)|point(?:s|ed) out|remind(?:s|ed)"
    r"|protest(?:s|ed)|condemn(?:s|ed)|made a statement|welcome[sd]|demand(?:s|ed)|urge[sd]|repl(?:ies|ied)|answered|consider(?:s|ed)"
    r"|(?:has )?received)\b"
)
_QUOTE_ENDS = re.compile('[\u201d\u201c";]')
_SUBJECT_ENDS = re.compile(r"[.;]|,\s|$")
# Who speaks already: `she said`, `the ministry added`.
_SAME_SPEAKER = re.compile(
    r"\b(?:he|she|it|they|(?:the|an?) (?:ministry|minister|government|spokes\w+|statement|official|ambassador|embassy|commissioner))\s*$",
    re.IGNORECASE,
)


def find_heading_state(text: str, mentions: Sequence[Mention]) -> str | None:
    """Return the one state that a heading says the text is of.

    None if the sentence is no heading or names several states.
    """
    is_heading = _KIND_FIRST.match(text) or _KIND_LAST.search(text)
    words = [word.strip(".,").lower() for word in text.split()]
    if not is_heading or len(words) > _HEADING_WORDS or not cues("finite").isdisjoint(words):
        return None
    codes = {mention.code for mention in mentions}
    return codes.pop() if len(codes) == 1 else None


def find_named_officials(text: str, mentions: Sequence[Mention]) -> dict[str, str]:
    """Return the states of the officials whom a sentence names.

    By name in lower case: the whole name, its first word and its last. The state is named up to `_TITLE_REACH` characters before the
    office, or between it and the name.
    """
    officials: dict[str, str] = {}
    for match in _OFFICIAL.finditer(text):
        owners = {mention.code for mention in mentions if match.start() - _TITLE_REACH < mention.end <= match.start(1)}
        if len(owners) == 1:
            name = match[1].lower()
            officials |= dict.fromkeys((name, name.split()[0], name.split()[-1]), *owners)
    return officials


def find_reporter(text: str, mentions: Sequence[Mention]) -> str | None:
    """Return the state whose office says something in a sentence.

    Before the verb, or after it if nothing but a quotation precedes, the words name one state and an office, or only the state: `the
    ministry in Lima regrets`, `Peru said`. The result is empty if somebody else says it, and None if nobody does, or a word such as `he`.
    """
    verb = _REPORTS.search(text)
    if verb is None or _SAME_SPEAKER.search(text[: verb.start()]):
        return None
    start, end = max((mark.end() for mark in _QUOTE_ENDS.finditer(text, 0, verb.start())), default=0), verb.start()
    if not text[start:end].strip() or len(text[start:end].split()) > _SUBJECT_WORDS:
        ending = _SUBJECT_ENDS.search(text, verb.end())
        start, end = verb.end(), ending.start() if ending else len(text)
    inside = [mention for mention in mentions if start <= mention.start and mention.end <= end]
    has_office = not _OFFICES.isdisjoint(re.findall(r"\w+", text[start:end].lower()))
    is_bare = any(text[mention.end : end].strip() == "" and len(text[start : mention.start].split()) <= 1 for mention in inside)
    return inside[0].code if len({mention.code for mention in inside}) == 1 and (has_office or is_bare) else ""
