"""Comments on columns of the published database that have no contract.

They are columns of macros, of tables such as `about`, and of views without a definition in `pipeline/contracts`.
"""

from collections.abc import Sequence

from pipeline.contracts.dictionary import describe_column
from pipeline.contracts.model import Table

#: Columns of tables that have no contract, by table.
TABLE_COLUMNS = {
    "about": {
        "release": "Name of the release: its last day and a hash of its files.",
        "version": "Version of Trade Tension that built the release.",
        "build": "Hash of the comments, views and macros of this file.",
        "note": "What the data is made from.",
    },
    "macro_columns": {
        "place": "Place of the column, from 0.",
        "macro_name": "Name of the macro.",
        "column_name": "Name of the column; for a macro that returns one value, the macro's own.",
        "data_type": "Type of the column.",
        "meaning": "What the column means.",
    },
    "stale_tables": {
        "table_name": "Table that could not be rebuilt and has an earlier version.",
        "reason": "Why it could not be rebuilt.",
    },
}
_PRODUCT = "Product of the figure, or 'all goods'."
_MONTH = "Month of the figure, as YYYY-MM."
_INSTRUMENT = "Trade-policy tool in words, e.g. 'export control'."
_SINCE = "First day of this standing and rate. Unit: UTC day."
#: Columns of views and macros, by name. Any other column has the comment of the columns of that name in the tables that are read.
VIEW_COLUMNS = {
    "reading_coverage": {
        "accepted": "Accepted articles.",
        "articles_read": "Of these, articles that were read for signals.",
        "no_country": "Not read: articles that name no country.",
        "one_country": "Not read: articles that name one country, and no sentence looks like trade policy.",
        "no_trade_policy": "Not read: articles that name several countries, and no sentence looks like trade policy.",
        "not_answered": "Not read: articles for which the language model gave no usable answer.",
    },
    "deeds": {
        "product": "Product of the flow it is compared with, or 'all goods'.",
        "unit": "Unit of the amounts: USD, or t for metric tons.",
        "period_from": "First month of the period, as YYYY-MM.",
        "period_to": "Last month of the period, as YYYY-MM.",
        "bought_pct": "bought_m as a share of flow_that_keeps_it_m. Unit: percent. May be empty.",
        "counted_to": "Last month of the sums, as YYYY-MM; the newest month if bought_m is empty.",
        "promised_m": "Purchases agreed for the whole period, in millions of the unit.",
        "flow_that_keeps_it_m": "Trade flow that would fulfil the whole commitment, in millions of the unit. May be empty.",
        "bought_m": "Actual trade flow up to that month, in millions of the unit. May be empty.",
    },
    "flow_conflicts": {
        "product": _PRODUCT,
        "reference_month": _MONTH,
        "used_origin": "Origin whose value is used. Empty if no value is used for this month.",
        "used_usd": "Value that is used, in USD, as first stored.",
        "other_origin": "Origin whose value is not used.",
        "other_usd": "Value that is not used, in USD, as first stored.",
        "difference_pct": "Difference of the other value from the one that is used, in percent.",
        "used_source": "Source of the value that is used.",
        "other_source": "Source of the value that is not used.",
    },
    "missing_months": {"product": _PRODUCT, "reference_month": _MONTH},
    "measures_today": {
        "instrument": _INSTRUMENT,
        "rate_since": _SINCE,
        "standing": "State of the layer in words, e.g. 'in force'.",
        "rate_counts": "Whether the rate includes the ordinary duty or is added to it. May be empty.",
    },
    "official_acts": {
        "published_on": "Day on which the document was published.",
        "target": "Country it is directed at: ISO 3166 alpha-3, EUN, or 'all partners'. Unit: country.",
        "instrument": _INSTRUMENT,
        "act": "What the document does to the target, in words.",
        "standing": "Status in words, with the day from which the act applies if it is known.",
        "how_it_was_read": "Part of the document that states the act.",
    },
    "threats_and_outcomes": {
        "target": "Country that is threatened: ISO 3166 alpha-3, EUN, or * for all partners. Unit: country.",
        "product": "Goods that the threat names. May be empty.",
        "rate_pct": "Rate that is threatened, the likeliest one said. Unit: percent. May be empty.",
        "probability": "Chance that a signal of the threat's best-reported day is right. Unit: probability.",
        "tier": "Tier of the quoted sentence. One of: high, medium, low.",
        "outcome_tier": "Tier of the sentence that shows the outcome. One of: high, medium, low. May be empty.",
        "quote": "The sentence that says the threat: one with its rate and goods, if any has them, and of these the most probable.",
        "source": "Outlet of that sentence.",
        "url": "Link to its article. May be empty.",
        "outcome_quote": "The sentence that shows the outcome; one with its rate, if any has it. Empty for an act or the passing of time.",
        "outcome_url": "Link to its article. May be empty.",
        "outcome_act": "Official act that shows the outcome, by number, journal or issuing body. May be empty.",
        "outcome_act_url": "Link to that act. May be empty.",
    },
    "describe_columns": {
        "column_name": "Name of the column.",
        "data_type": "Type of the column.",
        "meaning": "What the column means, with its unit and whether it may be empty.",
    },
    "describe_tables": {
        "name": "Name of the table, view or macro.",
        "kind": "table, view or macro.",
        "parameters": "Parameters of the macro. Empty for tables and views.",
        "meaning": "What it shows.",
    },
    "measures_in_force": {
        "target": "Country it is directed at: ISO 3166 alpha-3, EUN, or * for all partners. Unit: country.",
        "product": "Goods of the layer.",
        "rate_pct": "Rate of the layer; the highest where it differs by line or firm (see note). Unit: percent. May be empty.",
        "rate_since": _SINCE,
        "act_id": "Act that set the rate, as in measure_acts.",
        "legal_source": "Number, journal or issuing body of that act.",
        "url": "Link to that act. May be empty.",
        "latest_act_id": "Last act that prolonged the measure or changed its scope.",
        "latest_source": "Number, journal or issuing body of the last act.",
        "latest_until": "Last day of this state, if a later act changes it. May be empty.",
        "is_checked": "Whether the list of acts was checked up to the day.",
        "supporting_stories": "Stories up to the day that support the act.",
        "contradicting_stories": "Stories up to the day that contradict the act.",
        "average_pct": "Average rate of the tracker over all goods of the target, see tariff_rates; from 2025 on only of duties added"
        " since January 2025. Unit: percent. May be empty.",
        "average_kind": "Measure whose average it is. May be empty.",
        "average_since": "Day from which the average applies. May be empty.",
    },
    "measures_reported": {
        "standing": "Always 'reported': no official act of the list fits.",
        "first_told_on": "First day on which an article reports it.",
        "last_told_on": "Last day on which an article reports it.",
        "day_named": "Latest day that an article names for it. May be empty.",
        "story_count": "Stories that report it.",
        "chance": "Probability that one of the stories was read correctly. Unit: probability.",
    },
    "on_one_scale": {
        "tension": "Tension with the newest baseline. Empty where too little was read.",
        "concession": "Concession with the newest baseline. Empty where too little was read.",
        "dialogue": "Dialogue with the newest baseline. Empty where too little was read.",
        "baseline_to": "Last day of the newest baseline.",
    },
    "top_stories": {
        "series": "Directed pair, e.g. CHN>USA.",
        "story_id": "Story of the article: article_id of the first article on it.",
    },
    "pair_of": {"pair_of": "The pair in alphabetical order, e.g. CHN-USA."},
}


def describe_view_column(view: str, name: str, views: Sequence[Table], tables: Sequence[Table]) -> str:
    """Return the comment on a column of a view or macro.

    It is that of `VIEW_COLUMNS`, or else that of the column `name` in the first of `views` that has this column, or else the one that all
    `tables` with the column have. `views`: the contracts of the view itself and of the views that it reads; `tables`: the tables that it
    reads. `KeyError` if there is none, or if tables describe the column differently.
    """
    if (own := VIEW_COLUMNS.get(view, {}).get(name)) is not None:
        return own
    of_views, of_tables = (
        [describe_column(column) for one in group for column in one.columns if column.name == name] for group in (views, tables)
    )
    if of_views:
        return of_views[0]
    if len(set(of_tables)) != 1:
        count = "several descriptions" if of_tables else "no description"
        raise KeyError(f"{view}.{name}: has {count}; add one to VIEW_COLUMNS in {__name__}")
    return of_tables[0]
