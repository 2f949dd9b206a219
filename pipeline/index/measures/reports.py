"""Links what articles say about measures to official acts.

A claim is what a signal of an article says about a measure; a layer is a legal programme with its goods, which acts impose, change or end.
Belongs here: which act a claim is about, and whether it supports or contradicts it. Does not: dates in a sentence (`quoted_dates.py`), or
which layers are in force (`sql/measures/measure_states.sql`). A claim never changes a layer.
"""

import polars as pl

from pipeline.contracts.countries import EUROPEAN_UNION
from pipeline.contracts.scopes import list_unnamed_members
from pipeline.contracts.tables.measures import MEASURE_ACTS, MEASURE_CLAIMS, MEASURE_REPORTS, MEASURE_STATES
from pipeline.index.measures.expanded_acts import expand_acts, name_family
from pipeline.index.measures.quoted_dates import add_quoted_dates

#: Articles write about an act from 5 days before its announcement or first day to 10 days after it: leaders announce what is signed later.
DAYS_BEFORE = 5
DAYS_AFTER = 10
#: An end announced so many days ahead was part of the act that it ends, and is news on its own day.
_PLANNED_DAYS = 60

_RAISING_EFFECTS = ("proposed", "announced", "effective")
_RAISING_ACTIONS = ("imposed", "raised", "resumed")
_NEUTRAL_ACTIONS = ("extended", "changed", "ruled_unlawful")
_RATE_TOLERANCE = 0.05
_ROUNDING = 0.5  # of a whole number of percent
#: A report without goods may be about a layer on all goods if the reported rate was set at most so many days before.
_MAX_AGE_DAYS = 365
#: Sentences that call a rate lower than another one.
_CUT = r"\b(?:half|halv\w+|instead of|rather than|down from|from [\d.]+ ?(?:%|per ?cent)? to)\b"


def link_reports(claims: pl.DataFrame, acts: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """Link each claim of an article to the act it concerns.

    A claim is what a signal of the article says about a trade measure. `claims`, `acts` and `states` are rows of `measure_claims`,
    `measure_acts` and `measure_states`. Returns the table `measure_reports`, one row per claim; `report` is `supports`, `contradicts`,
    `reported` (no act matches) or `unusable` (the claim has an `unmatched_reason`).

    Candidates are acts of the same actor and kind of instrument, on the target (or the European Union, if `acts` does not name this member)
    or (if `acts` names the target) on all partners but those exempted, that were announced or took effect from `DAYS_AFTER` days before the
    article to `DAYS_BEFORE` days after it (both included), or take effect on the day that the claim names (`due_on`). An act on single
    goods must be on goods that the claim names, or begin on the named day and be on the very target. How a claim and a candidate compare:

    * It supports an act in its direction at the same or an unknown rate. The direction is also the same if an act put a measure off to the
      day on which it begins, and if the claimed rate is that of the act and is called lower than another one (`_CUT`) or in effect.
    * It supports an act in no direction (`extended`, `changed`, `ruled_unlawful`) at the same or an unknown rate; if the claim is of an
      increase, rate or day must be the same.
    * It contradicts an act in its direction at another rate, unless the claim is a threat, and one in the opposite direction at its rate,
      or from its day, if the rate is not another one and the act was never cancelled. If the claim names goods, the act must be on them.

    Acts that were cancelled by the day of the article are no candidates. Ends and cuts that were announced long before are candidates on
    their own days, and prolongations and changes only after they were announced.

    The candidate with the largest sum of points is chosen: the rate has most points, then the direction, the day, the goods, and the
    distance in days. A claim without rate and day is about the act that another claim of its story on that day names by them
    (`_choose_act_of_story`). Without a candidate, a claim of an increase that names the rate of a layer in force may support the act that
    set it (`_choose_layer_in_force`).
    """
    members = list_unnamed_members({*acts["actor"], *acts["target"]})
    dated = add_quoted_dates(MEASURE_CLAIMS.conform(claims)).with_columns(
        party=pl.col("target").replace(members, EUROPEAN_UNION),
        family=name_family(),
        is_raising=pl.col("effect").is_in(_RAISING_EFFECTS),
        text=(pl.col("quote") + " " + pl.col("product")).str.to_lowercase(),
    )
    usable = dated.filter(pl.col("unmatched_reason").is_null())
    expanded = expand_acts(MEASURE_ACTS.conform(acts), MEASURE_STATES.conform(states))
    nearest = _choose_nearest_act(usable, expanded)
    of_story = _choose_act_of_story(usable, nearest)
    near = pl.concat([of_story, nearest.join(of_story, on="signal_id", how="anti").drop("is_specific")])
    in_force = _choose_layer_in_force(usable.join(near, on="signal_id", how="anti"), expanded)
    linked = pl.concat([near, in_force])
    report = pl.when(pl.col("unmatched_reason").is_not_null()).then(pl.lit("unusable")).otherwise(pl.col("report").fill_null("reported"))
    rows = dated.join(linked, on="signal_id", how="left").with_columns(
        report=report, gives_day=(pl.col("due_on") == pl.col("effective_on")).fill_null(value=False)
    )
    return MEASURE_REPORTS.conform(rows.select(MEASURE_REPORTS.schema.names()))


_KEYS = ["actor", "party", "family"]


def _choose_nearest_act(claims: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Choose for each claim the official act that it is about.

    `acts`: result of `expand_acts`; `link_reports` says which are candidates, and how they are compared. Returns `signal_id`, `act_id`,
    `effective_on`, `report` and `is_specific` (whether the claim names the rate or the first day of the act), without the claims that have
    no candidate.
    """
    fit, opposite, its_day, goods = (pl.col(name).cast(pl.Int64) for name in ("rate_fits", "is_opposite", "is_its_day", "names_goods"))
    score = 4 * fit - 3 * opposite + 2 * its_day + goods - pl.col("distance") / DAYS_AFTER  # distance: at most as much as goods
    best = (
        _find_candidates(claims, acts)
        .with_columns(score=score)
        .sort("signal_id", "score", "is_general", "act_id", "effective_on", descending=[False, True, True, False, False])
        .unique("signal_id", keep="first")
    )
    report = pl.when("differs").then(pl.lit("contradicts")).otherwise(pl.lit("supports"))
    is_specific = (pl.col("rate_fits") > 0) | pl.col("is_its_day")
    return best.select("signal_id", "act_id", "effective_on", report=report, is_specific=is_specific)


def _find_candidates(claims: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Pair claims with the acts that they may be about (`link_reports`).

    `distance`: days between the article and the act; `differs`: whether the claim contradicts the act.
    """

    def days_from(day: str) -> pl.Expr:
        return (pl.col("told_on") - pl.col(day)).dt.total_days()

    # An article knows nothing of an act that sets a day long afterwards, maybe backwards; nobody reports a change before it is announced.
    is_known = days_from("announced_on") >= -DAYS_AFTER
    is_neutral, is_raise = pl.col("action").is_in(_NEUTRAL_ACTIONS), pl.col("action").is_in(_RAISING_ACTIONS)
    is_planned = ~is_neutral & ~is_raise & ((pl.col("effective_on") - pl.col("announced_on")).dt.total_days() > _PLANNED_DAYS)
    is_near = {day: days_from(day).is_between(-DAYS_BEFORE, DAYS_AFTER).fill_null(value=False) for day in ("announced_on", "effective_on")}
    is_near["announced_on"] &= ~is_planned.fill_null(value=False) & (~is_neutral | (days_from("announced_on") >= -1))
    is_near["effective_on"] &= pl.when(is_neutral).then(days_from("announced_on") >= -1).otherwise(is_known)
    distance = pl.min_horizontal(pl.when(is_near[day]).then(days_from(day).abs()) for day in is_near)
    is_its_day = ((pl.col("due_on") == pl.col("effective_on")) & is_known).fill_null(value=False)
    is_over = (pl.col("cancelled_on") <= pl.col("told_on")).fill_null(value=False)
    # Acts are joined with days first: many claims have the same day.
    days = claims.select(*_KEYS, "told_on", "due_on").unique()
    on_days = (
        days.join(acts, on=_KEYS)
        .with_columns(is_its_day=is_its_day, distance=pl.coalesce(distance, pl.when(is_its_day).then(DAYS_AFTER)))
        .filter(pl.col("distance").is_not_null(), ~is_over)
    )
    is_raising = pl.col("is_raising")
    # An act that puts a measure off to a day also lets it begin then.
    begins = is_raising & (pl.col("action") == "postponed") & (pl.col("is_its_day") | is_near["effective_on"])
    # A rate may be a cut of a higher one that was threatened, or be in effect since it was lowered.
    is_called_cut = ~is_raising & pl.col("text").str.contains(_CUT)
    is_level = (is_called_cut | (pl.col("effect") == "effective")) & _is_rate_of("act_rate").fill_null(value=False)
    pairs = claims.join(on_days, on=[*_KEYS, "told_on", "due_on"], nulls_equal=True).with_columns(
        names_goods=_names_goods(), rate_fits=_compare_rates(), is_opposite=~is_neutral & (is_raising != is_raise) & ~begins & ~is_level
    )
    fits, is_opposite = pl.col("rate_fits"), pl.col("is_opposite")
    is_named = (fits > 0) | pl.col("is_its_day")
    agrees = ~is_neutral & ~is_opposite & (fits >= 0)
    continues = is_neutral & (fits >= 0) & (~is_raising | is_named)
    is_of_its_goods = (pl.col("product") == "") | pl.col("names_goods")
    is_put_off = ~is_raising & (pl.col("action") == "postponed")
    is_at_other_rate = ~is_neutral & ~is_opposite & ~is_put_off & (fits < 0) & (pl.col("effect") != "proposed")
    is_against_it = is_opposite & is_named & (fits >= 0) & pl.col("cancelled_on").is_null()
    differs = is_of_its_goods & (is_at_other_rate | is_against_it)
    is_on_goods = pl.col("is_general") | pl.col("names_goods") | (pl.col("is_its_day") & pl.col("is_own") & (fits >= 0))
    return pairs.with_columns(differs=differs).filter(is_on_goods & (agrees | continues | differs))


def _choose_act_of_story(claims: pl.DataFrame, nearest: pl.DataFrame) -> pl.DataFrame:
    """Choose for claims without details the act that their story names.

    A headline says that a country "hits back", and only a sentence below it gives rate and day. `nearest`: result of `_choose_nearest_act`.
    The act is that of the most probable claim of the same story and day that supports one and is specific; actor, target, kind of
    instrument and direction must be the same, and so must the goods, if the claim names any. Returns the columns of `nearest` but
    `is_specific`.
    """
    same = [*_KEYS, "is_raising", "story_id", "told_on"]
    specific = claims.join(nearest.filter("is_specific", pl.col("report") == "supports"), on="signal_id").sort(
        "probability", "signal_id", descending=[True, False]
    )
    named = specific.select(*same, "act_id", "effective_on", "report", "product", "probability", other_id="signal_id")
    vague = claims.filter(pl.col("rate_pct").is_null(), pl.col("due_on").is_null())
    return (
        vague.join(named, on=same, suffix="_named")
        .filter((pl.col("product") == "") | (pl.col("product") == pl.col("product_named")))
        .sort("signal_id", "probability_named", "other_id", descending=[False, True, False])
        .unique("signal_id", keep="first")
        .select("signal_id", "act_id", "effective_on", "report")
    )


def _choose_layer_in_force(claims: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Choose for each claimed increase a layer in force with that rate.

    A layer is a legal programme with its goods. It must have the claim's actor, target and kind of instrument, and be in force, or apply as
    a quota, on the day of the article. The claim must be no threat, and not of a later day. The text must name the layer's goods, or the
    layer is on all goods and has had the rate for at most `_MAX_AGE_DAYS`. Layers on single goods come before general ones, then the newest
    comes first. Returns the act that set the rate, with the columns of `_choose_nearest_act` (`report` is always `supports`); claims
    without a rate or such a layer are left out.
    """
    applied = acts.filter(pl.col("standing").is_in(("in_force", "quota")))
    candidates = (
        claims.filter(pl.col("is_raising"), pl.col("effect") != "proposed", pl.col("due_on").is_null(), pl.col("rate_pct").is_not_null())
        .join(applied, on=_KEYS)
        .filter(
            pl.col("valid_from") <= pl.col("told_on"),
            pl.col("valid_to").is_null() | (pl.col("told_on") < pl.col("valid_to")),
            (pl.col("rate_pct") - pl.col("rate_in_force")).abs() < _RATE_TOLERANCE,
        )
        .filter(_names_goods() | (pl.col("is_on_all") & (pl.col("told_on") - pl.col("rate_since") <= pl.duration(days=_MAX_AGE_DAYS))))
    )
    best = candidates.sort("signal_id", "is_general", "valid_from", "act_id", descending=[False, False, True, False])
    return best.unique("signal_id", keep="first").select(
        "signal_id", act_id="rate_act_id", effective_on="rate_since", report=pl.lit("supports")
    )


def _names_goods() -> pl.Expr:
    """Return whether a claim's text names the goods of an act.

    It is an expression on the columns `text` and `goods` (a regular expression).
    """
    return pl.col("text").str.contains(pl.col("goods"))


def _compare_rates() -> pl.Expr:
    """Compare the rate that a claim names with that of an act.

    1 if it is the rate of the act, the sum of it and other tariffs on all goods, or the size of the change from the rate in force or from
    that of the planned act that it replaces (`_is_rate_of`), -1 if it is another rate, 0 if claim or act has none.
    """
    others = (_is_rate_of(name).fill_null(value=False) for name in ("total_pct", "change_pct", "change_of_plan_pct"))
    fits = pl.any_horizontal(_is_rate_of("act_rate"), *others)
    return pl.when(pl.col("rate_pct").is_null() | pl.col("act_rate").is_null()).then(0).when(fits).then(1).otherwise(-1)


def _is_rate_of(name: str) -> pl.Expr:
    """Return whether a claim names the rate or change in a column.

    The difference must be less than `_RATE_TOLERANCE`, or at most a half if the claim has a whole number: a headline says 212 percent for
    212.1.
    """
    said = pl.col("rate_pct")
    off = (said - pl.col(name).abs()).abs()
    return (off < _RATE_TOLERANCE) | ((said == said.round()) & (off <= _ROUNDING))
