"""Tables of a pair to unfold: moves, stalemate, measures, tariffs, trade.

Belongs here: selecting rows of published tables and putting them into words. Does not: layout and escaping (`page.html.j2`), the table of
threats (`threat_fold.py`), the index's chart (`timeline.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from pipeline.contracts import vocabulary as words
from pipeline.contracts.countries import EUROPEAN_UNION, parse_pair
from pipeline.contracts.scopes import list_unnamed_members
from pipeline.contracts.tables.index import SIGNALS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.measures import MEASURE_ACTS, MEASURE_STATES
from pipeline.contracts.tables.threats import THREAT_RATES, THREATS
from pipeline.contracts.tables.trade import TARIFF_RATES, TRADE_FLOWS
from pipeline.report.cells import Cell, Fold, Head, say_cut
from pipeline.report.evidence import ReadTable
from pipeline.report.names import country_name, direction_title, format_count, instrument_name, long_day, percent, short_month, signed
from pipeline.report.scales import select_newest_scale
from pipeline.report.sparklines import sparkline
from pipeline.report.threat_fold import build_threats

_MONTHS = 12  # of each series of trade figures
_CHANGES = 10  # of each average rate
_LEAST_CHANGE = 0.05  # percentage points: smaller ones would be shown as 0.0
_SPELLS = 10
_MEAN_DAYS = 90
_LEAST_MEAN_DAYS = _MEAN_DAYS // 2
_SPARK_MONTHS = 60
_ID_LENGTH = 16  # characters of a signal's id; of the signals that a threat lists, the first names its rate and goods, if any does

_ABOUT_MOVES = (
    "Each direction is compared with its own baseline of 100, so the two cannot be subtracted from one another. Actions are measures, "
    "easings, purchases and agreements; words are threats, demands, offers and the like. Their parts sum to the value. "
    "The pair's value can lie outside the two: it has one prior, and each direction its own."
)
_ABOUT_MEANS = (
    f"A mean is only of days that have a value and the newest baseline; their number is next to it. A dash: too little was read, or, for a "
    f"mean, there are fewer than {_LEAST_MEAN_DAYS} such days."
)
_ABOUT_STALEMATE = (
    "Days with probably more talk, demands and refusals than acts and concessions, by both sides together. The share is that of talk, "
    "demands and refusals among all of these."
)
_ABOUT_MEASURES = (
    "From a curated list of official acts, not from the news and not a tariff schedule. Rates of several layers on the same goods add "
    "up unless a remark says otherwise; rates are on top of the ordinary duty unless they are totals."
)
_AVERAGES = {"import_weighted": "weighted by imports", "simple_mean_hs6": "unweighted"}
_ABOUT_TARIFFS = "Averages over all goods, from trackers, with their dates: those of the acts can be days later."
_ABOUT_CHANGES = f"Changes below {_LEAST_CHANGE} percentage points are left out."
_ABOUT_FLOWS = (
    "Values as first stored, not seasonally adjusted, with the day of release. There is no change on the year where the figure of a year "
    "before is missing. The line covers at most sixty months."
)


@dataclass(frozen=True)
class Facts:
    """The tables that the unfolding tables of all pairs are made from.

    `day` is the last day of the index, `first` its first. `measures`: states of measures that are valid on `day`, except those not in
    force, with the act that set the rate. `members`: members of the European Union that the list of acts does not name. `threats`: rows of
    THREATS with the sentence of the first of their `signal_ids` and the act that shows the outcome. `threat_rates`: rows of THREAT_RATES
    for all forms of threat together. The other tables have all their rows, also later than `day`.
    """

    first: date
    day: date
    pair_daily: pl.DataFrame
    daily: pl.DataFrame
    measures: pl.DataFrame
    members: Sequence[str]
    threats: pl.DataFrame
    threat_rates: pl.DataFrame
    tariff_rates: pl.DataFrame
    flows: pl.DataFrame


def read_facts(read: ReadTable) -> Facts:
    """Read the tables that the unfolding tables are made from.

    The index must not be empty.
    """
    pair_daily = read(TENSION_PAIR_DAILY)
    day: Any = pair_daily["index_date"].max()
    acts = read(MEASURE_ACTS).select("act_id", "legal_source", "url").unique("act_id", keep="first", maintain_order=True)
    current = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    states = read(MEASURE_STATES)
    measures = states.filter(current & (pl.col("standing") != "not_in_force")).drop("legal_source", "url")
    threats = read(THREATS).with_columns(signal_id=pl.col("signal_ids").str.head(_ID_LENGTH))
    sentences = read(SIGNALS, columns=["signal_id", "quote", "source", "url", "published_at"])
    first: Any = pair_daily["index_date"].min()
    return Facts(
        first,
        day,
        pair_daily,
        read(TENSION_DAILY),
        measures.join(acts.rename({"act_id": "rate_act_id"}), on="rate_act_id", how="left"),
        list_unnamed_members({*states["actor"], *states["target"]}),
        threats.join(sentences, on="signal_id", how="left").join(
            acts.rename({"act_id": "outcome_act_id", "legal_source": "outcome_act", "url": "outcome_url"}), on="outcome_act_id", how="left"
        ),
        read(THREAT_RATES).filter(form="all"),
        read(TARIFF_RATES),
        read(TRADE_FLOWS),
    )


def build_folds(facts: Facts, pair: str) -> tuple[Fold, ...]:
    """Build the unfolding tables of one pair.

    Tables without rows are left out, unless their title says why there are none.
    """
    made = (
        build_moves(facts.daily, facts.day, pair),
        build_stalemate(facts.pair_daily, pair),
        build_measures(facts.measures, facts.members, facts.day, pair),
        build_threats(facts.threats, facts.threat_rates, facts.day, pair),
        build_tariffs(facts.tariff_rates, facts.day, pair),
        build_flows(facts.flows, facts.first, facts.day, pair),
    )
    return tuple(fold for fold in made if fold.rows or fold.is_always_shown)


def build_moves(daily: pl.DataFrame, day: date, pair: str) -> Fold:
    """Build the table of who moves: values by direction, words and actions.

    `daily`: rows of TENSION_DAILY; `day`: the last day. Each direction has two rows: the first has tension and concession with their parts
    on `day`, the second their means over those of the ninety days to `day` that have a value and the newest baseline. After the parts is
    the number of these days. A mean of less than half of the ninety days is a dash. No rows if neither direction has a value in these days.
    """
    of_pair = select_newest_scale(_between(daily, pair, "actor", "target"))
    recent = of_pair.filter(pl.col("index_date") > day - timedelta(days=_MEAN_DAYS))
    one, other = parse_pair(pair)
    rows = []
    for actor, target in ((one, other), (other, one)) if recent.select(pl.col("tension", "concession").count()).row(0) != (0, 0) else ():
        side = recent.filter((pl.col("actor") == actor) & (pl.col("target") == target))
        for period, frame, least in (
            (long_day(day), side.filter(index_date=day), 1),
            (f"mean of {_MEAN_DAYS} days", side, _LEAST_MEAN_DAYS),
        ):
            means = (cell for channel in ("tension", "concession") for cell in _mean_cells(frame, channel, least))
            rows.append((Cell(direction_title(actor, target)), Cell(period), *means))
    return Fold(
        "who-moves",
        "Who moves: actions and words, by direction",
        (_ABOUT_MOVES, _ABOUT_MEANS),
        (
            Head("Who → whom"), Head("When"),
            Head("Tension", True), Head("from actions", True), Head("from words", True), Head("Days with tension", True),
            Head("Concession", True), Head("from actions", True), Head("from words", True), Head("Days with concession", True),
        ),
        tuple(rows),
    )  # fmt: skip


def _mean_cells(frame: pl.DataFrame, channel: str, least: int) -> tuple[Cell, ...]:
    """Return cells with the means of a channel and its parts.

    The parts are those from actions and from words. The last cell is the number of days with a value. With fewer than `least` such days,
    each mean is a dash. `frame`: rows of TENSION_DAILY of one direction; `channel`: tension or concession.
    """
    known = frame.select(f"{channel}{part}" for part in ("", "_actions", "_words")).filter(pl.col(channel).is_not_null())
    means = known.mean().row(0) if known.height >= least else (None,) * known.width
    return (*(_points(value) for value in means), Cell(f"{known.height:,}"))


def build_stalemate(pair_daily: pl.DataFrame, pair: str) -> Fold:
    """Build the table of spells of the phase stalemate, the newest first.

    A spell is a run of consecutive days with this phase. Columns: first and last day, number of days, mean share of talk. The ten newest
    are listed; the title counts all spells and their days. `pair_daily`: rows of TENSION_PAIR_DAILY of any pairs.
    """
    of_pair = pair_daily.filter(pl.col("pair") == pair).sort("index_date")
    is_new = (pl.col("index_date") != pl.col("index_date").shift() + pl.duration(days=1)).fill_null(value=True)
    spells = (
        of_pair.filter(phase="stalemate")
        .with_columns(spell=is_new.cum_sum())
        .group_by("spell", maintain_order=True)
        .agg(
            pl.col("index_date").first().alias("first"),
            pl.col("index_date").last().alias("last"),
            pl.len().alias("days"),
            pl.col("stalemate").mean(),
        )
    )
    days = int(spells["days"].sum())
    rows = tuple(
        (Cell(long_day(row["first"])), Cell(long_day(row["last"])), Cell(f"{row['days']:,}"), Cell(percent(row["stalemate"])))
        for row in reversed(spells.to_dicts())
    )
    return Fold(
        "stalemate",
        f"Stalemate: {format_count(days, 'day')} in {format_count(spells.height, 'spell')}",
        (_ABOUT_STALEMATE + say_cut(len(rows), _SPELLS, "newest spells"),),
        (Head("From"), Head("To"), Head("Days", True), Head("Share of talk", True)),
        rows[:_SPELLS],
    )  # fmt: skip


def build_measures(measures: pl.DataFrame, members: Sequence[str], day: date, pair: str) -> Fold:
    """Build the table of a pair's official measures on `day`.

    It is sorted by direction, with suspended measures last in each direction. The title counts measures in force by direction, and
    suspended ones. One of `members` has the measures of the European Union, and a sentence says so. `measures`, `members`: as in `Facts`.
    """
    is_suspended = pl.col("standing") == "suspended"
    sides = [EUROPEAN_UNION if side in members else side for side in parse_pair(pair)]
    current = measures.filter(pl.col("actor").is_in(sides), pl.col("target").is_in(sides)).sort(
        "actor", "target", is_suspended, "instrument", "programme", "product", "layer"
    )
    counts = _count_directions(current.filter(~is_suspended)) or "none known"
    suspended = current.select(is_suspended.sum()).item()
    checked = {
        row["actor"]: row["checked_through"]
        for row in current.group_by("actor", maintain_order=True).agg(pl.col("checked_through").min()).to_dicts()
    }
    looked_up = "; ".join(
        f"{country_name(actor)} through {long_day(through)}{', so later acts are missing' if through < day else ''}"
        for actor, through in checked.items()
    )
    return Fold(
        "measures",
        f"Measures in force on {long_day(day)}, from a list of official acts: {counts}{f'; suspended {suspended}' if suspended else ''}",
        (
            _ABOUT_MEASURES,
            *(f"{country_name(one)} has the measures of the {country_name(EUROPEAN_UNION)}." for one in parse_pair(pair) if one in members),
            f"Acts looked up: {looked_up}.",
        ),
        (
            Head("Who → whom"), Head("Authority"), Head("Goods"), Head("Rate", True), Head("In force since"), Head("Unchanged since"),
            Head("Act that set it"), Head("Remark"),
        ),
        tuple(
            (
                Cell(direction_title(row["actor"], row["target"])),
                Cell(row["programme"]),
                Cell(row["product"]),
                Cell(_describe_rate(row)),
                Cell("" if row["in_force_since"] is None else row["in_force_since"].isoformat()),
                Cell(row["rate_since"].isoformat()),
                Cell(row["legal_source"] or row["rate_act_id"], url=row["url"]),
                Cell(_describe_measure(row)),
            )
            for row in current.iter_rows(named=True)
        ),
    )  # fmt: skip


def _describe_rate(row: Mapping[str, Any]) -> str:
    if row["rate_pct"] is None:
        return ""
    return f"{row['rate_pct']:g} %{' in total' if row['rate_basis'] == 'total' else ''}"


def _describe_measure(row: Mapping[str, Any]) -> str:
    """Return the remarks on a measure, such as "suspended; until 2026-11-10".

    In this order: the instrument unless it is a tariff, `suspended` or `quota`, the stated end, how it relates to other layers, which are
    legal programmes (`stacking`), and the certainty unless it is high. Empty if there are none.
    """
    remarks = [
        instrument_name(row["instrument"]) if row["instrument"] != "tariff" else "",
        "suspended" if row["standing"] == "suspended" else "quota" if row["standing"] == "quota" else "",
        f"until {row['stated_end'].isoformat()}" if row["stated_end"] is not None else "",
        row["stacking"] or "",
        f"certainty {row['certainty']}" if row["certainty"] != "high" else "",
    ]
    return "; ".join(remark for remark in remarks if remark)


def build_tariffs(rates: pl.DataFrame, day: date, pair: str) -> Fold:
    """Build the table of a pair's average tariff rates.

    It is sorted by direction and kind of average; each combination of these has the ten newest rates in effect by `day`, the newest first.
    Rates that differ from the one before by less than 0.05 percentage points are left out; the first rate has none before it. `rates`:
    rows of TARIFF_RATES of all pairs; later rates are left out. The text says what each bundled source of the pair's rates counts. A
    sentence names each source of them whose newest release, about any pair, is more than 365 days before `day`.
    """
    of_pair = _between(rates, pair, "importer", "exporter")
    is_change = pl.col("step_pct").is_null() | (pl.col("step_pct").abs() >= _LEAST_CHANGE)
    newest = of_pair.filter(is_change & (pl.col("effective_date") <= day)).sort("effective_date", descending=True)
    key = ["importer", "exporter", "measure"]
    shown = newest.group_by(key, maintain_order=True).head(_CHANGES).sort(key, maintain_order=True)
    ends = rates.group_by("source").agg(pl.col("released_on").max()).sort("source")
    names = set(of_pair["source"])
    meanings = [f"{name} {meaning}." for name, meaning in words.TARIFF_TRACKERS.items() if name in names]
    shown_rates = f"Rates in effect by {long_day(day)}; at most the {_CHANGES} newest changes of each."
    ended = [
        f"{row['source']} ends on {long_day(row['released_on'])}, so later changes are not in it"
        for row in ends.iter_rows(named=True)
        if row["source"] in names and row["released_on"] < day - timedelta(days=365)
    ]
    return Fold(
        "tariff-rates",
        "Average tariff rates, by date",
        (
            " ".join([_ABOUT_TARIFFS, *meanings, _ABOUT_CHANGES, shown_rates]),
            *([f"{'; '.join(ended)}."] if ended else []),
        ),
        (
            Head("Importer ← exporter"), Head("In effect from"), Head("Average rate", True), Head("Change", True), Head("How averaged"),
            Head("Released on"), Head("Source"),
        ),
        tuple(
            (
                Cell(f"{country_name(row['importer'])} ← {country_name(row['exporter'])}"),
                Cell(row["effective_date"].isoformat()),
                Cell(f"{row['rate_pct']:.1f} %"),
                Cell("" if row["step_pct"] is None else signed(row["step_pct"], 1)),
                Cell(_AVERAGES[row["measure"]]),
                Cell(row["released_on"].isoformat()),
                Cell(row["source"]),
            )
            for row in shown.iter_rows(named=True)
        ),
    )  # fmt: skip


def build_flows(flows: pl.DataFrame, first: date, day: date, pair: str) -> Fold:
    """Build the table of a pair's monthly trade, by series.

    `flows`: rows of TRADE_FLOWS. Only months of the index count (from that of `first` to `day`). Each series (reporter, partner, flow,
    product) has its twelve newest ones, the newest first; the sparkline in its first row has up to sixty. Without any there are no rows;
    the empty table is shown only if the pair has figures of other months: title and sentence then say so.
    """
    key = ["reporter", "partner", "flow", "product"]
    known = _between(flows, pair, "reporter", "partner").sort(*key, "reference_month", descending=[False] * 4 + [True])
    of_pair = known.filter(pl.col("reference_month").is_between(first.replace(day=1), day))
    months = known["reference_month"].unique().sort().dt.strftime("%Y-%m").to_list()
    none = "" if known.is_empty() or not of_pair.is_empty() else ": no figures of the months of the index"
    rows: list[tuple[Cell, ...]] = []
    for _, series in of_pair.group_by(key, maintain_order=True):
        for number, row in enumerate(series.head(_MONTHS).iter_rows(named=True)):
            values = series["value_usd"].head(_SPARK_MONTHS).reverse().to_list()
            rows.append(_flow_row(row, sparkline(values, width=110, height=22) if number == 0 else ""))
    is_later = not of_pair.filter(pl.col("released_on") > day).is_empty()
    released = f" Some figures were released after {long_day(day)}, the last day of the index." if is_later else ""
    return Fold(
        "trade-flows",
        f"Goods trade, by month{none}",
        (f"The figures are of {months[0]} to {months[-1]}.",) if none else
        (f"{_ABOUT_FLOWS} The newest {_MONTHS} months of each series by {long_day(day)}.{released}",),
        (
            Head("Series"), Head("Month"), Head("Value, bn USD", True), Head("Change on year", True), Head("Revised, bn USD", True),
            Head("Released on"), Head("Source"), Head("Trend"),
        ),
        tuple(rows),
        is_always_shown=bool(none),
    )  # fmt: skip


def _flow_row(row: Mapping[str, Any], svg: str) -> tuple[Cell, ...]:
    """Build a row of trade flows; `svg`: its sparkline, if any."""
    goods = f": {row['product']}" if row["product"] else ""
    month = row["reference_month"]
    change = row["change_on_year_pct"]
    way = "to" if row["flow"] == "exports" else "from"
    return (
        Cell(f"{country_name(row['reporter'])} {row['flow']} {way} {country_name(row['partner'])}{goods}"),
        Cell(f"{short_month(month)} {month.year}"),
        Cell(f"{row['value_usd'] / 1e9:,.2f}"),
        Cell("" if change is None else f"{signed(change)} %"),
        Cell("" if row["revised_value_usd"] is None else f"{row['revised_value_usd'] / 1e9:,.2f}"),
        Cell(row["released_on"].isoformat()),
        Cell(row["source"]),
        Cell("", svg=svg),
    )  # fmt: skip


def _between(frame: pl.DataFrame, pair: str, actor: str, target: str) -> pl.DataFrame:
    """Select the rows of both directions of a pair.

    `actor`, `target`: names of the columns with the two countries.
    """
    sides = list(parse_pair(pair))
    return frame.filter(pl.col(actor).is_in(sides) & pl.col(target).is_in(sides))


def _count_directions(rows: pl.DataFrame) -> str:
    counts: Iterator[Sequence[Any]] = iter(rows.group_by("actor", "target", maintain_order=True).len().rows())
    return ", ".join(f"{direction_title(actor, target)} {count}" for actor, target, count in counts)


def _points(value: float | None) -> Cell:
    return Cell("\N{EN DASH}" if value is None else f"{value:,.0f}")
