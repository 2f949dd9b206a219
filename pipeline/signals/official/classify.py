"""Classify documents of the Federal Register as acts of trade policy.

Belongs here: the partners (countries that an act is towards), status and dates of acts, and rows. Does not: which document is which act
(`acts.toml`), or fetching (`pipeline/sources`).
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
from pipeline.signals.official.effective import find_effective_date, parse_iso_day
from pipeline.signals.official.rules import Document, Rule, Rules, load_rules
from pipeline.signals.segment import split_sentences

ACTOR = "USA"
JOURNAL = "Federal Register"
#: What a kind becomes in a proposed rule, which only announces what it would do.
PROPOSED = {"measure": "threat", "easing": "offer"}

_LINK = re.compile(r"https?://[^\s/@]+/\S*", re.IGNORECASE)
_CORRECTION = re.compile(r"[;:,]\s*correcti(?:on|ng amendments?)\s*$|^correction\b|^correcting\b", re.IGNORECASE)
_CORRECTING = re.compile(r"\bcorrecti(?:on|ng amendments?)\b", re.IGNORECASE)
_CORRECTING_NUMBER = re.compile(r"[CRZX][0-9]-", re.IGNORECASE)
_WITH_RATES = {"tariff", "trade_remedy"}
_NAMES = {"country", "demonym"}
MAX_TITLE_LENGTH = 2_000  # a longer title is another text in the wrong field, and must not be published
MAX_TEXT_LENGTH = 5_000  # characters of a field that are read; real fields are shorter


class Classified(NamedTuple):
    """Acts found in official documents, and the outcome of each document.

    They are rows of `OFFICIAL_SIGNALS` and `OFFICIAL_DOCUMENTS`. An outcome is `acts`, or the reason why there is none.
    """

    signals: pl.DataFrame
    documents: pl.DataFrame


@dataclass(frozen=True)
class _Outcome:
    """What became of one document.

    `word`: of `OFFICIAL_OUTCOME`; `rule_id`: the first rule or the exclusion that matched, None if there was none; `signals`: rows of
    `OFFICIAL_SIGNALS`, one for each act and partner.
    """

    word: str
    rule_id: str | None
    signals: tuple[dict[str, Any], ...] = ()


def classify_documents(raw: pl.DataFrame) -> Classified:
    """Find the acts of trade policy in Federal Register documents.

    `raw`: rows of `RAW_OFFICIAL_DOCUMENTS`. Returns the acts, one row for each act and partner, and one outcome for every row of `raw`: the
    rule that made it an act, or why it is none. If a document number is repeated on a day, the first usable row by `raw_id` counts. A
    correction gives no act, since the corrected document did. Raises `ContractError` if `raw` does not conform to its contract.
    """
    signals: list[dict[str, Any]] = []
    outcomes: list[dict[str, Any]] = []
    seen: set[tuple[str, date]] = set()
    for row in RAW_OFFICIAL_DOCUMENTS.conform(raw).iter_rows(named=True):
        outcome = _classify(row, seen, load_rules())
        signals += outcome.signals
        outcomes.append(
            {name: row[name] for name in ("raw_id", "index_date", "document_number")}
            | {"url": _find_safe_link(row), "document_outcome": outcome.word, "rule_id": outcome.rule_id, "act_count": len(outcome.signals)}
        )
    return Classified(
        OFFICIAL_SIGNALS.conform(pl.DataFrame(signals, schema=OFFICIAL_SIGNALS.schema)),
        OFFICIAL_DOCUMENTS.conform(pl.DataFrame(outcomes, schema=OFFICIAL_DOCUMENTS.schema)),
    )


def _classify(row: dict[str, Any], seen: set[tuple[str, date]], rules: Rules) -> _Outcome:
    """Classify one row of `RAW_OFFICIAL_DOCUMENTS`.

    `seen`: number and day of the usable documents before; those of this one are added if it is usable. The reasons for giving no signal are
    tried in this order: unreadable, undated or repeated rows, agencies that no rule names, corrections, no rule (with the reason of the
    first exclusion that matches, if any), no partner.
    """
    problem = _find_problem(row, seen)
    if problem:
        return _Outcome(problem, None)
    seen.add((row["document_number"], row["index_date"]))
    document = _to_document(row)
    if document.agencies.isdisjoint(rules.agencies):
        return _Outcome("other_agency", None)
    if _is_correction(row, document.title):
        return _Outcome("correction", None)
    acts = rules.find_rules(document)
    if not acts:
        exclusion = rules.find_exclusion(document)
        return _Outcome(exclusion.reason, exclusion.id) if exclusion else _Outcome("no_rule", None)
    signals = {signal["signal_id"]: signal for rule in acts for signal in _iter_signals(rule, document, row, rules)}
    return _Outcome("acts" if signals else "no_partner", acts[0].id, tuple(signals.values()))


def _find_problem(row: dict[str, Any], seen: set[tuple[str, date]]) -> str:
    """Return the outcome of an unusable row; empty if usable.

    `unreadable`: number or title is empty, the agencies are null, or the title has more than `MAX_TITLE_LENGTH` characters; `undated`: not
    published on its `index_date`; `repeated`: its number and day are in `seen`. The first that is true is returned.
    """
    title = row["title"] or ""
    if not row["document_number"] or not title.strip() or len(title) > MAX_TITLE_LENGTH or row["agencies"] is None:
        return "unreadable"
    if parse_iso_day(row["publication_date"]) != row["index_date"]:
        return "undated"
    return "repeated" if (row["document_number"], row["index_date"]) in seen else ""


def _is_correction(row: dict[str, Any], title: str) -> bool:
    """Whether a document corrects an earlier one, by any of its fields.

    One is enough: the number of the corrected document, a word such as `correction` in `action` or at one end of the title, or a letter and
    digit that begin its own number (such as `C1-` or `R2-`).
    """
    return (
        bool(row["correction_of"])
        or bool(_CORRECTION.search(title))
        or bool(_CORRECTING.search(row["action"] or ""))
        or bool(_CORRECTING_NUMBER.match(row["document_number"]))
    )


def _to_document(row: dict[str, Any]) -> Document:
    """Return the fields of a row with which rules are compared.

    Each text is put on one line. The agencies, which the row has as one text with commas, become a set.
    """
    title = _to_line(row["title"])
    about = " ".join(_to_line(row[name]) for name in ("title", "action", "abstract") if row[name])
    return Document(title, about, row["type"] or "", frozenset(row["agencies"].split(", ")))


def _iter_signals(rule: Rule, document: Document, row: dict[str, Any], rules: Rules) -> Iterator[dict[str, Any]]:
    """Yield a row of `OFFICIAL_SIGNALS` for each partner of an act.

    `rule`: the one that made the document an act; `row`: its row. No row if the rule requires named partners and the document names none.
    """
    kind = PROPOSED.get(rule.kind, rule.kind) if document.type == "Proposed Rule" else rule.kind
    texts = [(name, _to_line(row[name] or "")) for name in ("dates", "abstract", "title")]
    effective = None if _is_proposed(rule, kind) else find_effective_date(row["effective_on"], texts, row["index_date"])
    signed = parse_iso_day(row["signing_date"])
    day = row["index_date"]
    text = f"{document.title}. {_to_line(row['abstract'] or '')}"
    for target in _find_targets(rule, document, row, rules):
        yield {
            "signal_id": signal_id(row["document_number"], day.isoformat(), ACTOR, target, kind, rule.instrument),
            "document_number": row["document_number"],
            "index_date": day,
            "source": JOURNAL,
            "source_kind": "official",
            "url": _find_safe_link(row),
            "quote": document.title,
            "actor": ACTOR,
            "target": target,
            "kind": kind,
            "polarity": KIND_POLARITY[kind],
            "status": _choose_status(rule, kind, effective[0] if effective else None, day),
            "modality": "asserted",
            "instrument": rule.instrument,
            "rate_pct": _find_only_rate(text) if kind in KINDS_WITH_MAGNITUDE and rule.instrument in _WITH_RATES else None,
            "product": slots.find_product(document.title),
            "announced_date": signed if signed is not None and signed <= day else day,
            "effective_date": effective[0] if effective else None,
            "effective_from": effective[1] if effective else None,
            "act_basis": rule.basis,
            "rule_id": rule.id,
            "rules_sha": rules.sha,
            "agencies": row["agencies"],
            "citation": row["citation"],
        }


def _is_proposed(rule: Rule, kind: str) -> bool:
    """Whether the act is only proposed.

    Its rule has the status `proposed`, or its kind is a threat or an offer: in documents of the type proposed rule, measures
    count as threats and easings as offers (`PROPOSED`).
    """
    return rule.status == "proposed" or kind in PROPOSED.values()


def _choose_status(rule: Rule, kind: str, effective: date | None, day: date) -> str:
    """Return the status of an act on the day of publication.

    A proposed act is `proposed`. Without a first day (`effective`) an act has the rule's status for undated acts; before that day it is
    announced, and from that day on it has the rule's status.
    """
    if _is_proposed(rule, kind):
        return "proposed"
    if effective is None:
        return rule.undated
    return "announced" if effective > day else rule.status


def _find_targets(rule: Rule, document: Document, row: dict[str, Any], rules: Rules) -> list[str]:
    """Return the sorted codes of the partners that an act is towards.

    The only one is `*` if the rule's target is `all`. Otherwise they are those named in the title or, if there are none and the target is
    not `title_or_all`, in the abstract. If none are named, the result is `*`, or empty if the target is `named`.
    """
    if rule.target == "all":
        return [ALL_PARTNERS]
    title, abstract = (_remove(rules.ignored_words, text) for text in (document.title, _to_line(row["abstract"] or "")))
    partners = _find_in_title(title, row["index_date"]) | {code for words, code in rules.places if words.search(title)}
    if not partners and rule.target != "title_or_all":
        partners = _find_partners(_select_parts(rule, abstract), row["index_date"])
    return sorted(partners) or ([] if rule.target == "named" else [ALL_PARTNERS])


def _find_in_title(title: str, day: date) -> set[str]:
    """Find partners after the first `From`, else in the whole title.

    The whole title also counts if no partner is named after `From`. A name before `From` may be part of a product (Brazil nuts).
    """
    _, origin, after = title.partition(" From ")
    return (_find_partners([after], day) if origin else set()) or _find_partners([title], day)


def _select_parts(rule: Rule, abstract: str) -> list[str]:
    """Select the parts of an abstract that may name partners.

    That is the whole abstract, unless the rule has the pattern `near`. Then it is the matches of its `within` in all passages from `near`
    to `far` or the end (`_find_regions`); without any match, or without `within`, the first sentence of each passage.
    """
    if rule.near is None:
        return [abstract]
    regions = _find_regions(abstract, rule.near, rule.far)
    within = [match[0] for region in regions for match in (rule.within.finditer(region) if rule.within else ())]
    return within or [first.text for region in regions for first in split_sentences(region)[:1]]


def _find_regions(text: str, near: re.Pattern[str], far: re.Pattern[str] | None) -> list[str]:
    """Find the passages from matches of `near` to matches of `far`.

    Both are included. Without `far`, or without a match of it afterwards, a passage goes to the end. The next search begins where it ends.
    """
    regions, position = [], 0
    while (start := near.search(text, position)) is not None:
        end = far.search(text, start.end()) if far else None
        position = end.end() if end else len(text)
        regions.append(text[start.start() : position])
    return regions


def _remove(words: re.Pattern[str] | None, text: str) -> str:
    """Replace the matches of `words` in a text by blanks."""
    return words.sub(" ", text) if words else text


def _find_partners(texts: Iterable[str], day: date) -> set[str]:
    """Find the countries that texts name, without the USA.

    Only names of states and peoples count.
    """
    return {mention.code for text in texts for mention in find_mentions(text, day) if mention.role in _NAMES} - {ACTOR}


def _find_only_rate(text: str) -> float | None:
    """Return the one tariff rate that a text gives, in percent.

    None if it gives none or several different ones.
    """
    rates = set(slots.find_rates(text))
    return rates.pop() if len(rates) == 1 else None


def _find_safe_link(row: dict[str, Any]) -> str | None:
    """Return the web address of a document.

    None unless it is http or https, without a user name and with a slash after the host: others are not safe to publish as a link.
    """
    url = row["html_url"] or ""
    return url if _LINK.fullmatch(url) else None


def _to_line(text: str) -> str:
    """Put a text on one line and truncate it to `MAX_TEXT_LENGTH`."""
    return " ".join(text[:MAX_TEXT_LENGTH].split())
