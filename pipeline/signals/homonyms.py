"""Names of a state only in some articles, such as `Georgia`.

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
# Short names of the European Union and its council, if the article names it in another way and no other union or council.
_UNION = {
    noun: (
        re.compile(rf"(?<!\b[Ss]tate of )\b[Tt]he {noun}\b(?! of\b| [A-Z]| (?:budget|cabinet|government|minister|ministry|territor\w+)\b)"),
        re.compile(rf"\b(?!The\b|European\b)[A-Z][\w.&'\u2019-]* {noun}\b|\b{noun} of\b"),
    )
    for noun in ("Union", "Council")
}
_GEORGIA = re.compile(r"\b(?<!South )(?:Georgia|GEORGIA)\b(?! (?:State|Tech|Power|Bulldogs))(?!-Pacific)")
# What only an article on the American state has.
_AMERICAN = re.compile(
    r"\b(?:Ala(?:\.|bama)|Atlanta|Augusta|Carolinas?|Democrats?|Florida|Ga\.|Gov(?:\.|ernor)|Michigan|Pennsylvania|Republicans?|Savannah"
    r"|Sen(?:\.|ators?)|Tennessee|Texas)"
)
_GOVERNMENT = re.compile(r"\bGeorgia['\u2019]s (?:\w+ ){0,2}(?:government|minister|ministry|parliament|premier)\b")
# China's if nothing shows another owner: `Ministry of Commerce and Industry`, `Ministry of Commerce, Lima`.
_COMMERCE = re.compile(r"(?:Ministry of Commerce|[Cc]ommerce [Mm]inistry)\Z")
_OTHER_COMMERCE = re.compile(r"\s+(?:and|&)\s+[A-Z]|(?:,|\s+of|\s+in)\s+(?:the\s+)?")
# The American departments by their short names, before a verb: `Commerce added two firms`. `The Treasury` is also that of others.
_DEPARTMENT = re.compile(
    r"(?:^|(?<=[,;:] )|(?<=\bafter )|(?<=\bbut )|(?<=\bsaid )|(?<=\bthat )|(?<=\bwhen ))(?:Commerce|(?:[Tt]he )?Treasury)"
    r"(?= (?:also |first |then )?(?:added|adds|began|designated|found|had|has|imposed|imposes|issued|labell?ed|launched|may|named|opened"
    r"|put|removed|restricted|revised|said|sanctioned|says|set|tightened|will|would)\b)"
)
_OTHER_TREASURIES = frozenset({"AUS", "GBR", "IRL", "ISR", "KEN", "NZL", "PHL", "ZAF"})
# What only the United States has.
_AMERICAN_ACT = re.compile(r"\b[Ee]ntity [Ll]ist\b|\bSection (?:201|232|301|337)\b|\bOFAC\b")
_JOINT = re.compile(r"(?:,|,? and| &|-)\s*")
_OWN = re.compile(r"['\u2019]s\b(?! (?:\w+ ){0,2}(?:government|minister|ministry|parliament|president|spokes\w+))")


def add_homonyms(texts: Sequence[str], named: Sequence[Sequence[Mention]], home: str | None) -> list[list[Mention]]:
    """Add `Georgia` and `the Commission` to mentions; drop some ministries.

    `texts`: its sentences; `named`: the countries that each of them names; `home`: the state of its source. Returns the mentions of each
    sentence, in order. `Georgia` is the country if the article also names it in another way, names its government or joins it to another
    country, and nothing in it suggests the American state. `The Commission` is that of the European Union unless the article names another
    one, or the source is another state's. `The Union` and `the Council` are the European ones if the article names the Union in another
    way, and no other union or council. `Ministry of Commerce` is left out where it is not China's (`_is_other_commerce`). `Commerce` and
    `Treasury` before a verb are American departments in American news (`_means_american_department`).
    """
    has_question = any(text.rstrip().endswith("?") for text in texts)
    is_china_named = home == "CHN" or any(
        mention.code == "CHN" and not _COMMERCE.match(text[mention.start : mention.end])
        for text, mentions in zip(texts, named, strict=True)
        for mention in mentions
    )
    first_other = len(texts) if is_china_named else _find_other_state(named)
    named = [
        [
            mention
            for mention in mentions
            if not _is_other_commerce(text, mention, mentions, is_known=at >= first_other or (has_question and not is_china_named))
        ]
        for at, (text, mentions) in enumerate(zip(texts, named, strict=True))
    ]
    patterns: list[tuple[str, str, re.Pattern[str]]] = []
    if _means_country(texts, named, home):
        patterns.append(("GEO", "country", _GEORGIA))
    if _means_american_department(texts, named, home):
        patterns.append(("USA", "institution", _DEPARTMENT))
    if home in {None, "EUN"} and not any(_OTHER_COMMISSION.search(text) for text in texts):
        patterns.append(("EUN", "institution", _COMMISSION))
    is_union_named = home == "EUN" or any(mention.code == "EUN" for mentions in named for mention in mentions)
    if is_union_named or any(pattern is _COMMISSION and pattern.search(text) for _, _, pattern in patterns for text in texts):
        others = (short for short, other in _UNION.values() if home in {None, "EUN"} and not any(other.search(text) for text in texts))
        patterns.extend(("EUN", "institution", short) for short in others)
    return [
        sorted([*mentions, *_find(text, mentions, patterns)], key=lambda mention: (mention.start, mention.end))
        for text, mentions in zip(texts, named, strict=True)
    ]


def _find_other_state(named: Sequence[Sequence[Mention]]) -> int:
    """Return the first sentence after one that names a third state.

    It is neither China nor the United States, and its ministry of commerce may be meant from there on. Sentences that name China, as whose
    the ministry is found, are left out.
    """
    codes = [{mention.code for mention in mentions} for mentions in named]
    return next((at + 1 for at, named_here in enumerate(codes) if named_here - {"USA"} and "CHN" not in named_here), len(codes))


def _is_other_commerce(text: str, mention: Mention, mentions: Sequence[Mention], *, is_known: bool) -> bool:
    """Whether a mention is a ministry of commerce that is not China's.

    Its name goes on (`and Industry`), or another state follows it (`of Peru`, `, Lima`). `is_known`: the article does not name China in
    another way, and an earlier sentence names another state than it and the United States, or a question asks a state, whose it then is.
    """
    if mention.code != "CHN" or not _COMMERCE.match(text[mention.start : mention.end]):
        return False
    after = _OTHER_COMMERCE.match(text, mention.end)
    places = {other.start for other in mentions if other.code != "CHN"}
    return is_known or (after is not None and (after.end() in places or text[after.end() - 1].isupper()))


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


def _means_american_department(texts: Sequence[str], named: Sequence[Sequence[Mention]], home: str | None) -> bool:
    """Whether `Commerce` and `Treasury` are American; arguments as of `add_homonyms`."""
    codes = {mention.code for mentions in named for mention in mentions}
    is_american = home == "USA" or (home is None and ("USA" in codes or any(_AMERICAN_ACT.search(text) for text in texts)))
    return is_american and codes.isdisjoint(_OTHER_TREASURIES)


def _is_joined(text: str, match: re.Match[str], mentions: Sequence[Mention]) -> bool:
    """Whether only a comma or `and` separates a name and a country."""
    return any(
        mention.role == "country"
        and (_JOINT.fullmatch(text, mention.end, match.start()) or _JOINT.fullmatch(text, match.end(), mention.start))
        for mention in mentions
    )


def _find(text: str, mentions: Sequence[Mention], patterns: Sequence[tuple[str, str, re.Pattern[str]]]) -> Iterator[Mention]:
    """Yield mentions by `patterns` (code, role, pattern) that overlap no other."""
    for code, role, pattern in patterns:
        for match in pattern.finditer(text):
            if not any(mention.start < match.end() and match.start() < mention.end for mention in mentions):
                yield Mention(code, match.start(), match.end(), role, is_actor=_OWN.match(text, match.end()) is None)
