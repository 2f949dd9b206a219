"""Rates that a sentence compares, sets or raises, and who bears them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.grammar import Act
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.singled_out import RELIEF

# Numbers of words between a rate and a comparison, and between that and the other rate.
COMPARISON_REACH = 10
LEVEL_REACH = 6
RATE_SCORE = 0.6

#: Begins the id of the rule for rates that a state says another will bear (`is_announced`).
ANNOUNCED = "suffer.announced."

# `18 percent from Monday, against 6 now`, `24 percent instead of 15`, `$90 a ton, up from $50`.
_COMPARED = re.compile(
    r"(?<![\d.,])(\d+(?:\.\d+)?)(?: ?%| (?:percent|per cent|pct|a (?:tonne|ton|barrel|container|head|kilo|truck))\b)[^.;:]{0,80}?"
    r"(?:, against|\b(?:as against|compared with|in place of|instead of|rather than|(?:down|up) from))"
    r" (?:only |the (?:current|old|present|usual) )?"
    r"\$?(\d+(?:\.\d+)?)(?![\d.,]*\d)"
)
# What goods paid comes first: `Peruvian tea, which paid 30 percent, will pay 15`.
_FORMER = re.compile(
    r"\b(?:which|who)(?: (?:had|have|were|was|until \w+|so far|now))* (?:bore|borne|charged|faced|paid|pay|subject to)"
    r" (?:a (?:dut|tariff)\w* of )?(\d+(?:\.\d+)?)(?: ?%| (?:percent|per cent|pct)\b)[^.;:]{0,60}?,"
    r" (?:will|shall|are to|now)(?: now)? (?:be )?(?P<verb>bear|charged|face|pay)(?: (?:a (?:dut|tariff)\w* of|only))?"
    r" (\d+(?:\.\d+)?)(?![\d.,]*\d)"
)
# `the rate shall be 10 percent, in place of 20`.
_SETS = re.compile(
    r"\b(?:dut(?:y|ies)|rates?|surcharges?|tariffs?)\b[^.;:]{0,80}? (?:shall|will|is to|is now to)(?: now| then)? (?P<verb>be) \d"
)
# `come down ... but not to zero`.
_SHORT_OF_ZERO = re.compile(
    r"\b(?:com(?:e|es|ing) down|cut|drop|fall|lower(?:ed)?|reduced?)\b[^.;:]{0,60}?\b(?:not|wo n't|won['\u2019]t)\b"
    r"(?: (?:be|come|down|drop|fall|go|all|the|way|to)){0,5} (?:zero|nothing)\b",
    re.IGNORECASE,
)
# A duty becomes four times as high.
_QUADRUPLED = re.compile(
    r"\bquadrupl(?:e[sd]?|ing) (?!(?:cuts?|quotas?)\b)(?:[\w\u2019'.-]+ ){0,4}?(?:dut(?:y|ies)|lev(?:y|ies)|rates?|tariffs?)\b"
)
# `lifts its duty to 84 percent from 34`.
_TO_FROM = re.compile(r"\bto (\d+(?:\.\d+)?)(?: ?%| (?:percent|per cent|pct)) from (?:about |only )?(\d+(?:\.\d+)?)(?![\d.,]*\d)")
# `duties will snap back to 54 percent`, and words that say that they will not.
_RETURNS = re.compile(r"\b(?:dut(?:y|ies)|levies|rates?|tariffs?)\b[^.;:]{0,60}? (?:bounce|snap|spring)(?:s|ing)? back\b")
_AVERTED = re.compile(r"\b(?:avert|avoid|extend|not|n['\u2019]t|prevent|prolong|without)\w*\b")
# What goods pay, and with any of these words the number may be of something else.
_PAID = re.compile(r"\b(?:charge|customs|deposit|dut(?:y|ies)|fee|lev(?:y|ies)|pay|surcharge|tariff|toll)s?\b", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"\b(?:below|but|cent(?:re|er)|content|demand|grew|growth|inflation|output|pric\w+|profit|quota"
    r"|sales|share|stake|tonnes|while|year-on-year)\b",
    re.IGNORECASE,
)
# What is borne is no cost or share: `faces 24 percent from Monday`, not `faces 24 percent of the bill`. In a list of countries with
# their rates, who imposes them is none of those named.
_BORNE = re.compile(
    r"(?: (?:a|an|about|another|around|as much as|at least|from|nearly|over|roughly|up to)\b){0,3}"
    r" \d[\d.]*(?: ?%| (?:percent|per cent|pct)\b)(?!(?:,|,? and) (?:the )?[A-Z][^,.;:]{1,40} \d)"
    r"(?=\W*$|[,;]| (?:and|as of|at (?:the border|American|US|U\.S\.)|beginning|from|if|instead|on|starting|unless|when|while)\b)"
)
# `raises Chile to 40 percent`, `raises those on Chilean goods to 40 percent`: before the country, and after it.
_RAISING = re.compile(
    r"\b(?:rais(?:es?|ed|ing)|lift(?:s|ed|ing)?|hik(?:es?|ed|ing)|boost(?:s|ed|ing)?|jack(?:s|ed|ing)? up|ups) (?:those (?:against|on) )?$",
    re.IGNORECASE,
)
_TO_LEVEL = re.compile(
    r"(?:['\u2019]s)?(?: (?:goods|imports|products|rates?|levels?|levy))? to (?:an? \w+ )?\d[\d.,]* ?(?:%|per ?cent|pct)", re.IGNORECASE
)
# `Peru will face a 9 percent duty from May, Norway's minister said`: between `will` and the state that says so, and after that.
_UNTIL_SPEAKER = re.compile(r"[^;]{0,120}?\d ?(?:%|per ?cent|pct)[^;]{0,80}?, (?:the )?$", re.IGNORECASE)
_SAYS = re.compile(
    r"(?:['\u2019]s(?: [a-z]+){0,2} (?:chancellor|government|leader|minister|ministry|premier|president))?"
    r" (?:also )?(?:announce[ds]|declare[ds]|posted|says|said|writes|wrote)\b"
)


def is_announced(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether a state says at the end who will bear a rate.

    Example: `Peru will face a 9 percent duty, Norway said`.
    """
    will = sentence.words_between(verb.first - 1, verb.last)
    start = sentence.tokens[verb.last].end
    return "will" in will and any(
        _UNTIL_SPEAKER.fullmatch(sentence.text, start, mention.start) and _SAYS.match(sentence.text, mention.end)
        for mention in sentence.mentions
        if mention.start > start
    )


def bears_rate(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether the subject of a verb bears a rate.

    Examples: `faces 24 percent`, `will be charged 24 percent`.
    """
    word = sentence.tokens[verb.first].lower
    is_passive = word == "charged" and not cues("be").isdisjoint(sentence.words_between(verb.first - 2, verb.first))
    return (is_passive or not word.startswith("charg")) and _BORNE.match(sentence.text, sentence.tokens[verb.last].end) is not None


def names_level(sentence: MarkedSentence, mark: Mark) -> bool:
    """Whether the clause names a new level after a word.

    Example: `its duty on American cotton to about 84 percent`. After the word, anywhere in its clause, a number or fraction follows `to`. A
    `to` directly after `down` or another verb does not count (`the levy that it takes on onions dropped to 60`).
    """
    after = sentence.words_between(mark.last, sentence.clause_bounds(mark.first)[1])
    verbs = {other.last - mark.last for other in sentence.marks_of("verb") if other.first > mark.first}
    ends = [at for at, word in enumerate(after) if word == "to" and at and at - 1 not in verbs and after[at - 1] != "down"]
    nexts = (sentence.words_between(mark.last + at + 1, mark.last + at + LEVEL_REACH) for at in ends)
    levels = (next((word for word in words if word not in cues("hedges")), "") for words in nexts)
    return any(level[:1].isdigit() or level in cues("fractions") for level in levels)


def find_raised(sentence: MarkedSentence) -> Iterator[tuple[str, int]]:
    """Yield countries that are raised to a rate, and where they begin.

    Examples: `raises Chile to 40 percent`, `raises Chile's rate to 40 percent`, `raises those on Chilean tin to 40 percent`. The second
    value is the position of the word.
    """
    for mention, (first, last) in sentence.located_mentions:
        if _RAISING.search(sentence.text[: sentence.tokens[first].start]) and _TO_LEVEL.match(sentence.text, sentence.tokens[last].end):
            yield mention.code, first


def raises_country(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether a verb raises the country after it (`find_raised`), perhaps as `those on`."""
    return any(first in {verb.last + 1, verb.last + len(("those", "on")) + 1} for _, first in find_raised(sentence))


def falls_short_of_zero(text: str) -> bool:
    """Whether a tariff is to fall, only not to nothing: `will come down but won't be zero`."""
    return _SHORT_OF_ZERO.search(text) is not None


def sets_lower_rate(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether a verb sets a lower rate than the former one.

    Example: `sets a tariff of 15 percent, down from 25`. The nearest rate before a phrase of the list `comparisons` is the verb's, and the
    first rate, or number after `from`, that follows it is higher. Phrases of the list `halves` need no such number.
    """
    words = [token.lower for token in sentence.tokens]
    rates = [at for at, (word, unit) in enumerate(pairwise(words)) if unit in {"%", "percent", "per"} and word[0].isdigit()]
    for at in range(len(words)):
        before = [rate for rate in rates if at - COMPARISON_REACH <= rate < at]
        if not before or not _is_rate_of(sentence, verb, before[-1]):
            continue
        here = " ".join((*words[at : at + 3], ""))
        if here.startswith(tuple(f"{phrase} " for phrase in cues("halves"))):
            return True
        others = [other for other in range(at + 1, min(at + COMPARISON_REACH, len(words))) if other in rates or words[other - 1] == "from"]
        is_compared = here.startswith(tuple(f"{phrase} " for phrase in cues("comparisons")))
        if is_compared and others and _to_number(words[others[0]]) > _to_number(words[before[-1]]):
            return True
    return False


def is_played_down(sentence: MarkedSentence, thing: Mark) -> bool:
    """Whether who imposes a tariff calls it small: `a tariff of only 25 %`."""
    return sentence.words_between(thing.last + 1, thing.last + 3) in (["of", "just"], ["of", "only"])


def compare_rates(text: str) -> int:
    """Compare what goods pay with what they paid.

    Returns 1 if they pay more, -1 if less, 0 if that is open: also if the sentence has several comparisons, or words of something else.
    """
    former = _FORMER.search(text)
    compared = [*_COMPARED.findall(text), *([(former[3], former[1])] if former else [])]
    is_paid = former or _PAID.search(text)
    if len(compared) != 1 or not is_paid or _OF_OTHERS.search(text):
        return 0
    new, old = (float(rate) for rate in compared[0])
    return (new > old) - (new < old)


class SetRate(NamedTuple):
    """A rate that goods are to pay from now on.

    `change`: how it compares with the former (`compare_rates`); `verb`: where its verb begins (`be`, `pay`); `is_borne`: whether the
    subject of the verb is who pays.
    """

    change: int
    verb: int
    is_borne: bool


def find_set_rate(text: str) -> SetRate | None:
    """Find what goods are to pay from now on.

    Examples: `the duty shall be 10 percent, in place of 20`, `tea, which paid 30 percent, will pay 15`. None if nothing is compared.
    """
    change, match = compare_rates(text), _SETS.search(text) or _FORMER.search(text)
    return SetRate(change, match.start("verb"), match.re is _FORMER) if change and match else None


def build_rate_act(sentence: MarkedSentence, at: int, kind: str, rule_id: str, thing: int | None = None) -> Act:
    """Build an act by what goods are to pay.

    `at`: the position of its verb; `thing`: that of the restriction, None if the subject of the verb pays.
    """
    return Act(
        kind=kind,
        rule_id=rule_id,
        anchor=at,
        focus=at,
        instrument="tariff",
        status="announced",
        score=RATE_SCORE,
        words=(sentence.tokens[at].text,),
        thing=thing,
    )


def rises(text: str) -> bool:
    """Whether goods pay more than before: `24 percent instead of 15`, `quadruples its duty`."""
    return compare_rates(text) > 0 or _QUADRUPLED.search(text) is not None


def only_rises(text: str) -> bool:
    """Whether a rate rises from a lower one, and nothing is relieved."""
    change = _TO_FROM.search(text)
    return change is not None and float(change[1]) > float(change[2]) and _PAID.search(text) is not None and not RELIEF.search(text)


def returns(text: str) -> bool:
    """Whether a higher rate comes back: `duties will snap back once the pause ends`."""
    return _RETURNS.search(text) is not None and _AVERTED.search(text) is None


def falls(text: str) -> bool:
    """Whether goods pay less than before: `6 percent, down from 15`."""
    return compare_rates(text) < 0


def _is_rate_of(sentence: MarkedSentence, verb: Mark, rate: int) -> bool:
    """Whether a verb sets a rate: no other verb is between them.

    `rate`: position of the number. A rate before the verb counts only in the verb's clause.
    """
    first, last = sorted((rate, verb.first))
    is_near = verb.first < rate or sentence.clause_bounds(verb.first)[0] <= rate
    return is_near and not any(first < other.first < last for other in sentence.marks_of("verb"))


def _to_number(word: str) -> float:
    """Return the number that a word is, 0 for any other word.

    Commas between thousands do not matter.
    """
    digits = word.replace(",", "")
    return float(digits) if digits.replace(".", "", 1).isdecimal() else 0.0
