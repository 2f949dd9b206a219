"""Clauses of official texts that do nothing to trade.

They say how officials and importers carry out an act: whom they consult, what they publish or declare, what a term means; or that
somebody has spoken before. Does not belong here: clauses that impose, raise, cut or waive a duty, or give the power to do so.
"""

import re

# Numbers such as `(a)`, and marks. A number has a letter or digit, so that marks alone are not read in two ways.
_OPENING = r"^(?:[\W_]*\\?\((?=\w*[^\W_])\w{1,4}\\?\))*[\W_]*"
# `Within 30 days of the date of this order,`.
_ADVERBIAL = r"(?:(?!Should\b|If\b|When\b)[A-Z][^,;]{0,120}, (?:as \w+, )?)?"
_OFFICE = (
    r"(?:[Tt]he )?(?:heads? of|Secretar(?:y|ies)|[Uu]nited States Trade Representative|Trade Representative|USTR|Department|Commissioner"
    r"|Attorney General|(?:Office|Administrator|Director|Chair\w*) of|CBP|U\.S\. Customs and Border Protection)\b"
)
# `U.S.` ends no sentence.
_DUTY = (
    r"(?:[^.;:]|(?<=\b[A-Z])\.){0,400}?\b(?:shall|should|may|must|(?:is|are)(?: hereby)? (?:directed|authorized)(?: and authorized)? to)\b"
)
_MANDATE = r"(?:The|This) (?:[Oo]rder|[Pp]roclamation|E\.O\.|[Mm]emorandum) (?:authorizes|directs|instructs|requires)\b[^.;:]{0,300}?\bto\b"
_ADVERBS = (
    r"(?:,{0,2} (?:also|each|regularly|promptly|jointly|publicly|from time to time|as (?:appropriate|necessary)|in [^,;]{1,160},))*,?"
)
_PURPOSE = r"(?:implement|effectuat|administer|carry out|enforce|ensure compliance|ensure that the[^,;]{0,60} bonds?)"
_FORMALITY = (
    r"(?:consult|coordinate|inform|notify|advise|update|report|publish|transmit|redelegate|solicit|monitor|act in a manner"
    r"|prioritize reviews|(?:submit|provide)(?! for)(?! the [^,;]{0,60} (?:access|treatment))"
    r"|issue (?:such |any |all )?(?:rules|regulations|guidance|procedures)|adopt (?:such |any )?(?:rules|regulations)"
    rf"|take (?:all|any|such)\b[^.;:]{{0,120}} (?:action|measure|step)s?\b[^.;:]{{0,120}}?\bto {_PURPOSE}"
    r"|take (?:all|any|such)\b[^.;:]{0,60} (?:action|measure|step)s?\b[^.;:]{0,60} as (?:are|is|may be) necessary to ensure compliance"
    r"|determine (?:whether any|the) (?:additional )?modifications"
    r"|establish (?:a )?process(?:es)? (?:by which|through which|under which|to assist|for (?:determining|requests?|submi\w+))"
    r"|investigate the feasibility|study the feasibility)"
)
_PRIVATE = r"(?:[Aa]ny |[Aa]n |[Aa]ll |[Tt]he )?(?:[Ii]mporters?|[Cc]arriers?|[Bb]rokers?|[Pp]ersons?|[Ff]ilers?)\b"
_FORMALITIES = re.compile(
    rf"{_OPENING}(?:{_ADVERBIAL}{_OFFICE}{_DUTY}|{_MANDATE}){_ADVERBS} {_FORMALITY}"
    rf"|{_OPENING}{_ADVERBIAL}{_PRIVATE}[^.;:]{{0,200}}? (?:shall|must|may) (?:also )?(?:provide|report|submit|declare|retain|certify)\b"
    r"|\b(?:shall|must) be accompanied by an? (?:certificate|certification)\b|\b[Cc]ertificate of [^.;:]{0,200} shall be required\b"
    rf"|{_OPENING}(?:The )?Secretary\b[^.;:]{{0,60}} has (?:notified|informed) me that adequate systems"
)
_TERMS = re.compile(
    rf"{_OPENING}(?:For (?:the )?purposes of [^,]{{1,80}}, )?(?:[Tt]he terms? )?[\"\u201c][^\"\u201d]+[\"\u201d][^.;:]{{0,60}}?"
    r" (?:means?|shall mean|refers? to)\b"
    rf"|{_OPENING}Any provisions? of [^.;:]{{0,160}}\binconsistent with\b[^.;:]{{0,200}}\bsuperseded\b"
    r"|\b(?:revised|amended) to read(?: as follows)?\W*$"
    r"|\brules for stacking\b"
)
# What becomes of papers and of money that was paid: `Duties already paid shall not be refunded`.
_PAPERWORK = re.compile(
    rf"{_OPENING}(?:[Aa]ny |[Aa]ll |[Nn]o |[Tt]he )?(?:applications?|claims|comments?|deposits?|duties (?:already )?(?:collected|paid)"
    r"|fees paid|forms?|interested parties|questions|refunds?|requests?) (?:(?!for\b)[\w-]+ ){0,6}?"
    r"(?:shall|will|may|must|should|are|is|have been|has been)\b(?!.*(?:;|, (?:and|but|while)\b))",
    re.IGNORECASE | re.DOTALL,
)
# What would make more of it than a formality; not `the duties imposed by this order`.
_ACT = re.compile(
    r"\b(?:impos(?:e|es|ing|ition)|rais(?:e|es|ing)|increases?|increasing|reduc(?:e|es|ing|tion)|lower(?:s|ing)|to lower|exempt\w*"
    r"|exclu(?:de|des|ding)|alters?|suspend(?:s|ing)?|terminat(?:e|es|ing)|revok(?:e|es|ing)|remov(?:e|es|ing)|restrict(?:s|ing)?|prohibit(?:s|ed|ing)?"
    r"|negotiat\w+|retaliat\w+|penalt\w+|extend(?:s|ing)?"
    r"|(?:further|additional|responsive) (?:\w+ )?(?:actions?|measures?|dut(?:y|ies)|tariffs?)"
    r"|appropriate (?:\w+ )?(?:actions?|measures))\b"
    r"|\b\d+ percent\b|\bshall be subject to\b|\bshall no longer\b|\bin lieu of\b|\bduty-free\b"
)
# What the order does elsewhere: `the duty increases in this proclamation`.
_DONE_ELSEWHERE = re.compile(
    r"\b(?:the|these|such) (?:[\w-]+ ){0,3}?(?:increases?|reductions?|exemptions?|suspensions?)"
    r" (?:in|of|under) this (?:order|proclamation)\b",
    re.IGNORECASE,
)
# A spokesperson only refers to what was said before: `We have made clear our position on the duties many times.`
_REFERS = re.compile(
    r"^(?:[^:;,]{1,40}: )?(?:[^:;,]{1,120}, )?[^:;,]{1,60}?(?:\b(?:has|have)|['\u2019]ve)? (?:(?:already|also|just|previously|\w+ly) )?"
    r"(?:elaborated(?: on)?|expounded(?: on)?|expressed|made clear|shared|stated)(?: (?:my|our|its|the|\w+['\u2019]s))? (?:\w+ )?"
    r"(?:positions?|stance|views?)\b(?! that\b)[^:;,]{0,160}$",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"\bforeign[- ]trade zone.*\b(?:privileged foreign|domestic)[\"\u201d]? status|\b(?:admitted|admission) [^.;:]{0,40}privileged foreign"
)
_RATE = re.compile(r"\b\d+ percent\b")
_REGULATION = re.compile(
    r"\bregulatory relief\b|\bEPA(?:['\u2019]s)? (?:rules?|standards?|restrictions?|regulations?)\b|\bClean Air Act\b|\bred tape\b"
    r"|\bwaives? the requirements of \d+ U\.S\.C\."
)
_OF_TRADE = re.compile(r"\b(?:tariffs?|dut(?:y|ies)|imports?|exports?|quotas?|customs|sanctions?|barriers?)\b", re.IGNORECASE)


def does_nothing(text: str) -> bool:
    """Whether a sentence neither restricts nor frees trade.

    It is a formality (`CBP shall publish the volume`, `Refunds will be made`) or defines a term, without a word such as `impose` or a
    rate; says how goods are admitted into a foreign-trade zone, without a rate; or is about domestic regulation (`relief from an EPA
    rule`) and names no restriction of trade.
    """
    if _ZONE.search(text):
        return _RATE.search(text) is None
    if _REGULATION.search(text):
        return _OF_TRADE.search(text) is None
    return (
        bool(_TERMS.search(text) or _FORMALITIES.search(text) or _PAPERWORK.match(text))
        and _ACT.search(_DONE_ELSEWHERE.sub("", text)) is None
    )


def only_refers(text: str) -> bool:
    """Whether a sentence only says that somebody has stated a position."""
    return _REFERS.match(text) is not None
