"""Trade figures of a run from everything that has them: the files of the trade folder, and what the Census Bureau and UN Comtrade answered.

Belongs here: putting them together, each value with the day on which it was first seen. Does not: reading a format (`trade.py`,
`census.py`, `comtrade.py`, `tariffs.py`), or which of two sources is used and from when (`sql/trade/flow_revisions.sql`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from pipeline.contracts.tables.raw import RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import CENSUS, COMTRADE, UPSTREAMS
from pipeline.settings.sources import Sources
from pipeline.sources.customs import census, comtrade
from pipeline.sources.customs.flows import SET_ASIDE, Figures, set_aside
from pipeline.sources.customs.tariffs import read_lists
from pipeline.sources.customs.trade import TARIFFS_FILE, read_census_flows, read_tariffs
from pipeline.sources.errors import SourceError
from pipeline.sources.payloads import Payload

#: What reads the figures of an answer, with the settings of its upstream and the day on which the answer before lacked them.
READERS: Mapping[str, Callable[[Payload, Any, str | None], Figures]] = {CENSUS.name: census.figures, COMTRADE.name: comtrade.figures}

_FIGURE = ("reporter", "partner", "flow", "product", "reference_month", "origin")
_AMOUNTS = ("value_usd", "duties_usd", "consumption_usd")


class Answers(Protocol):
    """Where answers are kept: `Archive` is one."""

    def payloads(self, source: str) -> Iterator[Payload]:
        """Every distinct answer of a source in order of arrival."""
        ...

    def journal(self, source: str) -> pl.DataFrame:
        """Every request to a source, as `FETCHES`."""
        ...


def trade_flows(folder: Path, answers: Answers, settings: Sources) -> Figures:
    """Monthly flows of the folder's `flows.csv` and of all that upstreams ever answered, as `RAW_TRADE_FLOWS`.

    One that is off by now is asked no more, and not forgotten.

    Of each origin's figure there is one row for each value it had, under the day of the first answer that held it; of several answers on
    one day the last counts. An answer that cannot be read is set aside whole, with the reason: it does not stop the others.
    `SourceError` where the folder's file cannot be read.
    """
    answered = [one for source in READERS for one in _answered(answers, source, settings)]
    rows = pl.concat([RAW_TRADE_FLOWS.empty(), *(one.rows for one in answered)])
    aside = pl.concat([SET_ASIDE.to_frame(), *(one.set_aside for one in answered)])
    return Figures(
        RAW_TRADE_FLOWS.conform(pl.concat([read_census_flows(folder), versions(rows)])), aside, sum(one.used_count for one in answered)
    )


def versions(rows: pl.DataFrame) -> pl.DataFrame:
    """Of rows of answers in order of arrival, one for each value that a figure had: the last of a day, unless it says what stood before.

    `absent_on` stays with the first of a figure's rows alone: the answer before that one lacked the figure, later ones had it before them.
    """
    last_of_day = (
        rows.with_columns(pl.col("absent_on").first().over(_FIGURE))
        .unique([*_FIGURE, "seen_on"], keep="last", maintain_order=True)
        .sort(*_FIGURE, "seen_on")
        .with_columns(is_first=pl.int_range(pl.len()).over(_FIGURE).eq(0))
    )
    is_other = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in _AMOUNTS)
    kept = last_of_day.filter(pl.col("is_first") | is_other)
    return kept.with_columns(absent_on=pl.when("is_first").then("absent_on")).drop("is_first")


def tariffs(folder: Path) -> pl.DataFrame:
    """Dated average rates of the folder's `tariffs.csv`, and plain means of its lists by tariff line (`hs6_USA_CHN.csv`), as `RAW_TARIFFS`.

    `SourceError` where a file cannot be read, or both give the same mean of the same day.
    """
    given, listed = read_tariffs(folder), read_lists(folder)
    both = given.join(listed, on=RAW_TARIFFS.key, how="semi")
    if not both.is_empty():
        first = both.row(0, named=True)
        raise SourceError(
            f"{folder}: {TARIFFS_FILE} and the list hs6_{first['importer']}_{first['exporter']}.csv both give {first['measure']} for "
            f"{first['effective_date']} ({both.height} days in all). Take one of them out"
        )
    return RAW_TARIFFS.conform(pl.concat([given, listed]))


def _answered(answers: Answers, source: str, settings: Sources) -> Iterator[Figures]:
    asked = _asked(answers.journal(source))
    read: set[str] = set()
    for payload in answers.payloads(source):
        figures = _figures(payload, _absent_on(payload, asked.get(payload.item, ()), read), settings)
        if figures.is_read:
            read.add(payload.sha256)
        yield figures


def _asked(journal: pl.DataFrame) -> Mapping[str, Sequence[tuple[datetime, str | None]]]:
    """When each item was asked for and an answer came, with its hash: none where the answer was that there is nothing."""
    asked: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
    came = journal.filter(pl.col("outcome").is_in(["stored", "unchanged", "missing"])).sort("asked_at")
    for item, at, sha256 in came.select("item", "asked_at", "sha256").iter_rows():
        asked[item].append((at, sha256))
    return asked


def _absent_on(payload: Payload, asked: Sequence[tuple[datetime, str | None]], read: Collection[str]) -> str | None:
    """Day of the last answer to the same question before this one. One that could not be read proves nothing."""
    before = [(at, sha256) for at, sha256 in asked if at <= payload.fetched_at][:-1]
    days = [at.date() for at, sha256 in before if sha256 is None or sha256 in read]
    return days[-1].isoformat() if days else None


def _figures(payload: Payload, absent_on: str | None, settings: Sources) -> Figures:
    try:
        return READERS[payload.source](payload, settings.of(UPSTREAMS[payload.source]), absent_on)
    except SourceError as error:
        return Figures(RAW_TRADE_FLOWS.empty(), set_aside(payload, [(None, str(error))]), 0, is_read=False)
