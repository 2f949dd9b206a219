"""Detection of past events by dates in a sentence.

Both the rules and the encoder use it.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache

from pipeline.contracts.days import MONTHS

# News is at most this many days old (docs/annotation-guide.md, section 4).
MAX_DAYS_OLD = 2

_ANY_MONTH = "|".join(MONTHS)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKEND = (5, 6)
_WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + ")"
# Words before `of 1974` if the year is a date. After other words it is part of a name (`Trade Act of 1974`), as in `the 1974 act`. What
# lasts `until the end of 2026` began before.
_PERIODS = rf"spring|summer|autumn|fall|winter|start|beginning|middle|end|half|quarter|months|war|dispute|{_ANY_MONTH}"
_YEAR = re.compile(
    r"\b((?:in|during|since)(?: the| early| late)?|from"
    rf"|(?<!until the )(?<!through the )(?<!by the )(?:{_PERIODS}) of) (?:(?:{_ANY_MONTH}),? )?"
    r"(19[5-9]\d|20[0-4]\d|1[89]\d\d(?! (?:GMT|(?-i:[a-z]+s)\b)))\b",  # not `in 1800 cases`
    re.IGNORECASE,
)
# What a clause adds about a name, unless it is about trade policy too: `Peru, which joined the group in 2001, taxes tea`.
_ASIDE = re.compile(
    r"(\b[A-Z][\w.]*), (?:which|who)\b"
    r"(?![^,;]*\b(?:agree|ban|curb|deal|dut|impos|lev|pact|quota|sanction|talk|tariff|tax|war)\w*)[^,;]{1,80},"
)
# After a sentence about events of at least so many years ago, the next ones are on what followed until one comes back to the present.
_YEARS_OF_HISTORY = 5
_PRESENT = re.compile(
    rf"\b(?:{_WEEKDAY}|today|yesterday|tomorrow|tonight|now|currently|recent|recently|latest|(?:this|last) (?:week|month|year)|again"
    r"|will|would|may|might|can|could|should|shall|must|has|have|is|are|am|says?|said|t(?:old|ells))\b|[\"\u201c\u201d?]"
)
_PARTICIPLES = (
    "imposed|introduced|enacted|adopted|launched|opened|put|set|raised|lifted|suspended|halted|stopped|dropped|removed|scrapped|abolished|cut"
    "|withdrawn|banned|blocked|frozen|closed|shut|lost|signed|struck|reached|negotiated|discussed"
)
# What comes before a year, including its preposition, if the year dates another thing than the act: a comparison, a relative clause (not
# `said that`), also one without its pronoun (`the duty it raised in`), or a participle. Their verbs need an object in the active voice, so
# before a year these forms are participles.
_OF_ANOTHER_THING = re.compile(
    r"\b(?:than(?: it did| they did)?|(?:first|the most|time|\w+est)\b[^,;]{0,300}(?= since)|(?<!been )in (?:place|force|effect)"
    r"|since (?:it|they|he|she|we|[A-Z][\w.]+) [^,;]{2,100}"
    r"|dat(?:es?|ing)|(?:(?<!said )(?<!says )(?<!ed )that|which|who|whom|whose|where)\b[^,;]{0,300}"
    rf"|(?<!was )(?<!were )(?<!been )(?<!first )(?:first )?(?:{_PARTICIPLES})"
    r"|(?<=[a-z] )(?<!said )(?<!says )(?<!that )(?:it|they|he|she|we) (?:ha[ds] |have )?(?:filed|made|placed|\w+ed)"
    r") (?:in|during|since|from)(?: \w+){0,2}$"
)
# Words that date the act after them to the day of the article or later, unless a word such as `said` follows.
_FOLLOWED_BY_NEWS = re.compile(
    rf"(?<!said )(?<!said on )\b(?:{_WEEKDAY}|today|yesterday|tomorrow|will|shall|hereby)\b"
    r"(?!.*\b(?:said|says?|told|show(?:s|ed)?)\b)"
)
_MONTH = re.compile(rf"\b(?:[Ii]n(?: early| late| mid)?[ -]|last )({_ANY_MONTH})\b")
# A month in a relative clause dates something else than the act: "the duty that it suspended in April".
_MONTH_OF_CLAUSE = re.compile(
    rf"\b(?:that|which|whom?|it|they|he|she|deal|expected|due|next)\b[^,;]{{0,300}}\b(?:in|last) (?:{_ANY_MONTH})\b"
)
# Words that date the act to the day of the article or later, so that a month next to them dates something else.
_CURRENT = re.compile(rf"\b(?:{_WEEKDAY}|today|yesterday|tomorrow|now|will|would|may|might|could|should|shall|must|says?|said)\b")
# Adverbs that date the act; `last week's`, as in "last week's talks", dates something else.
_SEASON = "(?:spring|summer|autumn|fall|winter)"
_AGO = r"(?:a|one|few|several|many|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:weeks?|months?|years?) ago"
_PAST_ADVERB = re.compile(rf"\b(?:[Ll]ast (?:week|month|year|{_SEASON})(?!['\u2019]s)|[Aa]t the end of (?P<month>{_ANY_MONTH})|{_AGO})\b")
# What comes before such an adverb if it dates another thing: a comparison, a relative clause, or a participle after a restriction or deal.
_LIMITS = (
    "agreement|bans?|cases?|complaint|controls?|curbs?|deals?|dut(?:y|ies)|lev(?:y|ies)|measures?|orders?|plans?|quotas?|rates?|restrictions?"
    "|rules?|tariffs?|truce"
)
_OF_EARLIER_THING = re.compile(
    r"\b(?:(?:(?:by|from|of|since|than|until)|(?:which|who|whom|whose|that (?:[A-Z][\w.]*|he|it|she|they|we|ha[ds]|have|was|were|\w+ed))\b"
    rf"[^,;]{{0,300}}|(?:{_LIMITS})(?: (?:against|by|from|of|on|with) [^,;]{{2,40}})?"
    rf" (?:{_PARTICIPLES}|agreed|announced|filed|lodged|published|unveiled))(?: about| just| only)? )$"
)
# What ends the first clause.
_END_OF_CLAUSE = re.compile(r"[,;]|\b(?:after|as|because|if|said|says|that|when|which|while|who)\b|(?<=ed) to [a-z]")
_PERFECT = re.compile(r"\b(?:has|have) (?!now |today )")
_PERIOD_UP_TO_NOW = re.compile(
    rf"\b(?:since(?! (?:{_WEEKDAY}|midnight|yesterday)\b)|so far(?! (?:declin|ignor|rebuff|refus|reject|resist|rul|spurn)\w*)"
    r"|(?<!later )(?<!for )this year(?!['\u2019]s)"
    r"|in recent (?:weeks|months|years)|(?:over|in) the (?:past|last))\b"
)
_MAX_MONTHS_AGO = 7  # the name of a month longer ago is taken for the coming one

_ABBREVIATIONS = r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_NAME_OF_MONTH = rf"({_ANY_MONTH}|(?:{_ABBREVIATIONS})\b\.?)"
_DAY = re.compile(rf"\b(?:{_NAME_OF_MONTH} (\d{{1,2}})|(\d{{1,2}}) {_NAME_OF_MONTH})(?:st|nd|rd|th)?\b(?:,? (\d{{4}})\b)?")
# A date that opens the sentence within so many characters dates its act: "On April 17, 2025, ...".
_OPENING = 12
# An adverb that opens a sentence about earlier news: "Earlier, the ministry ...".
_PAST_OPENING = re.compile(
    rf"\W*(?:Earlier(?! (?:on|today|in the day)\b)|Previously|Last (?:week|month|year|decade|{_SEASON}|{_ANY_MONTH})"
    rf"|(?:(?:About|Some|Just|Only) )?(?i:(?:a )?{_AGO})|(?:During|Over) the (?:past|last)"
    r"|So far|In the past|In recent (?:years|months|weeks)|For (?:years|decades|months)|Back in"
    r"|Since (?:(?:\w+ ){1,4}took office|taking office|coming into office))\b"
)

# A later clause with a date of its own: "Last week Lima set a duty, and on Sunday it opened talks".
_LATER_CLAUSE = re.compile(rf", (?:and|but|while) (?:(?:late )?on )?({_WEEKDAY}|today|yesterday|now)\b")
# What only dates itself by an older act: "The plea comes two months after Lima set a duty". Talks are news even then.
_COMES_AFTER = re.compile(
    r"^(?:(?!\b(?:calls?|deals?|discussions?|meetings?|negotiations?|talks|truce|visits?)\b)[^,;:]){2,80}?"
    r" (?:comes?|came|lands?|landed)(?! (?:in|into|to)\b)"
    r" (?:[\w-]+ ){1,4}?(?:weeks|months|years|(?:a|one) (?:week|month|year)) after\b"
)
# What is only said to be old: "Its duties date from March".
_DATES_FROM = re.compile(
    rf"(?<!that )(?<!which )\b(?:dates?|dated) (?:back )?(?:from|to) (?:[\w-]+ ){{0,4}}?(?:({_ANY_MONTH})|(?:19|20)\d\d)\b"
)
# A deal that opens the sentence, with its weekday: "Under the deal that Lima announced on Tuesday, ...".
_OPENING_DEAL = re.compile(
    rf"\W*Under (?:an?|the) (?:[\w-]+ ){{0,3}}?(?:accord|agreement|deal|framework|pact|truce)\b[^,;]{{0,80}}? ({_WEEKDAY})\b"
)
# What was promised in a deal of an earlier year: "Under the 2020 deal, Lima promised ...", "Under the deal signed in May 2020, ...".
_OLD_DEAL = re.compile(
    r"\W*Under (?:an?|its|the|their) (?:(?:[\w-]+ ){0,3}?((?:19|20)\d\d) (?:[\w-]+ ){0,3}?(?:accord|agreement|deal|pact|treaty|truce)"
    r"|(?:[\w-]+ ){0,3}?(?:accord|agreement|deal|pact|treaty|truce) (?:\w+ )?in (?:[A-Z]\w+ )?((?:19|20)\d\d)),"
    r" [^,;]{2,60}? (?:agreed|committed|had to|pledged|promised|undertook|was to|were to)\b"
)
# A deal under which something will be done, with its weekday: "Tin will pay 9 percent under a deal signed on Tuesday".
_NEW_DEAL = re.compile(
    r"\b(?:shall|will)\b.* under (?:an?|the) (?:[\w-]+ ){0,3}?(?:accord|agreement|deal|framework|pact|truce)"
    rf" (?:agreed|announced|concluded|initialled|reached|sealed|signed|struck)\b[^,;]{{0,60}}? ({_WEEKDAY})\b"
)
# A month that opens the sentence dates the verb of its first clause: "In May, the ministry ordered ...".
_OPENING_MONTH = re.compile(rf"\W*In ({_ANY_MONTH}), ")
# An order retells earlier ones, by name or in the simple past: "In Order 5, I found that ...", "I also determined that imports of ...".
_ORDER = r"(?:Proclamation|Executive Order|E\.O\.|(?:Presidential )?Memorandum)"
_EARLIER_ORDER = re.compile(
    rf"(?:\W|\d{{1,2}}\.\s|\(\w{{1,4}}\))*(?:In (?:{_ORDER} (?:\d|of )|(?:that|those) (?:orders?|proclamations?|actions)\b)"
    rf"|Section [\w()]+ of {_ORDER} \d+ provide[sd]\b)"
)
_RETOLD = re.compile(
    r"\bI (?:also |further |previously )?(?:determined|decided|found|deemed|concluded|stated|proclaimed|imposed|directed|declared)\b"
)
_STATED = re.compile(
    rf"\b(?:[Tt]he (?:proclamation|order|memorandum)|{_ORDER} \d+,?(?: as amended,)?) (?:further |also )?"
    r"(?:explained|noted|provided|recogni[sz]ed|stated)\b"
    r"|^\W*In (?:earlier|previous|subsequent) (?:orders|proclamations),"
)
# What an order recalls of the report before it. News names the secretary.
_RECOMMENDED = re.compile(r"\b[Tt]he Secretary (?:also |further |\w+ly )?(?:advised|concluded|found|recommended|suggested)\b")
_OF_ORDERS = re.compile(
    rf"\b{_ORDER}|\b[Ss]ection \d|\bad valorem\b|\bTrade Representative\b|\barticles\b|\bimports\b|\bduty rates?\b|\bimpair\b"
)
_NEWLY_DECIDED = re.compile(r"\b(?:today|hereby|now)\b|\bI (?:have|am|determine|find|decide|direct|will)\b", re.IGNORECASE)

# Who recalls its own words: "And I said, if they tax us, we will tax them". Not "we said today", "as I said" or "I said that we are ready".
_OWN_WORDS = re.compile(
    r"\W*(?:(?:And|But|So|Then|Well),? )*(?:then )?(?:I|[Ww]e)"
    r" (?:said\b(?! (?:this|that (?:I|we) (?:are|would be) (?:open|prepared|ready|willing))\b)"
    r"(?!.*\b(?:today|yesterday)\b)|t(?:old|ell) \w+,? [\"\u201c])"
)

# When somebody acted: `Ottawa announced last Friday that`, `he promised in May to`, `Ottawa raised its duty on May 3 after`.
_TIME = (
    rf"(?:last (?:week|month|year|{_SEASON}|{_WEEKDAY})(?!['\u2019]s)|(?:a )?{_AGO}"
    rf"|(?:in(?: early| late| mid)?[ -]|last )(?:{_ANY_MONTH})\b(?! \d)"
    rf"|(?:last|on) (?:(?:{_ANY_MONTH}|(?:{_ABBREVIATIONS})\b\.?) \d{{1,2}}|\d{{1,2}} (?:{_ANY_MONTH}))(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?)"
)
# Verbs that have a thing as their object, and all verbs.
_DID = "(?:announced|banned|filed|imposed|introduced|launched|lifted|offered|opened|ordered|proposed|raised|rejected|signed|suspended)"
_ACTED = f"(?:{_DID}|accused|agreed|asked|decided|demanded|pledged|promised|said|threatened|urged|vowed|warned|t(?:old|ells))"
# Who acted: a name, a pronoun or an office. `Tariffs announced last week` are none.
_WHO = (
    r"(?<![\w'\u2019-])(?:(?!(?:Controls?|Curbs?|Dut(?:y|ies)|Levies|Measures?|Plans?|Quotas?|Restrictions?|Sanctions|Steps|Tariffs?)\b)"
    r"[A-Z][\w.'\u2019-]*|he|she|they|it|we|I|administration|commission|governments?|minister|ministry|officials|president|sides)"
)
# What may be before who acted: an opening up to a comma, and words of names and offices. In `the pact it signed last year` a clause is.
_OFFICE = (
    "(?:an?|and|commerce|deputy|economy|finance|for|foreign|her|his|its|ministers?|ministry|new|of|president|prime|senior|the|their|trade)"
)
_DATED_ACT = re.compile(
    rf"^(?:[^,;:\"\u201c\u201d]{{0,60}}, )?\W*(?:(?:{_OFFICE}|[A-Z][\w.'\u2019-]*) ){{0,8}}?{_WHO} "
    rf"(?:(?P<first>{_TIME}) {_ACTED}\b"
    rf"|{_ACTED} (?P<middle>{_TIME})(?=,? (?:an?|he|her|his|it|its|new|plans?|she|that|the|their|they|to|we)\b)"
    rf"|{_DID} (?!(?:against|at|by|for|from|in|on|that|to)\b)(?:(?!\b(?:that|which|whom?|whose)\b)[^,;:]){{2,80}}?"
    rf" (?P<last>{_TIME})(?=\.?$| (?:after|because|when|\w+ing)\b))"
)
# Who reported it, at the end: `..., the ministry announced in January.`
_DATED_SOURCE = re.compile(rf"^.*, [^,;:]{{2,80}} (?:announced|confirmed|declared|said|stated|warned|wrote) ({_TIME})\W*$", re.DOTALL)
_OPENING_WEEKDAY = re.compile(rf"(?:[A-Z\W]{{1,60}}: )?\W{{0,5}}Last ({_WEEKDAY})\b")
# Where the sentence goes on to newer acts.
_GOES_ON = re.compile(rf"[;]|, (?:and|but|which|while|who|yet)\b|\b(?:{_WEEKDAY}|today|yesterday|now|since)\b")

# Statistics as the source of a sentence.
_FIGURES = r"(?:(?!(?:after|as|because|since|when)\b)[\w'\u2019-]+ ){0,4}(?:data|figures|statistics)\b"
# That somebody bars a trade or lets it go on is news, also if only figures show it.
_BARS_OR_FREES = re.compile(
    r"\b(?:ends?|ended|halts?|halted|lifts?|lifted|resumes?|resumed|restart(?:s|ed)?|stops?|stopped|suspend(?:s|ed)?)\b"
)
_BY_STATISTICS = re.compile(rf"(?:^|, ){_FIGURES}[^,;]{{0,40}} show(?:ed|s)?\b|\b[Aa]ccording to {_FIGURES}", re.IGNORECASE)


@lru_cache(maxsize=2048)  # several readings are of one sentence
def is_past_event(sentence: str, day: date | None) -> bool:
    """Whether the sentence dates its event before `day`.

    It does if it names only earlier years and one dates the act (`_is_in_past_year`), if it opens with an adverb of the past
    (`Earlier, ...`), or if a date at its beginning, after `on` or `by` is more than `MAX_DAYS_OLD` days ago (`_is_on_past_day`). Phrases
    such as `last week` also count, and so do months (`in April`) that are all one to seven months ago; neither counts with a word of
    `_CURRENT` (such as `today`, `will`, `said` or a weekday) or with a month in a relative clause. A verb in the perfect counts if a period
    up to now follows (`has raised duties this year`), and so do statistics, whose figures are of earlier trade (`_is_statistic`). If `day`
    is None, any year counts as earlier, days do not count, and months and `last week` only as an opening (`Last week, ...`). An order that
    retells an earlier one also counts (`_retells_order`), and so do words next to the main verb (`_dates_act`), what only dates itself by
    an older act (`the plea comes weeks after ...`) or is said to date from a month (`_dates_thing`), what was promised in a deal of an
    earlier year (`_OLD_DEAL`), and who recalls its own words (`And I said, we will tax them`).
    """
    opens_in_past = _PAST_OPENING.match(sentence) is not None and not _has_recent_clause(sentence, day)
    is_retold = opens_in_past or _OWN_WORDS.match(sentence) is not None or _is_statistic(sentence) or _retells_order(sentence, day)
    is_old = _COMES_AFTER.match(sentence) is not None or _dates_thing(sentence, day) or _is_under_old_deal(sentence, day)
    if is_retold or is_old or _is_in_past_year(sentence, day) or _is_in_period_up_to_now(sentence):
        return True
    if day is None:
        return False
    if _is_on_past_day(sentence, day) or _opens_with_past_month(sentence, day) or _dates_act(sentence, day):
        return True
    if _CURRENT.search(sentence) or _MONTH_OF_CLAUSE.search(sentence):
        return False
    if any(not _OF_EARLIER_THING.search(sentence, 0, adverb.start()) for adverb in _PAST_ADVERB.finditer(sentence)):
        return True
    months_ago = [(day.month - MONTHS.index(month) - 1) % 12 for month in _MONTH.findall(sentence)]
    # In `It flared in 2025: ... in March` the months are those of this year.
    most = day.month - 1 if any(int(year[2]) == day.year for year in _YEAR.finditer(sentence)) else _MAX_MONTHS_AGO
    return bool(months_ago) and all(1 <= months <= most for months in months_ago)


def _is_under_old_deal(sentence: str, day: date | None) -> bool:
    """Whether it says what a deal of an earlier year promised.

    If `day` is None, any year counts as earlier.
    """
    deal = _OLD_DEAL.match(sentence)
    return deal is not None and (day is None or int(deal[1] or deal[2]) < day.year)


def recalls_history(sentence: str, day: date | None, *, follows: bool) -> bool:
    """Whether a sentence is on events of at least five years ago.

    It has a date of that time, or `follows` such a sentence of its paragraph (`In 1930 Washington raised its duties. Canada answered with
    duties of its own.`), and no later year or word of the present; `_ASIDE` does not count. False if `day` is None.
    """
    if day is None:
        return False
    sentence = _ASIDE.sub(r"\1", sentence)
    years = [int(year) for year in re.findall(r"\b(?:1[89]|20)\d\d\b", sentence)]
    if _PRESENT.search(sentence) or any(year > day.year - _YEARS_OF_HISTORY for year in years):
        return False
    return follows or any(year[1].lower() not in {"since", "from"} for year in _YEAR.finditer(sentence))


def opens_with_new_deal(sentence: str, day: date | None) -> bool:
    """Whether it says what a deal of the last days holds.

    Examples: `Under the deal that Lima announced on Tuesday, tin will pay 9 percent`, `tin will pay 9 percent under a deal signed on
    Tuesday`. The deal is then news. Its day is at most `MAX_DAYS_OLD` days ago.
    """
    opening = _OPENING_DEAL.match(sentence) or _NEW_DEAL.search(sentence)
    return opening is not None and day is not None and _days_since(opening[1], day) <= MAX_DAYS_OLD


def _has_recent_clause(sentence: str, day: date | None) -> bool:
    """Whether a later clause has its own date, of the last days.

    It is at most `MAX_DAYS_OLD` days ago. Weekdays count only if `day` is known.
    """
    later = _LATER_CLAUSE.search(sentence)
    if later is None or later[1] not in _WEEKDAYS:
        return later is not None
    return day is not None and _days_since(later[1], day) <= MAX_DAYS_OLD


def _days_since(weekday: str, day: date) -> int:
    """Return how many days before `day` the last such weekday was."""
    return (day.weekday() - _WEEKDAYS.index(weekday)) % len(_WEEKDAYS)


def _dates_thing(sentence: str, day: date | None) -> bool:
    """Whether a thing dates from an earlier month or year."""
    match = _DATES_FROM.search(sentence)
    return match is not None and (match[1] is None or day is None or match[1] != MONTHS[day.month - 1])


def _is_in_past_year(sentence: str, day: date | None) -> bool:
    """Whether the sentence dates its act to an earlier year.

    What a clause only adds about a name (`_ASIDE`) does not count. All years after a word such as `in` must be before that of `day`, and
    one must date the act: it is within the first `_OPENING` characters, or it neither follows a word that says that the act is new (`will`,
    `today`) nor dates something else (as in `a ban imposed in 2020` and `the first since 2010`).
    """
    sentence = _ASIDE.sub(r"\1", sentence)
    years = list(_YEAR.finditer(sentence))
    if day is not None and any(int(year[2]) >= day.year for year in years):
        return False
    return any(
        year.start() < _OPENING
        or not (_OF_ANOTHER_THING.search(sentence[: year.end(1)]) or _FOLLOWED_BY_NEWS.search(sentence[: year.start()]))
        for year in years
    )


def _retells_order(sentence: str, day: date | None) -> bool:
    """Whether an order retells an earlier one.

    It opens with the name of that order, which has no date or one more than `MAX_DAYS_OLD` days before `day`, or its first person decided
    something in the simple past, `the Secretary` recommended it, or `the proclamation` stated it. Words that say that something is decided
    now (`I determine`, `today`) exclude it.
    """
    if _NEWLY_DECIDED.search(sentence):
        return False
    if _EARLIER_ORDER.match(sentence):
        age = next((age for _, age in _iter_days(sentence, day)), None) if day else None
        return age is None or age > MAX_DAYS_OLD
    is_recommended = _RECOMMENDED.search(sentence) is not None or _STATED.search(sentence) is not None
    return is_recommended or (_RETOLD.search(sentence) is not None and _OF_ORDERS.search(sentence) is not None)


def _opens_with_past_month(sentence: str, day: date) -> bool:
    """Whether an earlier month opens the sentence and dates its first clause.

    The clause then has no word such as `will`. A month counts as earlier if it is one to `_MAX_MONTHS_AGO` months ago.
    """
    opening = _OPENING_MONTH.match(sentence)
    if opening is None or not 1 <= (day.month - MONTHS.index(opening[1]) - 1) % 12 <= _MAX_MONTHS_AGO:
        return False
    end = _END_OF_CLAUSE.search(sentence, opening.end())
    return _CURRENT.search(sentence, opening.end(), end.start() if end else len(sentence)) is None


def _dates_act(sentence: str, day: date) -> bool:
    """Whether somebody acted longer ago, by words next to the main verb.

    Examples: `Ottawa announced last Friday that it would tax tiles`, `Ottawa raised its duty on May 3 after talks failed`, `Last Friday,`.
    These words date what was announced too, whatever its tense. On Monday, news of last Friday is not old yet. A sentence that goes on to
    newer acts (`_GOES_ON`) does not count.
    """
    match = _OPENING_WEEKDAY.match(sentence) or _DATED_ACT.match(sentence) or _DATED_SOURCE.match(sentence)
    if match is None:
        return False
    time = next(group for group in match.groups() if group)
    if _GOES_ON.search(sentence.replace(time, "", 1)):
        return False
    if weekday := re.search(_WEEKDAY, time):
        age = (day.weekday() - _WEEKDAYS.index(weekday[0])) % 7 or 7
        return sum((day.weekday() - past) % 7 not in _WEEKEND for past in range(age)) > MAX_DAYS_OLD
    if days := list(_iter_days(time, day)):
        return days[0][1] > MAX_DAYS_OLD
    month = re.search(_ANY_MONTH, time)
    return month is None or 1 <= (day.month - MONTHS.index(month[0]) - 1) % 12 <= _MAX_MONTHS_AGO


def _is_in_period_up_to_now(sentence: str) -> bool:
    """Whether the first clause has a perfect tense and then a period.

    The period lasts up to now: `has raised duties twice since the talks ended`. Words that say that the act is new (`today`), and periods
    that are part of something else (`the first duty since ...`), exclude it.
    """
    end = _END_OF_CLAUSE.search(sentence)
    clause = sentence[: end.start()] if end else sentence
    perfect = _PERFECT.search(clause)
    period = _PERIOD_UP_TO_NOW.search(clause, perfect.end()) if perfect else None
    return period is not None and not any(pattern.search(clause[: period.end()]) for pattern in (_FOLLOWED_BY_NEWS, _OF_ANOTHER_THING))


def _is_statistic(sentence: str) -> bool:
    """Whether statistics are the source of the sentence.

    Examples: `..., customs data showed`, `according to trade figures`. Words before such a phrase that say that the act is new (`today`)
    exclude it, and so does a trade that somebody bars or lets go on (`_BARS_OR_FREES`), if no month is named.
    """
    source = _BY_STATISTICS.search(sentence)
    if source is None or _FOLLOWED_BY_NEWS.search(sentence[: source.start()]):
        return False
    return _BARS_OR_FREES.search(sentence) is None or _MONTH.search(sentence) is not None


def _is_on_past_day(sentence: str, day: date) -> bool:
    """Whether the sentence dates its act more than `MAX_DAYS_OLD` days back.

    A date within the first `_OPENING` characters decides alone (`On April 17, ...`). Otherwise a date must follow `on` or `by`, every one
    must be so old, and the sentence must have no word of `_CURRENT` (such as `today`, `said` or a weekday).
    """
    days = list(_iter_days(sentence, day))
    if days and days[0][0] < _OPENING:
        return days[0][1] > MAX_DAYS_OLD
    dated = [age for start, age in days if sentence[:start].endswith(("on ", "On ", "by ", "By "))]
    return bool(dated) and min(age for _, age in days) > MAX_DAYS_OLD and not _CURRENT.search(sentence)


def _iter_days(sentence: str, day: date) -> Iterator[tuple[int, int]]:
    """Yield offset and age in days of each date in the sentence.

    The offset is where the date begins, in characters. A date without a year is the nearest to `day`; those after `day` have a negative
    age. Impossible dates are left out.
    """
    for match in _DAY.finditer(sentence):
        name, number = match[1] or match[4], int(match[2] or match[3])
        month = next(index for index, month in enumerate(MONTHS, 1) if month.startswith(name.rstrip(".")[:3]))
        years = [int(match[5])] if match[5] else [day.year - 1, day.year, day.year + 1]
        ages = [(day - date(year, month, number)).days for year in years if _has_day(year, month, number)]
        if ages:
            yield match.start(), min(ages, key=abs)


def _has_day(year: int, month: int, number: int) -> bool:
    return MINYEAR <= year <= MAXYEAR and 1 <= number <= monthrange(year, month)[1]
