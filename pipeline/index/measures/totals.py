"""The sum of a country's tariffs on all goods of a partner.

Belongs here: rates that add up over layers (legal programmes), by the official acts. Does not: the state of one layer on a day
(`sql/measures/measure_states.sql`).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pipeline.contracts.countries import ALL_PARTNERS

#: Matches `product` of a layer on all goods of its targets: a report that names no goods may be about it long after its act.
ON_ALL_GOODS = r"^(?:nearly )?all goods|^goods (?:of|that|outside)"
_ALL_GOODS = re.compile(rf"(?i){ON_ALL_GOODS}")
_ENDS = ("ended", "suspended", "exempted", "struck_down")


def list_cancelled(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], date]:
    """Return the first day on which a cancellation was announced.

    `rows`: rows of `measure_acts`. By cancelled act and target.
    """
    cancelled: dict[tuple[str, str], date] = {}
    for row in rows:
        if row["cancels"] is not None:
            key = row["cancels"], row["target"]
            cancelled[key] = min(row["announced_on"], cancelled.get(key, row["announced_on"]))
    return cancelled


def list_general(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """List the tariffs on all goods in order of their first day.

    `rows`: rows of `measure_acts`; those that were cancelled before their first day are left out.
    """
    rows = list(rows)
    cancelled = list_cancelled(rows)
    in_effect = (row for row in rows if row["effective_on"] and is_tariff_on_all(row) and not is_cancelled(row, cancelled))
    return sorted(in_effect, key=lambda row: (row["effective_on"], row["act_id"]))


def is_cancelled(row: Mapping[str, Any], cancelled: Mapping[tuple[str, str], date]) -> bool:
    """Return whether an act was cancelled no later than its first day.

    `row`: a row of `measure_acts`. `cancelled`: result of `list_cancelled`. The first day
    of an act is that of its effect; that of its announcement if this is later or it has none.
    """
    on = cancelled.get((row["act_id"], row["target"]))
    return on is not None and on <= max(row["announced_on"], row["effective_on"] or row["announced_on"])


def is_tariff_on_all(row: Mapping[str, Any]) -> bool:
    """Return whether an act is a tariff on (nearly) all goods."""
    return row["instrument"] == "tariff" and _ALL_GOODS.search(row["product"]) is not None


def sum_rates(row: Mapping[str, Any], general: Iterable[Mapping[str, Any]], on: date) -> float:
    """Sum the tariffs on all goods of a target on `on`.

    They are those of the actor of `row` towards its target on the day `on`, in percent, added up over layers (legal programmes). `general`:
    result of `list_general`. In a layer, a rate for the target itself replaces the rate for all partners, until
    an act for all partners ends the layer. An act that ends, suspends or exempts, or a court that strikes down, sets the rate to 0; any
    other act without a rate leaves it.
    """
    rates: dict[tuple[str, bool], float] = {}
    for act in general:
        is_own = act["target"] == row["target"]
        is_for_all = act["target"] == ALL_PARTNERS and row["target"] not in act["excepted"].split()
        if act["actor"] == row["actor"] and max(act["announced_on"], act["effective_on"]) <= on and (is_own or is_for_all):
            key = act["layer"], is_own
            rates[key] = 0.0 if act["action"] in _ENDS else rates.get(key, 0.0) if act["rate_pct"] is None else act["rate_pct"]
            if act["action"] in _ENDS and not is_own:
                rates.pop((act["layer"], True), None)
    return sum(rate for (layer, is_own), rate in rates.items() if is_own or (layer, True) not in rates)
