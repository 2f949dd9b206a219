"""The unfolding table of a pair's threats and what became of them.

Belongs here: putting rows of THREATS and THREAT_RATES into words. Does not: deciding about outcomes (`pipeline/index/threats`).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from pipeline.contracts import threat_words
from pipeline.contracts.countries import ALL_PARTNERS, parse_pair
from pipeline.contracts.scopes import ALL, is_member_on
from pipeline.report.cells import Cell, Fold, Head, say_cut
from pipeline.report.names import country_name, direction_title, format_count, instrument_name

_THREATS = 40
_ABOUT_THREATS = (
    "A threat is only followed by an act of that kind if it names neither rate, amount, goods nor day that show whether it is the act. An "
    "outcome that no article reports is missing. Reports may come late, so a threat stays pending for some weeks after its deadline. "
    "A sentence is quoted only if it is read with high confidence."
)


def build_threats(threats: pl.DataFrame, rates: pl.DataFrame, day: date, pair: str) -> Fold:
    """Build the table of a pair's threats, the newest first.

    It has threats of the two countries towards each other, and their general threats: towards everybody (also if no scope is known), or
    towards a bloc that has the other country as a member on `day`. At most 40 are listed; the title counts the outcomes of all. Sentences
    above give the outcomes of all threats of each country, towards anybody. All outcomes are named as in the rows. `threats`: as in
    `folds.Facts`; `rates`: THREAT_RATES of all forms together.
    """
    one, other = parse_pair(pair)
    is_mutual = pl.col("actor").is_in([one, other]) & pl.col("target").is_in([one, other])
    reached = [
        (actor, scope)
        for actor, partner in ((one, other), (other, one))
        for scope in threats.filter(actor=actor, target=ALL_PARTNERS)["scope"].unique()
        if scope in (None, ALL) or is_member_on(scope, partner, day)
    ]
    general = threats.filter(pl.col("target") == ALL_PARTNERS).join(
        pl.DataFrame(reached, schema={"actor": pl.String(), "scope": pl.String()}, orient="row"),
        on=["actor", "scope"],
        how="semi",
        nulls_equal=True,
    )
    of_pair = pl.concat([threats.filter(is_mutual), general]).sort("first_on", "threat_id", descending=[True, False])
    counted = _count_outcomes(of_pair, day)
    by_actor = {row["actor"]: row for row in rates.iter_rows(named=True)}
    return Fold(
        "threats",
        f"Threats and what became of them: {of_pair.height:,}{counted}",
        (
            *(_describe_outcomes(by_actor[country], threats, day) for country in (one, other) if country in by_actor),
            _ABOUT_THREATS + say_cut(of_pair.height, _THREATS, "newest threats"),
        ),
        (
            Head("First said"), Head("Who → whom"), Head("What"), Head("Rate or amount", True), Head("Deadline"), Head("Outcome"),
            Head("Shown by"), Head("Evidence"),
        ),
        tuple(
            (
                Cell(row["first_on"].isoformat()),
                Cell(_title_threat(row, one, other)),
                Cell(_describe_threat(row)),
                Cell(_describe_figures(row["rate_pct"], row["amount_usd"])),
                Cell("" if row["deadline_on"] is None else row["deadline_on"].isoformat()),
                Cell(_describe_outcome(row, day)),
                Cell(*_show_outcome(row)),
                _quote(row),
            )
            for row in of_pair.head(_THREATS).iter_rows(named=True)
        ),
    )  # fmt: skip


def _describe_outcomes(row: Mapping[str, Any], threats: pl.DataFrame, day: date) -> str:
    """Say how many threats of a country ended in which way.

    The text also has the share of the settled ones that were carried out at least in part, even if struck down later, and how many are
    not settled. `row`: of THREAT_RATES; `threats`: as in `build_threats`.
    """
    of_country = threats.filter(actor=row["actor"])
    is_open = pl.col("threat_outcome").is_in(threat_words.NOT_SETTLED)
    settled, still = of_country.filter(~is_open), of_country.filter(is_open)
    parts = [
        f"{country_name(row['actor'])}, all {format_count(of_country.height, 'threat')} towards anybody",
        f"settled {settled.height:,}{_count_outcomes(settled, day)}",
        f"not settled {still.height:,}{_count_outcomes(still, day)}",
    ]
    share = (
        f" Of the settled ones {row['imposed_pct']:.0f} % (95 % interval {row['imposed_lo95']:.0f} to {row['imposed_hi95']:.0f}) were "
        "carried out at least in part (also if softened or struck down)."
        if row["settled_count"]
        else ""
    )
    return f"{parts[0]}: {', '.join(parts[1:])}.{share}"


def _count_outcomes(threats: pl.DataFrame, day: date) -> str:
    """Count threats by outcome, as ` (2 carried out; 1 pending)`.

    The most frequent outcome is first. Empty without threats.
    """
    outcomes = Counter(_name_outcome(row, day) for row in threats.iter_rows(named=True))
    ordered = sorted(outcomes.items(), key=lambda one: (-one[1], one[0]))
    return f" ({'; '.join(f'{count:,} {outcome}' for outcome, count in ordered)})" if ordered else ""


def _title_threat(row: Mapping[str, Any], one: str, other: str) -> str:
    """Say who threatens whom.

    For a threat towards everybody or a bloc, the text adds the country of the pair that does not threaten: `(Japan too)`. `one`, `other`:
    the countries of the pair.
    """
    title = direction_title(row["actor"], row["target"])
    partner = other if row["actor"] == one else one
    return f"{title} ({country_name(partner)} too)" if row["target"] == ALL_PARTNERS else title


def _describe_threat(row: Mapping[str, Any]) -> str:
    """Say what a threat is about, e.g. `tariff on steel (proposal), conditional`."""
    parts = [
        instrument_name(row["instrument"], row["product"] or ""),
        f" ({row['threat_form']})" if row["threat_form"] != "threat" else "",
        ", conditional" if row["is_conditional"] else "",
    ]
    return "".join(parts)


def _is_late(row: Mapping[str, Any], day: date) -> bool:
    """Whether a threat is pending although its deadline is before `day`."""
    return row["threat_outcome"] == "pending" and row["deadline_on"] is not None and row["deadline_on"] < day


def _describe_outcome(row: Mapping[str, Any], day: date) -> str:
    """Say what became of a threat, with figures and day if known."""
    figures = _describe_figures(row["outcome_rate_pct"], row["outcome_amount_usd"])
    on = f", {row['outcome_on'].isoformat()}" if row["outcome_on"] is not None else ""
    return f"{_name_outcome(row, day)}{': ' if figures else ''}{figures}{on}"


def _name_outcome(row: Mapping[str, Any], day: date) -> str:
    """Return the outcome in words.

    A pending threat whose deadline is before `day` is "pending, deadline passed". A softened threat is "carried out in part" if both
    amounts are known and that of the outcome is smaller.
    """
    if _is_late(row, day):
        return "pending, deadline passed"
    if row["threat_outcome"] == "followed":
        return "followed by such an act"
    is_part = None not in (row["amount_usd"], row["outcome_amount_usd"]) and row["outcome_amount_usd"] < row["amount_usd"]
    if row["threat_outcome"] == "softened" and is_part:
        return "carried out in part"
    return str(row["threat_outcome"]).replace("_", " ")


def _describe_figures(rate: float | None, amount: float | None) -> str:
    """Describe a rate and an amount of trade, as far as known.

    `rate`: percent; `amount`: USD. Empty if both are None.
    """
    parts = ("" if rate is None else f"{rate:g} %", "" if amount is None else f"on USD {amount / 1e9:,.3g} billion")
    return " ".join(part for part in parts if part)


def _show_outcome(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the act that shows the outcome, with its link.

    Without an act, returns in words what shows the outcome (empty if nothing does), and no link.
    """
    if row["outcome_act"]:
        return row["outcome_act"], row["outcome_url"]
    basis = row["outcome_basis"]
    return ("" if basis is None else threat_words.THREAT_BASIS.words[basis]), None


def _quote(row: Mapping[str, Any]) -> Cell:
    if row["tier"] != "high" or not row["quote"]:
        return Cell("no sentence read with high confidence")
    return Cell(row["quote"], url=row["url"], source=row["source"] or "", published=row["published_at"].date())
