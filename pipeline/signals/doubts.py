"""Circumstances in which a sentence is less often news.

`DOUBT` in pipeline/contracts/vocabulary.py lists them. Does not belong here: how much they lower a probability (`calibrate.py`), or dates
that leave no doubt (`dates.py`).
"""

import re
from collections.abc import Iterator

import polars as pl

from pipeline.signals.lexicon import cues
from pipeline.signals.slots import names_product

#: Kinds that are acts, not words.
DEEDS = frozenset({"measure", "investigation", "easing", "purchase", "agreement"})
# Doubts that concern only some kinds; the others concern all.
_KINDS_IN_DOUBT = {"recital": DEEDS, "firm": frozenset({"dialogue"})}

_TOPIC = re.compile(
    r"\b(?:responds?|responded|repl(?:y|ies|ied)|answers?|answered) to (?:\w+ )*?(?:questions?|inquir\w+)"
    r"|\banswer(?:s|ed) (?:\w+ )?questions|\bquestions? (?:on|about)\b|\bQ&A\b|\bwas interviewed|\bpress conference",
    re.IGNORECASE,
)
_BROADCASTERS = "|".join(sorted(cues("broadcasters")))
# Who appeared where, without what was said.
_APPEARANCE = re.compile(rf"\b(?:interview|(?:on|with|to|joined) (?:\w+ )?(?:{_BROADCASTERS}))\b")
_STATEMENT = re.compile(r"\b(?:said|says?|saying|told|that|if)\b")
# Talks with the head of a firm.
_FIRM = re.compile(r"\b(?:CEOs?|[Cc]hief [Ee]xecutives?|[Bb]usiness (?:leaders?|chiefs?)|[Ee]ntrepreneurs?)\b")
# The first person with a verb that reports: not "we will", "we must" or "we oppose".
_RECITAL = re.compile(
    r"\b(?:I|[Ww]e)(?:['\u2019](?:ve|re|m|d))? (?!(?:will|shall|must|need|want|would|should|can|could|may|might|hope|call|urge|ask|agree"
    r"|announce|oppose)\b|are going\b)"
)
# How words of trade begin, and pacts on trade. Without any, a sentence is more often about another dispute, or about nothing at all.
_TRADE = re.compile(
    r"\b(?:agricult|alumin|bans?\b|bann(?:ed|ing)\b|barrier|boycott|buy|cargo|chip|commerc|curb|currency|customs|deals?\b|(?:anti-?)?dump"
    r"|dut(?:y|ies)\b|econom|embargo|export|farm|freight|goods|import|invest|lev(?:y|ies|ied)\b|licen|livestock|market|negotiat"
    r"|penalt|permit|product|purchas|quarantin|quota|rare earth|renminbi|restrict|sanction|sell|semiconductor|shipment|soybean|steel"
    r"|(?:entry|landing|port|rail|transit) (?:fee|due)|safeguards? (?:dut|inquir|investig|measure|probe)|subsid|surcharge|tariff|tax"
    r"|white.?list|list of (?:beneficiary|eligible|preferred|privileged|trusted)"
    r"|list of countries (?:eligible|entitled|in appended|that enjoy)"
    r"|technolog|tolls?\b|trad(?:e|ing)(?!s? (?:barbs|blame|blows|insults))|veterinar|yuan\b|WTO|W\.T\.O"
    r"|(?:Nafta|USMCA|TPP|CPTPP|RCEP|TTIP|Ceta|Mercosur)\b)",
    re.IGNORECASE,
)
_CURRENT = re.compile(r"\b(?:will|shall|going to|today|hereby)\b|['\u2019]ll\b", re.IGNORECASE)


def add_doubts(evidence: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Add `doubts` to evidence: why a sentence may not be news.

    `evidence`: what the readers found (`EVIDENCE_SCHEMA`); `candidates`: at least the pairs of countries that it is about
    (`CANDIDATES_SCHEMA`), with their sentences. `doubts` is a list of words of `DOUBT`; the list is empty if there is no doubt. `recital`
    (a report on what was done earlier) only concerns acts (`DEEDS`), `firm` (the head of a firm) only talks.
    """
    about = candidates.select("candidate", "sentence", "previous")
    placed = evidence.select("candidate", "kind").join(about, on="candidate", how="left", maintain_order="left")
    texts = placed.select("sentence", "previous")
    by_text = {(sentence, previous): list(_iter_doubts(sentence, previous)) for sentence, previous in texts.unique().iter_rows()}
    doubts = [
        [doubt for doubt in by_text[text] if kind in _KINDS_IN_DOUBT.get(doubt, {kind})]
        for kind, text in zip(placed["kind"], texts.iter_rows(), strict=True)
    ]
    return evidence.with_columns(doubts=pl.Series(doubts, dtype=pl.List(pl.String)))


def _iter_doubts(sentence: str, previous: str) -> Iterator[str]:
    """Yield the doubts that a sentence and the one before raise.

    `topic`: it says what was talked about or where somebody appeared, not what was said. `recital`: the first person reports what was done.
    `firm`: the head of a firm is named. `no_trade`: neither it nor the one before it has a word of trade or names goods.
    """
    if _TOPIC.search(sentence) or (_APPEARANCE.search(sentence) and not _STATEMENT.search(sentence)):
        yield "topic"
    if _RECITAL.search(sentence) and not _CURRENT.search(sentence):
        yield "recital"
    if _FIRM.search(sentence):
        yield "firm"
    if not (has_trade(sentence) or has_trade(previous)):
        yield "no_trade"


def has_trade(text: str) -> bool:
    """Whether a text has a word of trade or names goods."""
    return _TRADE.search(text) is not None or names_product(text)
