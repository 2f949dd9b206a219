"""Hit rates on acts that nobody of this project chose.

An act is looked up in its directed series and channel. It is a hit if the mass within three days is among the highest tenth of all such
windows of the series. The keyword rule is the number of matching articles within three days, in the same way. Windows of equal value share
the places in the tenth; a window without evidence never hits.

Only acts are scored for which something of the pair was read in these days: an article that names both countries, or a signal. Chance is
the hit rate on placebo dates: covered days of the same pair, within half a year of the act and away from all acts of the pair. One series
of keywords serves both directions and all channels, so it has more false alarms than each series of the index; it is therefore also scored
with as many false alarms on the placebo dates as the index has there (`keyword, same false alarms`). That comparison was added after a
first look at the results, and favours the index; the other figures do not depend on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.tables.index import PAIR_OF_SIDES
from pipeline.validation.studies.event_study import DailyCounts, percentile_ranks, share_top_decile, to_daily_counts
from pipeline.validation.studies.figures import Figure, figure, sign_test, to_frame
from pipeline.validation.studies.resampling import DRAWS, SEED, Numbers, draw_cluster_rates, percentile_interval

WIDTH = 3  # days before and after an act
PART = "independent"
HIT_RATE = f"hit rate within {WIDTH} days"
RIGHT_SIGN = f"right sign within {WIDTH} days"
COVERED = f"share of acts with something read within {WIDTH} days"
INDEX, KEYWORD, MATCHED = "index", "keyword", "keyword, same false alarms"
OPPOSITE = {"escalation": "concession", "concession": "escalation"}
CHANNELS = (*OPPOSITE, "dialogue")
PLACEBO_REACH = 183  # days from an act to its placebo dates
NEAR_AN_ACT = 2 * WIDTH  # days; windows of placebo dates do not overlap with those of acts
_DIGITS = 9  # digits after the point to which sums of evidence are rounded

#: One row for each act within the days and pairs of the index. Hits (of index, keyword rule, and that rule with as few false alarms) are 1
#: or 0, or between for equal values that do not all fit among the highest; null if the act is not covered. `is_right_sign`: whether the
#: channel of the act ranks above the opposite one; null if neither has a hit, both rank alike, or the act is of dialogue.
ACT_RESULTS = pl.Schema(
    {
        "act_id": pl.String(),
        "act_date": pl.Date(),
        "actor": pl.String(),
        "target": pl.String(),
        "polarity": pl.String(),
        "pair": pl.String(),
        "is_covered": pl.Boolean(),
        INDEX: pl.Float64(),
        KEYWORD: pl.Float64(),
        MATCHED: pl.Float64(),
        "is_right_sign": pl.Boolean(),
    }
)

Mask = NDArray[np.bool_]


def share_of_places(value: float, others: Numbers, places: float) -> float:
    """Return how far `value` is one of the highest (0 to 1).

    `places`: how many values count as the highest, perhaps not a whole number. `others`: the other values, without this one. 1 if at most
    `places` of the others are as high as `value` or higher. 0 if more than `places` of them are higher, or if `value` is 0. Otherwise the
    places that higher ones leave are divided by the number of others that are equal to `value`.
    """
    higher, equal = int((others > value).sum()), int((others == value).sum())
    if value <= 0 or higher > places:
        return 0.0
    return 1.0 if higher + equal <= places else (places - higher) / equal


def study_acts(acts: pl.DataFrame, daily_mass: pl.DataFrame, keywords: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score the index on acts, next to chance and to keywords.

    `acts`: `act_id`, `act_date`, `actor`, `target`, `polarity`; those outside the days, directed pairs and channels (CHANNELS) of the index
    are dropped, also acts towards all countries (`*`), and all but the first `act_id` of a day, direction and polarity. `daily_mass`:
    DAILY_MASS; `keywords`: KEYWORD_HITS. Returns ACT_RESULTS, and rows of VALIDATION: all acts, by channel, and by pair. Intervals of hit
    rates come from a bootstrap over months, those of the share of right signs (`_has_right_sign`) from a binomial distribution (exact).
    """
    counts = to_daily_counts(daily_mass, keywords)
    chosen = _select_acts(acts, counts)
    windows = _Windows(counts, _find_covered_days(daily_mass, keywords), chosen)
    results = pl.DataFrame([_score(act, windows) for act in chosen.iter_rows(named=True)], schema=ACT_RESULTS)
    groups = [("", "", results)]
    groups += [(channel, "", results.filter(polarity=channel)) for channel in CHANNELS]
    groups += [("", pair, part) for (pair,), part in sorted(results.group_by("pair"))]
    rows: list[Figure] = []
    for grouping, pair, part in groups:
        if part.is_empty():
            continue
        where = {"grouping": grouping, "pair": pair}
        scored = part.filter("is_covered")
        rows.append(figure(PART, COVERED, measured=INDEX, value=scored.height / part.height, count=part.height, **where))
        if not scored.is_empty():
            rows += _compute_hit_rates(scored, windows, where) + _compute_sign_rates(scored, where)
    return results, to_frame(rows)


def _select_acts(acts: pl.DataFrame, counts: DailyCounts) -> pl.DataFrame:
    """Select distinct acts that the index can show, and add `pair`.

    Their day and direction are among those of `counts`, and their polarity is one of `CHANNELS`. Of acts with the same day, direction and
    polarity the one with the first `act_id` remains.
    """
    last = counts.first + timedelta(days=counts.days - 1)
    known = sorted({name for name, channel in counts.evidence if channel in CHANNELS})
    series = pl.concat_str("actor", pl.lit(">"), "target")
    inside = pl.col("act_date").is_between(counts.first, last) & series.is_in(known) & pl.col("polarity").is_in(CHANNELS)
    return (
        acts.filter(inside)
        .sort("act_date", "act_id")
        .unique(["act_date", "actor", "target", "polarity"], keep="first", maintain_order=True)
        .select("act_id", "act_date", "actor", "target", "polarity", pair=PAIR_OF_SIDES)
    )


def _find_covered_days(daily_mass: pl.DataFrame, keywords: pl.DataFrame) -> dict[str, Mask]:
    """Mark the days on which an act of each pair could show.

    Something of the pair must have been read within WIDTH days. Something: a signal, or an article that names both countries. Masks by
    pair, over the days of `daily_mass`.
    """
    days = daily_mass.select(pl.col("index_date").unique().sort())
    signals = daily_mass.select("index_date", pl.col("series").alias("pair"), read=pl.col("signal_count"))
    named = keywords.select("index_date", "pair", read=pl.col("named"))
    read = pl.concat([signals, named]).group_by("index_date", "pair").agg(pl.col("read").sum())
    return {
        pair: _sum_windows(days.join(rows, on="index_date", how="left", maintain_order="left")["read"].fill_null(0).to_numpy()) > 0
        for (pair,), rows in read.group_by("pair")
    }


def _sum_windows(of_day: NDArray[Any]) -> Numbers:
    """Sum the values within WIDTH days of each day.

    At both ends there are fewer days. Sums are rounded: their last bit depends on the order of the values, and windows with the same values
    must be equal.
    """
    return np.convolve(of_day.astype(float), np.ones(2 * WIDTH + 1))[WIDTH : WIDTH + len(of_day)].round(_DIGITS)


@dataclass(frozen=True)
class _Windows:
    """Evidence around each day, and the placebo dates of acts.

    Placebo dates have no act near them and show what chance gives. `covered`: result of `_find_covered_days`; `acts`: all acts of the
    study.
    """

    counts: DailyCounts
    covered: Mapping[str, Mask]
    acts: pl.DataFrame

    @cached_property
    def _free_days(self) -> dict[str, Mask]:
        """Mark each pair's covered days that are not near its acts.

        Covered: something of the pair was read around them. Near means within `NEAR_AN_ACT` days. Chance is measured on the marked days.
        """
        free = {pair: mask.copy() for pair, mask in self.covered.items()}
        for pair, day in self.acts.select("pair", "act_date").iter_rows():
            at = (day - self.counts.first).days
            free[pair][max(0, at - NEAR_AN_ACT) : at + NEAR_AN_ACT + 1] = False
        return free

    def day_number(self, act: Mapping[str, Any]) -> int:
        """Return the number of the act's day, from the first (0)."""
        return int((act["act_date"] - self.counts.first).days)

    def values(self, act: Mapping[str, Any], measured: str, channel: str = "") -> Numbers:
        """Sum the evidence around every day of the act's series.

        The result has one sum for each day: of the days within WIDTH of it. `measured`: INDEX for the act's direction, in `channel` or else
        the act's own; anything else for the keywords of its pair.
        """
        of_index = (f"{act['actor']}>{act['target']}", channel or act["polarity"])
        key = of_index if measured == INDEX else (act["pair"], "keyword")
        return _sum_windows(self.counts.evidence.get(key, np.zeros(self.counts.days)))

    def placebo_days(self, act: Mapping[str, Any]) -> NDArray[np.int64]:
        """Return the day numbers of the act's placebo dates.

        They are at most `PLACEBO_REACH` days before or after it, covered (something of its pair was read), and not near an act of the pair
        (`_free_days`).
        """
        days = np.flatnonzero(self._free_days[act["pair"]])
        return days[np.abs(days - self.day_number(act)) <= PLACEBO_REACH]

    def placebo_hits(self, act: Mapping[str, Any], measured: str) -> Numbers:
        """Return how far each placebo date is a hit (0 to 1).

        Placebo dates (`placebo_days`) have no act near them. Between 0 and 1 are dates with equal values that do not all fit into the
        highest tenth. `measured`: as in `values`.
        """
        return share_top_decile(self.values(act, measured))[self.placebo_days(act)]


def _score(act: dict[str, Any], windows: _Windows) -> dict[str, Any]:
    """Score one act, by the sums within WIDTH days of it.

    Returns a row of ACT_RESULTS. A hit is a sum in the highest tenth of all days; for MATCHED (the keyword rule with as few false alarms as
    the index), a sum among the highest of the placebo dates, as many as the index has hits there (`share_of_places`). Hits are null if
    nothing was read in these days (not covered).
    """
    at = windows.day_number(act)
    if not windows.covered[act["pair"]][at]:
        return act | {"is_covered": False}
    hits = {measured: float(share_top_decile(windows.values(act, measured))[at]) for measured in (INDEX, KEYWORD)}
    keywords = windows.values(act, KEYWORD)
    false_alarms = float(windows.placebo_hits(act, INDEX).sum())
    hits[MATCHED] = share_of_places(float(keywords[at]), keywords[windows.placebo_days(act)], false_alarms)
    return act | hits | {"is_covered": True, "is_right_sign": _has_right_sign(act, windows)}


def _has_right_sign(act: Mapping[str, Any], windows: _Windows) -> bool | None:
    """Return whether the act's own channel ranks above the opposite.

    The channels are escalation and concession. The act's day is ranked among all days of each, by the sum within WIDTH days. Returns None
    if the act is of dialogue, if neither channel has a hit there (the highest tenth), or if both rank alike.
    """
    if act["polarity"] not in OPPOSITE:
        return None
    at = windows.day_number(act)
    both = [windows.values(act, INDEX, channel) for channel in (act["polarity"], OPPOSITE[act["polarity"]])]
    own, other = (percentile_ranks(values)[at] for values in both)
    is_hit = any(share_top_decile(values)[at] > 0 for values in both)
    return bool(own > other) if is_hit and own != other else None


def _compute_hit_rates(scored: pl.DataFrame, windows: _Windows, where: Mapping[str, str]) -> list[Figure]:
    """Compute hit rates of index and keyword rule, and their ratios.

    The ratios are those of the index to the rule. The chance of the rule with as few false alarms as the index (MATCHED) is that of the
    index. `scored`: covered rows of ACT_RESULTS, at least one; `where`: the columns `grouping` and `pair` of the figures.
    """
    measures = (INDEX, KEYWORD, MATCHED)
    hits = scored.select(measures).to_numpy()
    rates = hits.mean(axis=0)
    drawn = draw_cluster_rates(hits, scored["act_date"].dt.strftime("%Y-%m").to_numpy().astype(str))
    common = {"count": scored.height, **where}
    rows = []
    for n, measured in enumerate(measures):
        low, high = percentile_interval(drawn[:, n])
        chance = _measure_chance(scored, windows, KEYWORD if measured == KEYWORD else INDEX, float(rates[n]))
        rows.append(figure(PART, HIT_RATE, measured=measured, value=float(rates[n]), lo95=low, hi95=high, **chance, **common))
    for n, measured in enumerate(measures[1:], start=1):
        low, high = percentile_interval(_divide(drawn[:, 0], drawn[:, n]))
        ratio = float(_divide(rates[0], rates[n]))
        rows.append(figure(PART, f"{HIT_RATE}, index over {measured}", measured="ratio", value=ratio, lo95=low, hi95=high, **common))
    return rows


def _divide(numerator: Any, denominator: Any) -> Numbers:
    """Divide; NaN where the denominator is not positive."""
    none = np.full(np.shape(denominator), np.nan)
    return np.asarray(np.divide(numerator, denominator, out=none, where=np.asarray(denominator) > 0), dtype=np.float64)


def _measure_chance(scored: pl.DataFrame, windows: _Windows, measured: str, rate: float) -> dict[str, float]:
    """Measure the hit rate at random placebo dates, one for each act.

    `scored`: covered rows of ACT_RESULTS; `measured`: as in `_Windows.values`; `rate`: the hit rate of the acts. Returns columns of a
    figure; `p_random` is the share of draws with at least this rate, the acts' own included. Acts without placebo dates are left out; empty
    if no act has any.
    """
    random = np.random.default_rng(SEED)
    placebos = [hits for act in scored.iter_rows(named=True) if len(hits := windows.placebo_hits(act, measured))]
    if not placebos:
        return {}
    drawn = np.mean([hits[random.integers(0, len(hits), size=DRAWS)] for hits in placebos], axis=0)
    low, high = percentile_interval(drawn)
    at_least = float((1 + (drawn >= rate - 1e-12).sum()) / (1 + DRAWS))
    return {
        "chance": float(np.mean([hits.mean() for hits in placebos])), "chance_lo95": low, "chance_hi95": high, "p_random": at_least,
    }  # fmt: skip


def _compute_sign_rates(scored: pl.DataFrame, where: Mapping[str, str]) -> list[Figure]:
    """Compute how often the index shows an act in the right channel.

    It is the share of true `is_right_sign` among those not null, with a binomial test against one half. `scored`: rows of ACT_RESULTS; an
    empty list if all are null.
    """
    signs = scored["is_right_sign"].drop_nulls()
    if signs.is_empty():
        return []
    return [figure(PART, RIGHT_SIGN, measured=INDEX, **sign_test(int(signs.sum()), len(signs)), **where)]
