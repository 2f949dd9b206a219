"""Links what articles say about measures to official acts.

A claim is what a signal of an article says about a measure; a layer is a legal programme with its goods, which acts impose, change or end.
Belongs here: which act a claim is about, and whether it supports or contradicts it. Does not: dates in a sentence (`quoted_dates.py`), or
which layers are in force (`sql/measures/measure_states.sql`). A claim never changes a layer.
"""

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS, EUROPEAN_UNION
from pipeline.contracts.scopes import list_unnamed_members
from pipeline.contracts.tables.measures import MEASURE_ACTS, MEASURE_CLAIMS, MEASURE_REPORTS, MEASURE_STATES
from pipeline.index.measures.quoted_dates import add_quoted_dates

#: Articles write about an act from 3 days before its announcement or first day to 10 days after it.
DAYS_BEFORE = 3
DAYS_AFTER = 10

_RAISING_EFFECTS = ("proposed", "announced", "effective")
_RAISING_ACTIONS = ("imposed", "raised", "resumed")
_NEUTRAL_ACTIONS = ("extended", "changed", "ruled_unlawful")
#: Instruments that articles and acts name differently for the same thing: articles call an anti-dumping duty a tariff.
FAMILY = {"trade_remedy": "tariff", "entity_list": "export_control"}
_RATE_TOLERANCE = 0.05
_ROUNDING = 0.5  # of a whole number of percent
#: Matches `product` of a layer on goods in general; those of other layers must be named in the sentence.
#: `sql/checks/average_rates_fit_the_layers.sql` repeats it.
GENERAL = r"^(?:all goods|nearly all goods|goods )|\blines\b"
#: Matches `product` of a layer on all goods of its targets: a report that names no goods may be about it long after its act.
ON_ALL_GOODS = r"^(?:nearly )?all goods|^goods (?:of|that|outside)"
#: A report without goods may be about a layer on all goods if the reported rate was set at most so many days before.
_MAX_AGE_DAYS = 365
_WORD = r"[a-z]{4,}"
_COMMON_WORDS = frozenset(
    {
        "above", "american", "articles", "australian", "below", "billion", "canadian", "certain", "chinese", "dollars", "duties",
        "entities", "european", "euros", "exports", "firm", "firms", "from", "goods", "japanese", "kinds", "large", "list", "made",
        "more", "most", "other", "part", "parts", "products", "quota", "section", "tariff", "than", "that", "their", "them", "trade",
        "under", "which", "with", "worth",
    }
)  # fmt: skip


def link_reports(claims: pl.DataFrame, acts: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """Link each claim of an article to the act it concerns.

    A claim is what a signal of the article says about a trade measure. `claims`, `acts` and `states` are rows of `measure_claims`,
    `measure_acts` and `measure_states`. Returns the table `measure_reports`, one row per claim; `report` is `supports` or `contradicts` (an
    act in the opposite direction or at another rate), `reported` (no act matches) or `unusable` (the claim has an `unmatched_reason`).

    Candidates are acts of the same actor and kind of instrument, on the target (or the European Union, if `acts` does not name this member)
    or (if `acts` names the target) on all partners but those exempted, that were announced or took effect from `DAYS_AFTER` days before the
    article to `DAYS_BEFORE` days after it (both included). An act on single goods must be on goods that the claim names. An act in the
    opposite direction, or in none (`extended`, `changed`, `ruled_unlawful`), must have the same or an unknown rate. If the claim is of an
    increase, an act in no direction must have the claimed rate. The candidate with the largest sum of points is chosen: the rate has most
    points, then the direction, then the goods, then the distance in days. Without a candidate, a claim of an increase that names the rate
    of a layer in force may support the act that set it (`_choose_layer_in_force`).
    """
    members = list_unnamed_members({*acts["actor"], *acts["target"]})
    dated = add_quoted_dates(MEASURE_CLAIMS.conform(claims)).with_columns(
        party=pl.col("target").replace(members, EUROPEAN_UNION),
        family=_name_family(),
        is_raising=pl.col("effect").is_in(_RAISING_EFFECTS),
        text=(pl.col("quote") + " " + pl.col("product")).str.to_lowercase(),
    )
    usable = dated.filter(pl.col("unmatched_reason").is_null())
    expanded = _expand_acts(MEASURE_ACTS.conform(acts), MEASURE_STATES.conform(states))
    near = _choose_nearest_act(usable, expanded)
    in_force = _choose_layer_in_force(usable.join(near, on="signal_id", how="anti"), expanded)
    linked = pl.concat([near, in_force])
    report = pl.when(pl.col("unmatched_reason").is_not_null()).then(pl.lit("unusable")).otherwise(pl.col("report").fill_null("reported"))
    rows = dated.join(linked, on="signal_id", how="left").with_columns(
        report=report, gives_day=(pl.col("due_on") == pl.col("effective_on")).fill_null(value=False)
    )
    return MEASURE_REPORTS.conform(rows.select(MEASURE_REPORTS.schema.names()))


def _name_family() -> pl.Expr:
    """Return the kind of instrument, named alike for claims and acts.

    Of instruments that articles and acts name differently, it is one name (`FAMILY`): an anti-dumping duty is a `tariff` in many articles,
    but a `trade_remedy` in the list of acts.
    """
    return pl.col("instrument").replace(FAMILY)


def _expand_acts(acts: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """List acts by target, with the facts that claims are compared with.

    An act on all partners is listed for `*` and for each country in `acts`, except its actor and those that it exempts. Adds `change_pct`:
    the rate of its state minus that of the state before it of the same layer and target, in percentage points; `is_general`: whether it is
    on goods in general (`is_on_all`: on all or nearly all); `goods`: a regular expression for words that name its goods. `valid_from`,
    `valid_to`, `standing` (such as `in_force`), `rate_act_id` and `rate_since` are those of `states`. `act_rate` is the rate that the act
    states, `rate_in_force` that of its state, which an earlier act may have set.
    """
    partners = pl.concat([acts["target"], acts["actor"]]).unique().sort().to_frame("partner").filter(pl.col("partner") != ALL_PARTNERS)
    general = acts.filter(pl.col("target") == ALL_PARTNERS)
    each = (
        general.join(partners, how="cross")
        .filter(pl.col("partner") != pl.col("actor"), ~pl.col("excepted").str.split(" ").list.contains(pl.col("partner")))
        .with_columns(target="partner")
        .drop("partner")
    )
    changes = states.sort("valid_from").select(
        "act_id",
        "target",
        "valid_from",
        "valid_to",
        "standing",
        "rate_act_id",
        "rate_since",
        rate_in_force="rate_pct",
        change_pct=pl.col("rate_pct") - pl.col("rate_pct").shift().over("layer", "target"),
    )
    words = (
        acts.select("layer", "product")
        .unique()
        .with_columns(is_general=pl.col("product").str.contains(GENERAL), is_on_all=pl.col("product").str.contains(ON_ALL_GOODS))
    )
    patterns = {row["layer"]: _match_words(_find_words(row["product"])) for row in words.iter_rows(named=True)}
    return (
        pl.concat([acts, each])
        .join(changes, on=["act_id", "target"], how="left")
        .join(words.select("layer", "is_general", "is_on_all"), on="layer", how="left")
        .with_columns(family=_name_family(), goods=pl.col("layer").replace_strict(patterns, return_dtype=pl.String))
        .select(
            *("act_id", "actor", "family", "action", "announced_on", "effective_on", "valid_from", "valid_to", "standing"),
            *("rate_act_id", "rate_since", "rate_in_force", "change_pct", "is_general", "is_on_all", "goods"),
            party="target",
            act_rate="rate_pct",
        )
    )


def _find_words(text: str) -> list[str]:
    """List the words of a text that may name goods.

    They are the words of four or more letters that are not in `_COMMON_WORDS`, in lower case.
    """
    words = pl.Series([text.lower()]).str.extract_all(_WORD).explode().to_list()
    return [word for word in words if word and word not in _COMMON_WORDS]


def _match_words(words: list[str]) -> str:
    """Return a regular expression for any of these whole words.

    It also finds their singular and plural, and the adjective of a country ("goods of Russia": Russian). It matches nothing without words.
    """
    stems = "|".join(sorted({word.removesuffix("s") for word in words}))
    return rf"\b(?:{stems})(?:e?s|n|ese)?\b" if stems else "$^"


_KEYS = ["actor", "party", "family"]


def _choose_nearest_act(claims: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Choose for each claim the official act that it is about.

    `acts`: result of `_expand_acts`; `link_reports` says which are candidates. Returns `signal_id`, `act_id`, `effective_on` and `report`
    (`contradicts` if the direction is opposite or the rate is another one, else `supports`), without the claims that have no candidate.
    """

    def days_from(day: str) -> pl.Expr:
        return (pl.col("told_on") - pl.col(day)).dt.total_days()

    nearest = pl.min_horizontal(
        pl.when(days_from(day).is_between(-DAYS_BEFORE, DAYS_AFTER)).then(days_from(day).abs()) for day in ("announced_on", "effective_on")
    )
    days = claims.select(*_KEYS, "told_on").unique()  # acts are joined with days first: many claims have the same day
    on_days = days.join(acts, on=_KEYS).with_columns(distance=nearest).filter(pl.col("distance").is_not_null())
    is_easing_act = ~pl.col("action").is_in((*_RAISING_ACTIONS, *_NEUTRAL_ACTIONS))
    is_neutral = pl.col("action").is_in(_NEUTRAL_ACTIONS)
    is_opposite = ~is_neutral & (pl.col("is_raising") == is_easing_act)
    candidates = (
        claims.join(on_days, on=[*_KEYS, "told_on"])
        .with_columns(names_goods=_names_goods(), rate_fits=_compare_rates(), is_opposite=is_opposite, is_same=~is_neutral & ~is_opposite)
        .filter(pl.col("is_general") | pl.col("names_goods"))
        .filter(pl.col("is_same") | (pl.col("rate_fits") >= 0))  # another rate in another direction is another measure
        # A claimed increase is an act in no direction (such as a prolongation) only if the rate is the same.
        .filter(pl.col("is_same") | pl.col("is_opposite") | ~pl.col("is_raising") | (pl.col("rate_fits") > 0))
    )
    # Points: most for the rate, then the direction, then the goods; the distance takes away at most what the goods add.
    score = 4 * pl.col("rate_fits") - 3 * pl.col("is_opposite") + pl.col("names_goods").cast(pl.Int64) - pl.col("distance") / DAYS_AFTER
    best = (
        candidates.with_columns(score=score)
        .sort("signal_id", "score", "act_id", "effective_on", descending=[False, True, False, False])
        .unique("signal_id", keep="first")
    )
    contradicts = pl.col("is_opposite") | (pl.col("rate_fits") < 0)
    return best.select(
        "signal_id", "act_id", "effective_on", report=pl.when(contradicts).then(pl.lit("contradicts")).otherwise(pl.lit("supports"))
    )


def _choose_layer_in_force(claims: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Choose for each claimed increase a layer in force with that rate.

    A layer is a legal programme with its goods. It must have the claim's actor, target and kind of instrument, and be in force, or apply as
    a quota, on the day of the article. The text must name the layer's goods, or the layer is on all goods and has had the rate for at most
    `_MAX_AGE_DAYS`. Layers on single goods come before general ones, then the newest comes first. Returns the act that set the rate, with
    the columns of `_choose_nearest_act` (`report` is always `supports`); claims without a rate or such a layer are left out.
    """
    applied = acts.filter(pl.col("standing").is_in(("in_force", "quota")))
    candidates = (
        claims.filter(pl.col("is_raising"), pl.col("rate_pct").is_not_null())
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

    1 if it is the rate of the act or the size of the change that the act makes (`_is_rate_of`), -1 if it is another rate, 0 if claim or act
    has none.
    """
    fits = _is_rate_of("act_rate") | _is_rate_of("change_pct").fill_null(value=False)
    return pl.when(pl.col("rate_pct").is_null() | pl.col("act_rate").is_null()).then(0).when(fits).then(1).otherwise(-1)


def _is_rate_of(name: str) -> pl.Expr:
    """Return whether a claim names the rate or change in a column.

    The difference must be less than `_RATE_TOLERANCE`, or at most a half if the claim has a whole number: a headline says 212 percent for
    212.1.
    """
    said = pl.col("rate_pct")
    off = (said - pl.col(name).abs()).abs()
    return (off < _RATE_TOLERANCE) | ((said == said.round()) & (off <= _ROUNDING))
