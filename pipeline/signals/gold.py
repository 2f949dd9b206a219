"""Gold files: passages that people have annotated, read and checked. The format is described in docs/annotation-guide.md.

Belongs here: reading, checking and halving gold files. Does not: scoring an extractor against them (`evaluate.py`).
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from pathlib import Path
from typing import Any, Literal

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, STATUS
from pipeline.errors import UserError

UNNAMED_PARTNER = "?"

PASSAGES_SCHEMA = pl.Schema({"id": pl.String(), "date": pl.Date(), "source": pl.String(), "text": pl.String()})
ROWS_SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "span_start": pl.Int64(),
        "span_end": pl.Int64(),
        "quote": pl.String(),
        "actor": pl.String(),
        "target": pl.String(),
        "kind": pl.String(),
        "polarity": pl.String(),
        "status": pl.String(),
        "modality": pl.String(),
        "instrument": pl.String(),
        "is_retaliation": pl.Boolean(),
        "is_conditional": pl.Boolean(),
        "rate_pct": pl.Float64(),
        "value_usd": pl.Float64(),
        "product": pl.String(),
        "opt": pl.Boolean(),
    }
)

_WORDS = {"kind": KIND, "status": STATUS, "modality": MODALITY, "instrument": INSTRUMENT}
_FLAGS = ("is_retaliation", "is_conditional", "opt")
_NUMBERS = ("rate_pct", "value_usd")
_SIGNAL_FIELDS = ("actor", "target", *_WORDS, *_FLAGS, *_NUMBERS, "product", "span_start", "span_end")
_PASSAGE_FIELDS = ("id", "date", "source", "text", "signals")
_COUNTRY = re.compile(r"[A-Z]{3}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN_DATE = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")


class GoldError(UserError, ValueError):
    """A gold file that cannot be read or breaks the annotation guide; the message names file, line and what to mend."""


class _FlawError(ValueError):
    """What is wrong with one line, before file and line are known."""


@dataclass(frozen=True, eq=False)
class Gold:
    """Annotated passages.

    `passages` has one row a passage (`PASSAGES_SCHEMA`; `date` is null where unknown), `rows` one row an annotated signal
    (`ROWS_SCHEMA`; spans in characters of the passage's text). A passage without rows was read and carries no signal.
    """

    passages: pl.DataFrame
    rows: pl.DataFrame

    def only(self, passages: pl.DataFrame) -> "Gold":
        """The gold of these passages alone, such as one `half`."""
        wanted = passages.select("id")
        return Gold(
            self.passages.join(wanted, on="id", how="semi", maintain_order="left"),
            self.rows.join(wanted, on="id", how="semi", maintain_order="left"),
        )


def read_gold(*paths: Path) -> Gold:
    """The passages and rows of one or more gold files, in the order of the files.

    `GoldError`, naming file and line, for a file or line that cannot be read, a missing field, a word outside the vocabulary,
    a span outside the text, or an id that stands twice (in one file or in two).
    """
    passages: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for path in paths:
        for number, line in enumerate(_lines(path), start=1):
            if not line.strip():
                continue
            here = f"{path}, line {number}"
            try:
                passage, signals = _parse(line)
            except _FlawError as flaw:
                raise GoldError(f"{here}: {flaw}") from flaw
            if passage["id"] in seen:
                raise GoldError(f"{here}: the id {passage['id']!r} already stands in {seen[passage['id']]}; ids must be unique")
            seen[passage["id"]] = here
            passages.append(passage)
            rows.extend(signals)
    return Gold(pl.DataFrame(passages, schema=PASSAGES_SCHEMA), pl.DataFrame(rows, schema=ROWS_SCHEMA))


def half(passages: pl.DataFrame, which: Literal["even", "odd"]) -> pl.DataFrame:
    """The passages whose SHA-1 of the id is even, or odd: a split that stays when files grow or are reordered.

    Work on one half and report on the other. `passages` needs a column `id`; order and columns are kept.
    """
    if which not in ("even", "odd"):
        raise ValueError(f"there is no {which!r} half of a gold file; ask for 'even' or 'odd'")
    is_odd = [bool(_number(identifier) % 2) for identifier in passages["id"]]
    odd = pl.Series(is_odd, dtype=pl.Boolean())
    return passages.filter(odd if which == "odd" else ~odd)


def _number(identifier: str) -> int:
    return int(sha1(identifier.encode(), usedforsecurity=False).hexdigest(), 16)


def _lines(path: Path) -> list[str]:
    # split on line feeds only: str.splitlines would also break at U+2028, which JSON allows inside a string
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"the gold file {path} could not be read as UTF-8 text: {error}") from error


def _parse(line: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise _FlawError(f"not a JSON object ({error}); write one passage a line") from error
    if not isinstance(record, dict):
        raise _FlawError(f"a {type(record).__name__} where a JSON object should stand; write one passage a line")
    _need(record, _PASSAGE_FIELDS, "the passage")
    for name in ("id", "source", "text"):
        if not isinstance(record[name], str) or not record[name].strip():
            raise _FlawError(f"{name} is {record[name]!r}; it must be a text that is not empty")
    if not isinstance(record["signals"], list):
        raise _FlawError(f"signals is a {type(record['signals']).__name__}; it must be a list, empty where there is no signal")
    passage = {"id": record["id"], "date": _date(record["date"]), "source": record["source"], "text": record["text"]}
    return passage, [_signal(signal, record, position) for position, signal in enumerate(record["signals"], start=1)]


def _need(record: Mapping[str, Any], fields: tuple[str, ...], what: str) -> None:
    missing = [name for name in fields if name not in record]
    if missing:
        raise _FlawError(f"{what} lacks the fields {', '.join(missing)}; add them (null or empty where the text gives nothing)")


def _date(given: object) -> date | None:
    """ISO dates, and the written ones that archives use (`March 4, 2018`); nothing for null or empty."""
    if given is None or given == "":
        return None
    try:
        if isinstance(given, str) and (written := _WRITTEN_DATE.fullmatch(given.strip())):
            return date(int(written[3]), _MONTHS.index(written[1][:3].lower()) + 1, int(written[2]))
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise _FlawError(f"the date {given!r} is not a day such as 2025-04-04; mend it, or leave it empty if unknown") from error


def _signal(signal: object, record: Mapping[str, Any], position: int) -> dict[str, Any]:
    """One row of `ROWS_SCHEMA`; `_FlawError` names the signal by its position in the passage."""
    if not isinstance(signal, dict):
        raise _FlawError(f"signal {position} is not a JSON object")
    try:
        _need(signal, _SIGNAL_FIELDS, "it")
        _check_words(signal)
        _check_values(signal)
        _check_roles(signal)
        _check_span(signal, record["text"])
    except _FlawError as flaw:
        raise _FlawError(f"signal {position} of passage {record['id']!r}: {flaw}") from flaw
    return {
        **{name: signal[name] for name in _SIGNAL_FIELDS},
        "id": record["id"],
        "polarity": KIND_POLARITY[signal["kind"]],
        "quote": record["text"][signal["span_start"] : signal["span_end"]],
    }


def _check_words(signal: Mapping[str, Any]) -> None:
    for name, vocabulary in _WORDS.items():
        if not isinstance(signal[name], str) or signal[name] not in vocabulary:
            raise _FlawError(f"{signal[name]!r} is no {name} of the vocabulary; use one of {', '.join(vocabulary.words)}")


def _check_values(signal: Mapping[str, Any]) -> None:
    for name in _FLAGS:
        if not isinstance(signal[name], bool):
            raise _FlawError(f"{name} is {signal[name]!r}; it must be true or false")
    for name in _NUMBERS:
        value = signal[name]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)):
            raise _FlawError(f"{name} is {value!r}; it must be a number, or null where the sentence gives none")
    if not isinstance(signal["product"], str):
        raise _FlawError(f"product is {signal['product']!r}; it must be a text, empty where the sentence names no good")


def _check_roles(signal: Mapping[str, Any]) -> None:
    actor, target = signal["actor"], signal["target"]
    if not isinstance(actor, str) or not _COUNTRY.fullmatch(actor):
        raise _FlawError(f"the actor {actor!r} is no country code; write ISO 3166 alpha-3, or EUN for the European Union")
    if target == UNNAMED_PARTNER:
        if not signal["opt"]:
            raise _FlawError("the target '?' (a partner that the text does not name) is allowed on rows with opt true only")
    elif target != ALL_PARTNERS and (not isinstance(target, str) or not _COUNTRY.fullmatch(target)):
        raise _FlawError(f"the target {target!r} is no country code; write ISO 3166 alpha-3, EUN, or * for all partners")
    if actor == target:
        raise _FlawError(f"actor and target are both {actor}; a signal goes from one state to another")


def _check_span(signal: Mapping[str, Any], text: str) -> None:
    start, end = signal["span_start"], signal["span_end"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise _FlawError(
            f"the span {start!r} to {end!r} does not lie in the text of {len(text)} characters; "
            f"give whole numbers, the first character and the one after the last"
        )
