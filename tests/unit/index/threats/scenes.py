"""Claims and official acts for the tests of threats: sentences of our own about invented states of affairs.

Belongs here: how a claim or an act is written, and the tables built from them. Does not: what must be true of them (the tests).
"""

from datetime import date, timedelta
from itertools import count
from typing import Any

import polars as pl

from pipeline.contracts.tables.measures import MEASURE_ACTS
from pipeline.contracts.tables.threats import THREAT_CLAIMS
from pipeline.index.threats.build import build_threats

FIRST = date(2025, 3, 3)
_NUMBERS = count()
Row = dict[str, Any]


def day(number: int) -> date:
    """Return the day that is `number` days after the first day of the scenes, a Monday."""
    return FIRST + timedelta(days=number)


def claim(kind: str, on: int, quote: str, rate: float | None = None, **changes: Any) -> Row:
    """A likely claim of that day in its own story: by default about a tariff of the USA on all Brazilian goods."""
    number = next(_NUMBERS)
    statuses = {"threat": "proposed", "measure": "announced", "easing": "announced", "agreement": "announced", "investigation": "announced"}
    return {
        "claim_id": f"{number:016x}", "story_id": f"Wire:{number}", "source": "Wire", "actor": "USA", "target": "BRA",
        "scope": "all" if changes.get("target") == "*" else None, "exceptions": "", "instrument": "tariff", "product": "", "kind": kind,
        "status": statuses[kind], "told_on": day(on), "known_on": day(on), "rate_pct": rate, "amount_usd": None, "is_conditional": False,
        "probability": 0.9, "tier": "high", "quote": quote,
    } | changes  # fmt: skip


def threat(on: int, quote: str = "Washington threatened Brazil with a tariff.", rate: float | None = 50.0, **changes: Any) -> Row:
    """A threat, by default of a 50 percent tariff that would begin on no stated day."""
    return claim("threat", on, quote, rate, **changes)


def act(action: str, announced: int, effective: int | None = None, rate: float | None = 50.0, **changes: Any) -> Row:
    """An official act of the USA towards Brazil, by default a tariff on all goods."""
    number = next(_NUMBERS)
    example: Row = MEASURE_ACTS.example().to_dicts()[0]
    return example | {
        "act_id": f"usa-test@{day(announced if effective is None else effective)}-{number}", "layer": "usa-test", "actor": "USA",
        "target": "BRA", "excepted": "", "instrument": "tariff", "product": "all goods", "action": action, "rate_pct": rate,
        "announced_on": day(announced), "effective_on": None if effective is None else day(effective), "stated_end": None, "cancels": None,
    } | changes  # fmt: skip


def states_of(*claims: Row, acts: tuple[Row, ...] = (), through: int = 400) -> pl.DataFrame:
    """The table `threat_states` of these claims and acts, up to day `through`."""
    return tables_of(*claims, acts=acts, through=through)[0]


def tables_of(*claims: Row, acts: tuple[Row, ...] = (), through: int = 400) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables `threat_states` and `threat_evidence` of these claims and acts, up to day `through`."""
    return build_threats(
        pl.DataFrame(list(claims), schema=THREAT_CLAIMS.schema), pl.DataFrame(list(acts), schema=MEASURE_ACTS.schema), day(through)
    )


def last_of(*claims: Row, acts: tuple[Row, ...] = (), through: int = 400) -> list[Row]:
    """The last state of every threat, in order of its first day."""
    states = states_of(*claims, acts=acts, through=through)
    return states.filter(pl.col("valid_to").is_null()).sort("first_on", "threat_id").to_dicts()


def history_of(*claims: Row, acts: tuple[Row, ...] = (), through: int = 400) -> list[tuple[int, str]]:
    """Outcomes of the only threat: the day from which each was known, and its word."""
    rows = states_of(*claims, acts=acts, through=through)
    assert rows["threat_id"].n_unique() == 1
    words = [((row["valid_from"] - FIRST).days, row["threat_outcome"]) for row in rows.sort("valid_from").iter_rows(named=True)]
    return [one for number, one in enumerate(words) if number == 0 or words[number - 1][1] != one[1]]
