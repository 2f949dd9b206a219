"""Sentences whose main clause says what had happened before the news.

Does not belong here: other clauses in the past (`adjust.py`), or dates (`pipeline/signals/dates.py`).
"""

import re

from pipeline.signals.lexicon.inflect import IRREGULAR
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.pairs import is_subject

# `had` and a word that may be a participle, with no quotation before them and, after them, no `;` or `, but`, which may open the news.
_HAD = re.compile(
    r"^([^;:\"\u201c\u201d]{1,120}?) had (?:(?:already|also|earlier|just|long|once|previously) )?(\w+)\b"
    r"(?!.*(?:;|, (?:but|now|while|yet)\b))",
    re.DOTALL,
)
#: What happened so shortly before is news, too: `Hours earlier, Lima had halved its duty`.
JUST_BEFORE = re.compile(
    r"^(?:(?:Just |Only )?(?:(?:A few |Some |Two |Three )?(?:hours|minutes)|(?:A|One|The) day) (?:before|earlier)"
    r"|The previous day|Overnight)\b",
    re.IGNORECASE,
)
_PARTICIPLES = frozenset(participle for _, participle in IRREGULAR.values())
# Words that open another clause, or say that somebody reports: `had` is then not in the main clause.
_LINK = re.compile(
    r"\b(?:adding|after|although|announcing|as|because|before|declaring|how|if|said|saying|says|since|that|though|what|when|where|whether"
    r"|which|while|who|whose)\b",
    re.IGNORECASE,
)
# A pronoun as the subject of the main clause: it opens the sentence, alone or after words such as `In May`.
_OPENING_PRONOUN = re.compile(
    r"(?:^|,\s*)(?:(?:At|Back|By|Days|Earlier|Hours|In|Last|Months|On|Only|Weeks)\b[^,]*\s)?(?:he|it|she|they|we)$", re.IGNORECASE
)
_ANY_PRONOUN = re.compile(r"\b(?:he|it|she|they|we|I|you)$", re.IGNORECASE)
# What a state has done for long, or since an event, in a sentence without other news.
_DAYS = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|midnight|then|today|yesterday"
_PLAIN = r"[^.,;:\"\u201c\u201d]"
_LONG = re.compile(
    rf"^(?:(?:But|However|In fact|Indeed), )?(?!(?:After|As|If|When|While)\b){_PLAIN}{{1,80}}?(?:, under [^,]{{1,40}},)? (?:has|have)"
    r" (?:constantly|continually|continuously|frequently|long|regularly|repeatedly|steadily|successively|systematically)\b"
    rf"|^(?!(?:After|As|If|When|While)\b){_PLAIN}{{1,80}}?(?:, under [^,]{{1,40}},)? (?:has|have) {_PLAIN}{{1,100}}?"
    r" for (?:(?:quite some|a long) time|(?:many |several )?(?:decades|months|years)|(?:so|too) long)\b"
    rf"|(?:^|, )[Ss]ince (?!(?:{_DAYS})\b){_PLAIN}{{1,100}}, {_PLAIN}{{1,60}}? (?:has|have) (?!(?:already|just|now)\b)"
    r"(?:\w+ly )?(?:\w+ed|put|set|taken|hit)\b"
)
# A boast without subject or day: `Secured new trade agreements with Peru, Kenya and others`.
_BOAST = re.compile(r"^\W*(?:Achieved|Delivered|Negotiated|Secured|Struck) (?:[\w-]+ ){0,5}(?:agreements|deals) with\b")
# What a deal only dates: `traded barbs a week after agreeing to a truce`.
_RECALLED_DEAL = re.compile(
    r"\b(?:days|weeks?|months?|years?) after (?:(?:it|they|the (?:two )?(?:countries|governments|sides)) )?(?:had )?"
    r"(?:agree(?:d|ing)|announc(?:ed|ing)|clinch(?:ed|ing)|conclud(?:ed|ing)|reach(?:ed|ing)|seal(?:ed|ing)|sign(?:ed|ing)|str(?:uck|iking))\b[^,;.]*"
)
# Any word of a deal in the rest of the sentence: the deal may be the news.
_DEAL = re.compile(r"\b(?:accords?|agree[ds]?|agreements?|deals?|pacts?|sign(?:ed|s)|truce)\b", re.IGNORECASE)
# What the law of a state is: `Peru charges 30 percent on tea, against 5 percent the other way.`
_CHARGES = re.compile(r" (?:(?:already|also|currently|still|today) )?(?:applies|apply|charges?|collects?|maintains?)\b")
# What a duty is, as an opening: `With Peru's duty at 9 percent, tea falls.`
_WITH_DUTY = re.compile(r"^With [^,;]{1,60}? (?:dut(?:y|ies)|lev(?:y|ies)|tariffs?)\b[^,;]{0,60}? at \d[\d.]* ?(?:%|per ?cent),")
_CHANGE = re.compile(
    r"\b(?:additional|another|as of|beginning|effective|extra|fresh|from (?:midnight|next|now|today|tomorrow)|new|now|retaliat\w+"
    rf"|starting|tomorrow|{_DAYS}|(?:from|on|until) (?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)))\b"
)
_NEWS = re.compile(r";|, (?:and|but|so|yet)\b|\b(?:now|today|yesterday|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b")


def is_long_done(text: str) -> bool:
    """Whether a sentence says what a state has done for long.

    Example: `Lima has had high duties on tea for years`.
    """
    return _LONG.search(text) is not None and _NEWS.search(text) is None


def is_boast(text: str) -> bool:
    """Whether a sentence boasts of several deals that were made before."""
    return _BOAST.search(text) is not None


def recalls_deal(text: str) -> bool:
    """Whether a deal only dates other news: `a week after agreeing to a truce`."""
    rest = _RECALLED_DEAL.sub("", text)
    return rest != text and _DEAL.search(rest) is None


def is_standing_law(sentence: MarkedSentence) -> bool:
    """Whether a whole sentence only says which duties a state has.

    Examples: `Peru charges 30 percent on Kenyan tea, six times what Kenya charges.`, `With Peru's duty at 9 percent, tea falls.` False for
    headlines, which report news in the present, if a word says that something changes, and for `we`, who may announce it.
    """
    text = sentence.text.rstrip("\"\u201d' ")
    if not text.endswith(".") or _CHANGE.search(text):
        return False
    return _WITH_DUTY.match(text) is not None or any(
        sentence.text[mention.start : mention.end].lower() != "we"
        and _CHARGES.match(sentence.text, mention.end) is not None
        and is_subject(sentence, number)
        for number, mention in enumerate(sentence.mentions)
    )


def is_long_before(sentence: MarkedSentence) -> bool:
    """Whether the main clause reports what was done long before the news."""
    return JUST_BEFORE.match(sentence.text) is None and is_earlier(sentence)


def is_earlier(sentence: MarkedSentence) -> bool:
    """Whether the main clause reports what had happened before the news.

    Example: `Lima had complained for months about the levy`. No other clause, finite verb or quotation is before `had`; a pronoun directly
    before it must open the sentence (not `halved the levy it had imposed`).
    """
    match = _HAD.match(sentence.text)
    if (
        match is None
        or not (match[2].endswith("ed") or match[2] in _PARTICIPLES)
        or _LINK.search(match[1])
        or (_ANY_PRONOUN.search(match[1]) and not _OPENING_PRONOUN.search(match[1]))
    ):
        return False
    finite = (mark for mark in sentence.marks_of("verb", "operator") if mark.form in {"past", "both", "s"})
    return all(sentence.tokens[mark.first].start >= match.end(1) for mark in finite)
