"""Gold files: annotated passages as JSON lines.

docs/annotation-guide.md describes the format. Belongs here: reading, checking and splitting gold files. Does not: scoring an extractor
on them (`evaluate.py`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from pathlib import Path
from typing import Any, Literal

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.days import MONTHS
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, STATUS
from pipeline.errors import TensionError, UserError

#: Target of an optional row if the text does not name the partner.
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
_MAX_NUMBER = 1e18
_COUNTRY = re.compile(r"[A-Z]{3}")
_WRITTEN_DATE = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")


class GoldError(UserError, ValueError):
    """A gold file is unreadable, or does not follow the annotation guide."""


class _LineError(TensionError, ValueError):
    """A line of a gold file is wrong; `read_gold` adds its number."""


@dataclass(frozen=True, eq=False)
class Gold:
    """Annotated passages, and their signals as rows.

    `passages` has one row per passage (`PASSAGES_SCHEMA`; `date` is null if unknown), `rows` one row per annotated signal (`ROWS_SCHEMA`;
    spans in characters of the passage's text). A passage without rows contains no signal.
    """

    passages: pl.DataFrame
    rows: pl.DataFrame

    def select_passages(self, passages: pl.DataFrame) -> "Gold":
        """Return passages and rows with an `id` of `passages` only.

        For example those of one half (`select_half`).
        """
        wanted = passages.select("id")
        return Gold(
            self.passages.join(wanted, on="id", how="semi", maintain_order="left"),
            self.rows.join(wanted, on="id", how="semi", maintain_order="left"),
        )


def read_gold(*paths: Path) -> Gold:
    """Read one or more gold files.

    Empty lines are skipped. Raises `GoldError` at the first error, naming file and line: a file or line that cannot be read, a missing
    field, a value of a wrong type or that the guide does not allow (a word outside the vocabulary, an impossible date, actor or target, a
    span outside the text), or an id that is used twice (in one file or in two).
    """
    passages: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for path in paths:
        for number, line in enumerate(_read_lines(path), start=1):
            if not line.strip():
                continue
            here = f"{path}, line {number}"
            try:
                passage, signals = _parse_passage(line)
            except _LineError as error:
                raise GoldError(f"{here}: {error}") from error
            if passage["id"] in seen:
                raise GoldError(f"{here}: the id {passage['id']!r} is already used in {seen[passage['id']]}; ids must be unique")
            seen[passage["id"]] = here
            passages.append(passage)
            rows.extend(signals)
    return Gold(pl.DataFrame(passages, schema=PASSAGES_SCHEMA), pl.DataFrame(rows, schema=ROWS_SCHEMA))


def select_half(passages: pl.DataFrame, which: Literal["even", "odd"]) -> pl.DataFrame:
    """Return one half of the passages, chosen by SHA-1 of `id`.

    `which`: the half with an even or with an odd hash. `ValueError` if `which` is another word. A passage stays in its half when files grow
    or are reordered: one half serves to tune a reader, the other to measure it.
    """
    if which not in ("even", "odd"):
        raise ValueError(f"unknown half {which!r} of a gold file; choose 'even' or 'odd'")
    digests = (sha1(identifier.encode(), usedforsecurity=False).digest() for identifier in passages["id"])
    is_odd = pl.Series([digest[-1] % 2 == 1 for digest in digests], dtype=pl.Boolean())
    return passages.filter(is_odd if which == "odd" else ~is_odd)


def _read_lines(path: Path) -> list[str]:
    """Read the lines of a gold file; `GoldError` if that fails."""
    # Split on line feeds only: str.splitlines would also split at U+2028, which JSON allows inside a string.
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError as error:
        raise GoldError(f"the gold file {path} does not exist; check its name") from error
    except OSError as error:
        raise GoldError(f"could not read the gold file {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise GoldError(f"could not read the gold file {path} as UTF-8 text: {error}") from error


def _parse_passage(line: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Parse a line into its passage and the rows of its signals.

    Raises `_LineError` at the first error of passage or signals.
    """
    try:
        record = json.loads(line)
        json.dumps(record, ensure_ascii=False).encode()  # fails for half of a surrogate pair, which Polars rejects
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise _LineError(f"not a JSON object ({error}); write one passage per line") from error
    if not isinstance(record, dict):
        raise _LineError(f"expected a JSON object, got {type(record).__name__}; write one passage per line")
    _require_fields(record, _PASSAGE_FIELDS, "the passage")
    for name in ("id", "source", "text"):
        if not isinstance(record[name], str) or not record[name].strip():
            raise _LineError(f"{name} is {record[name]!r}; it must be a non-empty string")
    if not isinstance(record["signals"], list):
        raise _LineError(f"signals is a {type(record['signals']).__name__}; it must be a list, empty if there is no signal")
    passage = {"id": record["id"], "date": _parse_date(record["date"]), "source": record["source"], "text": record["text"]}
    return passage, [_parse_signal(signal, record, position) for position, signal in enumerate(record["signals"], start=1)]


def _require_fields(record: Mapping[str, Any], fields: tuple[str, ...], what: str) -> None:
    missing = [name for name in fields if name not in record]
    if missing:
        raise _LineError(f"{what} lacks the fields {', '.join(missing)}; add them (null or empty if the text gives no value)")


def _parse_date(value: object) -> date | None:
    """Parse an ISO date or a written one (`March 4, 2018`).

    A month may be shortened to its first three or more letters. Null and an empty string give None. Raises `_LineError` for any other
    value.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and (written := _WRITTEN_DATE.fullmatch(value.strip())):
            (month,) = (number for number, name in enumerate(MONTHS, 1) if name.startswith(written[1].capitalize()))
            return date(int(written[3]), month, int(written[2]))
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _LineError(f"{value!r} is not a date such as 2025-04-04; correct it, or leave it empty if unknown") from error


def _parse_signal(signal: object, record: Mapping[str, Any], position: int) -> dict[str, Any]:
    """Convert an annotated signal to a row of `ROWS_SCHEMA`.

    `record`: its passage. An error names the signal by its `position` in the passage.
    """
    if not isinstance(signal, dict):
        raise _LineError(f"signal {position} is not a JSON object")
    try:
        _require_fields(signal, _SIGNAL_FIELDS, "the signal")
        _check_words(signal)
        _check_values(signal)
        _check_roles(signal)
        _check_span(signal, record["text"])
    except _LineError as error:
        raise _LineError(f"signal {position} of passage {record['id']!r}: {error}") from error
    return {
        **{name: signal[name] for name in _SIGNAL_FIELDS},
        "id": record["id"],
        "polarity": KIND_POLARITY[signal["kind"]],
        "quote": record["text"][signal["span_start"] : signal["span_end"]],
    }


def _check_words(signal: Mapping[str, Any]) -> None:
    for name, vocabulary in _WORDS.items():
        if not isinstance(signal[name], str) or signal[name] not in vocabulary:
            raise _LineError(f"unknown {name} {signal[name]!r}; use one of {', '.join(vocabulary.words)}")


def _check_values(signal: Mapping[str, Any]) -> None:
    """Raise `_LineError` if flags, numbers or the product have wrong types.

    A number (`rate_pct`, `value_usd`) may be null; otherwise its absolute value must be below `_MAX_NUMBER`.
    """
    for name in _FLAGS:
        if not isinstance(signal[name], bool):
            raise _LineError(f"{name} is {signal[name]!r}; it must be true or false")
    for name in _NUMBERS:
        value = signal[name]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MAX_NUMBER):
            raise _LineError(f"{name} is {value!r}; it must be a number, or null if the sentence gives none")
    if not isinstance(signal["product"], str):
        raise _LineError(f"product is {signal['product']!r}; it must be a string, empty if the sentence names no product")


def _check_roles(signal: Mapping[str, Any]) -> None:
    """Raise `_LineError` unless actor and target are possible and differ.

    Possible are codes of three capitals. The target may also be `*`, or `?` if the row is optional (`opt`).
    """
    actor, target = signal["actor"], signal["target"]
    if not isinstance(actor, str) or not _COUNTRY.fullmatch(actor):
        raise _LineError(f"actor {actor!r} is not a country code; write ISO 3166 alpha-3, or EUN for the European Union")
    if target == UNNAMED_PARTNER:
        if not signal["opt"]:
            raise _LineError("target '?' (a partner that the text does not name) is allowed only on rows with opt true")
    elif target != ALL_PARTNERS and (not isinstance(target, str) or not _COUNTRY.fullmatch(target)):
        raise _LineError(f"target {target!r} is not a country code; write ISO 3166 alpha-3, EUN, or * for all partners")
    if actor == target:
        raise _LineError(f"actor and target are both {actor}; they must differ")


def _check_span(signal: Mapping[str, Any], text: str) -> None:
    """Raise `_LineError` unless the span is within the text and not empty."""
    start, end = signal["span_start"], signal["span_end"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise _LineError(
            f"span {start!r} to {end!r} is not within the text of {len(text)} characters; "
            f"give integers: the first character and the one after the last"
        )
