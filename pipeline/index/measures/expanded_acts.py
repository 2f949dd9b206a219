"""Official acts by target, with what claims are compared with.

Belongs here: rates and goods of an act in the forms in which articles name them. Does not: which act a claim is about (`reports.py`).
"""

import re

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.index.measures.totals import ON_ALL_GOODS, list_cancelled, list_general, sum_rates

#: Instruments that articles and acts name differently for the same thing: articles call an anti-dumping duty a tariff.
FAMILY = {"trade_remedy": "tariff", "entity_list": "export_control"}
#: Matches `product` of a layer on goods in general; those of other layers must be named in the sentence.
#: `sql/checks/average_rates_fit_the_layers.sql` repeats it.
GENERAL = r"^(?:all goods|nearly all goods|goods )|\blines\b"
_EXCEPTIONS = re.compile(r" (?:except|outside|other than)\b.*")
_WORD = re.compile(r"[a-z]{4,}")
_COMMON_WORDS = frozenset(
    {
        "above", "american", "articles", "australian", "below", "billion", "canadian", "certain", "chinese", "dollars", "duties",
        "entities", "european", "euros", "exports", "firm", "firms", "from", "goods", "japanese", "kinds", "large", "list", "made",
        "more", "most", "other", "part", "parts", "products", "quota", "section", "tariff", "than", "that", "their", "them", "trade",
        "under", "which", "with", "worth",
    }
)  # fmt: skip


def name_family() -> pl.Expr:
    """Return the kind of instrument, named alike for claims and acts.

    Of instruments that articles and acts name differently, it is one name (`FAMILY`): an anti-dumping duty is a `tariff` in many articles,
    but a `trade_remedy` in the list of acts.
    """
    return pl.col("instrument").replace(FAMILY)


def expand_acts(acts: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """List acts by target, with what claims are compared with.

    `acts` and `states`: rows of `measure_acts` and `measure_states`. An act on all partners is listed for `*` and for each country in
    `acts`, except its actor and those that it exempts; `is_own` is true of the target that the act names. Columns are those of `acts`
    without `product` and `instrument`, and:

    * `party`, `family`: target and kind of instrument (`name_family`);
    * rates in percent: `act_rate` (of the act itself), `rate_in_force` (of its state, which an earlier act, `rate_act_id`, may have set),
      `change_pct` (its state minus the state before), `change_of_plan_pct` (minus the act that it cancels), and, for a tariff on all goods,
      `total_pct` (the sum of all such tariffs on the target on its first day);
    * `cancelled_on`: day on which an act that cancels it was announced;
    * of its state: `valid_from`, `valid_to`, `standing` (such as `in_force`) and `rate_since`;
    * `is_general`: whether it is on goods in general, `is_on_all`: on all or nearly all; `goods`: a regular expression for its goods.
    """
    each = acts.with_columns(is_own=pl.lit(value=True))
    goods = acts.select("layer", "product").unique()
    patterns = [_match_words(_find_words(_EXCEPTIONS.sub("", product))) for product in goods["product"]]
    is_general, is_on_all = pl.col("product").str.contains(GENERAL), pl.col("product").str.contains(ON_ALL_GOODS)
    return (
        pl.concat([each, _list_partners(acts)])
        .join(_list_states(states), on=["act_id", "target"], how="left")
        .join(acts.select("target", cancels="act_id", planned_pct="rate_pct"), on=["cancels", "target"], how="left")
        .join(_list_cancelled(acts), on=["act_id", "target"], how="left")
        .join(_list_totals(acts), on=["act_id", "target"], how="left")
        .join(goods.select("layer", goods=pl.Series(patterns, dtype=pl.String)), on="layer", how="left")
        .with_columns(
            family=name_family(), change_of_plan_pct=pl.col("rate_pct") - pl.col("planned_pct"), is_general=is_general, is_on_all=is_on_all
        )
        .rename({"target": "party", "rate_pct": "act_rate"})
        .drop("instrument", "product")
    )


def _list_partners(acts: pl.DataFrame) -> pl.DataFrame:
    """List acts on all partners once for each country reached."""
    partners = pl.concat([acts["target"], acts["actor"]]).unique().sort().to_frame("partner").filter(pl.col("partner") != ALL_PARTNERS)
    reached = acts.filter(pl.col("target") == ALL_PARTNERS).join(partners, how="cross")
    return (
        reached.filter(pl.col("partner") != pl.col("actor"), ~pl.col("excepted").str.split(" ").list.contains(pl.col("partner")))
        .with_columns(target="partner", is_own=pl.lit(value=False))
        .drop("partner")
    )


def _list_states(states: pl.DataFrame) -> pl.DataFrame:
    """List the state and the change of rate that each act brings."""
    return states.sort("valid_from").select(
        *("act_id", "target", "valid_from", "valid_to", "standing", "rate_act_id", "rate_since"),
        rate_in_force="rate_pct",
        change_pct=pl.col("rate_pct") - pl.col("rate_pct").shift().over("layer", "target"),
    )


def _list_cancelled(acts: pl.DataFrame) -> pl.DataFrame:
    """List the cancelled acts with the day of the first cancellation."""
    rows = [(*key, on) for key, on in list_cancelled(acts.iter_rows(named=True)).items()]
    return pl.DataFrame(rows, schema={"act_id": pl.String(), "target": pl.String(), "cancelled_on": pl.Date()}, orient="row")


def _list_totals(acts: pl.DataFrame) -> pl.DataFrame:
    """List the sum of tariffs on each act's first day.

    Returns `act_id`, `target` and `total_pct`, in percent.
    """
    general = list_general(acts.iter_rows(named=True))
    rows = [
        (act["act_id"], act["target"], sum_rates(act, general, max(act["announced_on"], act["effective_on"])))
        for act in general
        if act["target"] != ALL_PARTNERS
    ]
    return pl.DataFrame(rows, schema={"act_id": pl.String(), "target": pl.String(), "total_pct": pl.Float64()}, orient="row")


def _find_words(text: str) -> list[str]:
    """List the words of a text that may name goods.

    They are the words of four or more letters that are not in `_COMMON_WORDS`, in lower case.
    """
    return [word for word in _WORD.findall(text.lower()) if word not in _COMMON_WORDS]


def _match_words(words: list[str]) -> str:
    """Return a regular expression for any of these whole words.

    It also finds their singular and plural, and the adjective of a country ("goods of Russia": Russian). It matches nothing without words.
    """
    stems = "|".join(sorted({word.removesuffix("s") for word in words}))
    return rf"\b(?:{stems})(?:e?s|n|ese)?\b" if stems else "$^"
