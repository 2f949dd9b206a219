"""From documents of the Federal Register to acts of trade policy. Every document ends as the source of signals or with the reason why not.

Belongs here: partners, status, dates and the rows. Does not: which document is which act (`acts.toml`), fetching (`pipeline/sources`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.vocabulary import KIND_POLARITY, KINDS_WITH_MAGNITUDE
from pipeline.signals import slots
from pipeline.signals.actors import find_mentions
from pipeline.signals.merge import signal_id
from pipeline.signals.official.effective import effective_date, iso_day
from pipeline.signals.official.rules import Document, Rule, Rules, rules
from pipeline.signals.segment import split_sentences

ACTOR = "USA"
JOURNAL = "Federal Register"
#: A proposed rule does not act yet: what it would do is threatened or offered.
PROPOSED = {"measure": "threat", "easing": "offer"}

_LINK = re.compile(r"https?://[^\s/@]+/\S*", re.IGNORECASE)
_CORRECTION = re.compile(r"[;:,]\s*correcti(?:on|ng amendments?)\s*$|^correction\b|^correcting\b", re.IGNORECASE)
_CORRECTING = re.compile(r"\bcorrecti(?:on|ng amendments?)\b", re.IGNORECASE)
_CORRECTING_NUMBER = re.compile(r"[CRZX][0-9]-", re.IGNORECASE)
_WITH_RATES = {"tariff", "trade_remedy"}
_NAMES = {"country", "demonym"}
LONGEST_TITLE = 2_000  # characters; a text that slipped into the field of the title must not reach a published table
MOST_READ = 5_000  # characters of an abstract and of the words on dates that are looked at; real ones are shorter


class Judged(NamedTuple):
    """`signals` as `OFFICIAL_SIGNALS`, and one row for each document as `OFFICIAL_DOCUMENTS`."""

    signals: pl.DataFrame
    documents: pl.DataFrame


@dataclass(frozen=True)
class _Verdict:
    outcome: str
    rule_id: str | None
    signals: tuple[dict[str, Any], ...] = ()


def judge(raw: pl.DataFrame) -> Judged:
    """The acts in the rows of `RAW_OFFICIAL_DOCUMENTS`, and what became of each row. Rows in = rows of `documents`.

    Of rows that repeat a document's number and day the first by `raw_id` counts. A correction gives no signal: what it corrects has given
    one. `ContractError` when `raw` is not of its contract's shape.
    """
    signals: list[dict[str, Any]] = []
    accounts: list[dict[str, Any]] = []
    seen: set[tuple[str, date]] = set()
    for row in RAW_OFFICIAL_DOCUMENTS.conform(raw).iter_rows(named=True):
        verdict = _verdict(row, seen, rules())
        signals += verdict.signals
        accounts.append(
            {name: row[name] for name in ("raw_id", "index_date", "document_number")}
            | {"url": _link(row), "document_outcome": verdict.outcome, "rule_id": verdict.rule_id, "act_count": len(verdict.signals)}
        )
    return Judged(
        OFFICIAL_SIGNALS.conform(pl.DataFrame(signals, schema=OFFICIAL_SIGNALS.schema)),
        OFFICIAL_DOCUMENTS.conform(pl.DataFrame(accounts, schema=OFFICIAL_DOCUMENTS.schema)),
    )


def _verdict(row: dict[str, Any], seen: set[tuple[str, date]], known: Rules) -> _Verdict:
    unfit = _unfit(row, seen)
    if unfit:
        return _Verdict(unfit, None)
    seen.add((row["document_number"], row["index_date"]))
    document = _document(row)
    if document.agencies.isdisjoint(known.agencies):
        return _Verdict("other_agency", None)
    if _is_correction(row, document.title):
        return _Verdict("correction", None)
    acts = known.acts_of(document)
    if not acts:
        aside = known.aside_of(document)
        return _Verdict(aside.reason, aside.id) if aside else _Verdict("no_rule", None)
    found = {signal["signal_id"]: signal for rule in acts for signal in _signals(rule, document, row, known)}
    return _Verdict("acts" if found else "no_partner", acts[0].id, tuple(found.values()))


def _unfit(row: dict[str, Any], seen: set[tuple[str, date]]) -> str:
    """Why the rules cannot be asked about a row at all; empty where they can."""
    title = row["title"] or ""
    if not row["document_number"] or not title.strip() or len(title) > LONGEST_TITLE or row["agencies"] is None:
        return "unreadable"
    if iso_day(row["publication_date"]) != row["index_date"]:
        return "undated"
    return "repeated" if (row["document_number"], row["index_date"]) in seen else ""


def _is_correction(row: dict[str, Any], title: str) -> bool:
    return (
        bool(row["correction_of"])
        or bool(_CORRECTION.search(title))
        or bool(_CORRECTING.search(row["action"] or ""))
        or bool(_CORRECTING_NUMBER.match(row["document_number"]))
    )


def _document(row: dict[str, Any]) -> Document:
    title = _line(row["title"])
    about = " ".join(_line(row[name]) for name in ("title", "action", "abstract") if row[name])
    return Document(title, about, row["type"] or "", frozenset(row["agencies"].split(", ")))


def _signals(rule: Rule, document: Document, row: dict[str, Any], known: Rules) -> Iterator[dict[str, Any]]:
    kind = PROPOSED.get(rule.kind, rule.kind) if document.type == "Proposed Rule" else rule.kind
    texts = [(name, _line(row[name] or "")) for name in ("dates", "abstract", "title")]
    acts_on = None if _is_proposed(rule, kind) else effective_date(row["effective_on"], texts, row["index_date"])
    signed = iso_day(row["signing_date"])
    day = row["index_date"]
    text = f"{document.title}. {_line(row['abstract'] or '')}"
    for target in _targets(rule, document, row, known):
        yield {
            "signal_id": signal_id(row["document_number"], day.isoformat(), ACTOR, target, kind, rule.instrument),
            "document_number": row["document_number"],
            "index_date": day,
            "source": JOURNAL,
            "source_kind": "official",
            "url": _link(row),
            "quote": document.title,
            "actor": ACTOR,
            "target": target,
            "kind": kind,
            "polarity": KIND_POLARITY[kind],
            "status": _status(rule, kind, acts_on[0] if acts_on else None, day),
            "modality": "asserted",
            "instrument": rule.instrument,
            "rate_pct": _rate(text) if kind in KINDS_WITH_MAGNITUDE and rule.instrument in _WITH_RATES else None,
            "product": slots.find_product(document.title),
            "announced_date": signed if signed is not None and signed <= day else day,
            "effective_date": acts_on[0] if acts_on else None,
            "effective_from": acts_on[1] if acts_on else None,
            "act_basis": rule.basis,
            "rule_id": rule.id,
            "rules_sha": known.sha,
            "agencies": row["agencies"],
            "citation": row["citation"],
        }


def _is_proposed(rule: Rule, kind: str) -> bool:
    return rule.status == "proposed" or kind in PROPOSED.values()


def _status(rule: Rule, kind: str, acts_on: date | None, day: date) -> str:
    if _is_proposed(rule, kind):
        return "proposed"
    if acts_on is None:
        return rule.undated
    return "announced" if acts_on > day else rule.status


def _targets(rule: Rule, document: Document, row: dict[str, Any], known: Rules) -> list[str]:
    """Codes of the partners, sorted; none where the fields name none and not all are meant."""
    if rule.target == "all":
        return [ALL_PARTNERS]
    title, abstract = (_without(known.strangers, text) for text in (document.title, _line(row["abstract"] or "")))
    named = _in_title(title, row["index_date"]) | {code for words, code in known.places if words.search(title)}
    if not named and rule.target != "title_or_all":
        named = _named(_of_abstract(rule, abstract), row["index_date"])
    return sorted(named) or ([] if rule.target == "named" else [ALL_PARTNERS])


def _in_title(title: str, day: date) -> set[str]:
    """What stands after the first `From` is where goods come from; a name before it may be part of the goods (Brazil nuts)."""
    _, origin, after = title.partition(" From ")
    return (_named([after], day) if origin else set()) or _named([title], day)


def _of_abstract(rule: Rule, abstract: str) -> list[str]:
    """The parts of an abstract in which a rule looks for partners."""
    if rule.near is None:
        return [abstract]
    regions = _regions(abstract, rule.near, rule.far)
    within = [match[0] for region in regions for match in (rule.within.finditer(region) if rule.within else ())]
    return within or [first.text for region in regions for first in split_sentences(region)[:1]]


def _regions(text: str, near: re.Pattern[str], far: re.Pattern[str] | None) -> list[str]:
    """What stands from each match of `near` to the next of `far`, or to the end."""
    found, at = [], 0
    while (start := near.search(text, at)) is not None:
        end = far.search(text, start.end()) if far else None
        at = end.end() if end else len(text)
        found.append(text[start.start() : at])
    return found


def _without(strangers: re.Pattern[str] | None, text: str) -> str:
    return strangers.sub(" ", text) if strangers else text


def _named(texts: Iterable[str], day: date) -> set[str]:
    return {mention.code for text in texts for mention in find_mentions(text, day) if mention.role in _NAMES} - {ACTOR}


def _rate(text: str) -> float | None:
    """The only rate of a text; None for none, or for two that differ."""
    first, last = slots.find_rate(text, 0), slots.find_rate(text, len(text))
    return first if first == last else None


def _link(row: dict[str, Any]) -> str | None:
    url = row["html_url"] or ""
    return url if _LINK.fullmatch(url) else None


def _line(text: str) -> str:
    """The text on one line, no longer than is looked at."""
    return " ".join(text[:MOST_READ].split())
