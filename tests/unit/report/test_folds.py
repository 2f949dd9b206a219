"""Unfolding tables of a pair's section."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.index import SIGNALS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.measures import MEASURE_ACTS, MEASURE_STATES
from pipeline.contracts.tables.threats import THREAT_RATES, THREATS
from pipeline.contracts.tables.trade import TARIFF_RATES, TRADE_FLOWS
from pipeline.report.cells import Fold
from pipeline.report.evidence import SIGNAL_COLUMNS, may_be_named
from pipeline.report.folds import (
    build_flows,
    build_folds,
    build_measures,
    build_moves,
    build_stalemate,
    build_tariffs,
    read_facts,
)
from pipeline.report.names import signed
from pipeline.report.threat_fold import build_threats

DAY = date(2025, 11, 30)
MEMBERS = ["DEU", "FRA"]
SIGNAL = "4e1f09ab52c77d31"


def _fill(table: Table, *rows: dict[str, Any]) -> pl.DataFrame:
    example = table.example().row(0, named=True)
    return pl.DataFrame([example | row for row in rows], schema=table.schema)


def _texts(fold: Fold, *heads: str) -> list[tuple[str, ...]]:
    places = [next(n for n, head in enumerate(fold.heads) if head.text == name) for name in heads]
    return [tuple(row[place].text for place in places) for row in fold.rows]


def _measures(*rows: dict[str, Any]) -> pl.DataFrame:
    """Measures as `read_facts` joins them with their acts."""
    return _fill(MEASURE_STATES, *({"actor": "USA", "target": "CHN", "checked_through": date(2026, 8, 20)} | row for row in rows))


def _threats(*rows: dict[str, Any]) -> pl.DataFrame:
    sentence = {"quote": "The minister threatened a duty.", "source": "A paper", "url": "https://a.example/1"}
    extra = {**sentence, "published_at": datetime(2025, 5, 23, tzinfo=UTC), "outcome_act": None, "outcome_url": None}
    frame = _fill(THREATS, *({"actor": "USA", "target": "CHN", "tier": "high"} | row for row in rows))
    return frame.with_columns(*(pl.lit(value).alias(name) for name, value in extra.items()))


def test_measures_name_authority_rate_day_and_act() -> None:
    fold = build_measures(
        _measures({"programme": "Section 301: list 1", "rate_pct": 25.0, "legal_source": "83 FR 28710", "url": "https://a.example/act"}),
        MEMBERS,
        DAY,
        "CHN-USA",
    )
    heads = ("Who → whom", "Authority", "Rate", "In force since", "Unchanged since", "Act that set it")
    assert _texts(fold, *heads) == [("USA → China", "Section 301: list 1", "25 %", "2018-07-06", "2018-07-06", "83 FR 28710")]
    assert fold.rows[0][6].url == "https://a.example/act"
    assert fold.title == "Measures in force on 30 November 2025, from a list of official acts: USA → China 1"


def test_suspended_measures_are_not_counted_as_in_force() -> None:
    fold = build_measures(_measures({}, {"standing": "suspended", "layer": "usa-301-list4b"}), MEMBERS, DAY, "CHN-USA")
    assert fold.title.endswith("USA → China 1; suspended 1")
    assert [remark for (remark,) in _texts(fold, "Remark")] == ["", "suspended"]


def test_a_member_of_the_union_has_the_measures_of_the_union() -> None:
    fold = build_measures(_measures({"target": "EUN"}, {"target": "CHN"}), MEMBERS, DAY, "DEU-USA")
    assert fold.title.endswith("USA → EU 1")
    assert "Germany has the measures of the EU." in fold.sentences
    assert build_measures(_measures({"target": "EUN"}), MEMBERS, DAY, "DEU-FRA").rows == ()


def test_acts_after_the_last_look_are_said_to_be_missing() -> None:
    fold = build_measures(_measures({"checked_through": date(2025, 6, 30)}), MEMBERS, DAY, "CHN-USA")
    assert fold.sentences[-1] == "Acts looked up: USA through 30 June 2025, so later acts are missing."


def test_outcomes_of_threats_have_their_denominators() -> None:
    rates = _fill(THREAT_RATES, {"actor": "USA", "form": "all"})
    outcomes = ["carried_out"] * 3 + ["softened", "withdrawn", "lapsed", "pending", "pending", "unconfirmed"]
    fold = build_threats(
        _threats(*({"target": "JPN", "threat_outcome": outcome, "deadline_on": None} for outcome in outcomes)), rates, DAY, "CHN-USA"
    )
    assert fold.sentences[0] == (
        "USA, all 9 threats towards anybody: settled 6 (3 carried out; 1 lapsed; 1 softened; 1 withdrawn), not settled 3 (2 pending; "
        "1 unconfirmed). Of the settled ones 67 % (95 % interval 30 to 90) were carried out at least in part (also if softened or struck "
        "down)."
    )


def test_outcomes_are_counted_in_the_words_of_the_rows() -> None:
    nothing = {"outcome_on": None, "outcome_rate_pct": None}
    rows: tuple[dict[str, Any], ...] = (
        {"threat_outcome": "postponed"} | nothing,
        {"threat_outcome": "pending", "deadline_on": date(2025, 11, 1)} | nothing,
        {"threat_outcome": "followed"} | nothing,
        {"threat_outcome": "softened", "amount_usd": 50e9, "outcome_amount_usd": 34e9} | nothing,
    )
    frame = _threats(*(row | {"threat_id": f"{number:016}"} for number, row in enumerate(rows)))
    fold = build_threats(frame, _fill(THREAT_RATES, {"actor": "USA", "form": "all"}), DAY, "CHN-USA")
    words = ["postponed", "pending, deadline passed", "followed by such an act", "carried out in part: on USD 34 billion"]
    assert [text for (text,) in _texts(fold, "Outcome")] == words
    for word in words:
        counted = f"1 {word.partition(':')[0]}"
        assert counted in fold.title
        assert counted in fold.sentences[0]
    assert "settled 1 (1 carried out in part), not settled 3" in fold.sentences[0]


def test_a_threat_is_quoted_only_with_high_confidence() -> None:
    fold = build_threats(_threats({}, {"threat_id": "b" * 16, "tier": "medium"}), THREAT_RATES.empty(), DAY, "CHN-USA")
    quotes = [row[-1] for row in fold.rows]
    assert [(cell.is_quote, cell.text) for cell in quotes] == [
        (True, "The minister threatened a duty."),
        (False, "no sentence read with high confidence"),
    ]
    assert quotes[0].source == "A paper"
    assert quotes[0].published == date(2025, 5, 23)


def test_threats_towards_everybody_are_listed_and_others_not() -> None:
    rows = ({"target": "*"}, {"target": "JPN", "threat_id": "c" * 16}, {"actor": "JPN", "target": "USA", "threat_id": "d" * 16})
    fold = build_threats(_threats(*rows), THREAT_RATES.empty(), DAY, "CHN-USA")
    assert _texts(fold, "Who → whom") == [("USA → all partners (China too)",)]


def test_a_threat_towards_a_group_without_the_partner_is_not_listed() -> None:
    of_group = ({"target": "*", "scope": "eu_members"}, {"target": "*", "scope": "eu_members", "actor": "CHN", "threat_id": "c" * 16})
    assert build_threats(_threats(*of_group), THREAT_RATES.empty(), DAY, "CHN-USA").rows == ()
    fold = build_threats(_threats(*of_group), THREAT_RATES.empty(), DAY, "DEU-USA")
    assert _texts(fold, "Who → whom") == [("USA → all partners (Germany too)",)]


def test_instruments_are_named_in_words() -> None:
    rows = ({"instrument": "purchases", "product": "oil"}, {"instrument": "services_transport", "product": "", "threat_id": "c" * 16})
    fold = build_threats(_threats(*rows), THREAT_RATES.empty(), DAY, "CHN-USA")
    assert {text.partition(",")[0] for (text,) in _texts(fold, "What")} == {"purchases of oil", "fees and taxes on services"}


def test_a_number_that_rounds_to_zero_has_no_sign() -> None:
    assert [signed(value, 1) for value in (-0.04, 0.04, -0.06, 12.34)] == ["0.0", "0.0", "\N{MINUS SIGN}0.1", "+12.3"]


def test_a_pending_threat_past_its_deadline_is_said_to_be_late() -> None:
    pending = {"threat_outcome": "pending", "outcome_on": None, "outcome_rate_pct": None}
    late = {"threat_id": "e" * 16, "deadline_on": date(2025, 11, 29)} | pending
    due = {"threat_id": "f" * 16, "deadline_on": DAY} | pending
    open_ended = {"threat_id": "g" * 16, "deadline_on": None} | pending
    fold = build_threats(_threats(late, due, open_ended), THREAT_RATES.empty(), DAY, "CHN-USA")
    assert [text for (text,) in _texts(fold, "Outcome")] == ["pending, deadline passed", "pending", "pending"]
    assert fold.title.endswith("3 (2 pending; 1 pending, deadline passed)")


def test_a_tracker_that_has_ended_is_named() -> None:
    old = {"importer": "CHN", "exporter": "USA", "measure": "simple_mean_hs6", "source": "old-tracker"}
    days = ({"effective_date": date(2019, 12, 26), "released_on": date(2019, 12, 26)},)
    new = {
        "importer": "USA",
        "exporter": "CHN",
        "effective_date": date(2025, 9, 1),
        "released_on": date(2025, 9, 1),
        "source": "new-tracker",
    }
    later = new | {"effective_date": date(2026, 2, 1), "released_on": date(2026, 2, 1)}
    fold = build_tariffs(_fill(TARIFF_RATES, old | days[0], new, later), DAY, "CHN-USA")
    assert fold.sentences[1:] == ("old-tracker ends on 26 December 2019, so later changes are not in it.",)
    assert [text for (text,) in _texts(fold, "In effect from")] == ["2019-12-26", "2025-09-01"]


def test_only_a_bundled_tracker_is_described() -> None:
    row = {"importer": "USA", "exporter": "CHN", "effective_date": date(2025, 9, 1), "released_on": date(2025, 9, 1)}
    about = {
        source: build_tariffs(_fill(TARIFF_RATES, row | {"source": source}), DAY, "CHN-USA").sentences[0]
        for source in ("trade-war-redux-2025", "mine")
    }
    described = "trade-war-redux-2025 counts duties added since January 2025"
    assert (described in about["trade-war-redux-2025"], "2025 counts" in about["mine"], "2024" in about["mine"]) == (True, False, False)


def test_rates_without_a_change_are_not_listed_as_changes() -> None:
    steps = [None, 10.0, *[2.0] * 9, *[0.0] * 8, 0.04, -0.05]
    days = [{"effective_date": date(2025, 1, n), "released_on": date(2025, 1, n), "step_pct": step} for n, step in enumerate(steps, 1)]
    fold = build_tariffs(_fill(TARIFF_RATES, *({"importer": "USA", "exporter": "CHN"} | row for row in days)), DAY, "CHN-USA")
    assert [text for (text,) in _texts(fold, "Change")] == [signed(-0.05, 1), *["+2.0"] * 9]
    assert "Changes below 0.05 percentage points are left out." in fold.sentences[0]


def test_trade_figures_have_their_day_of_release() -> None:
    months = [{"reference_month": date(2025, 7, 1), "released_on": date(2025, 9, 4)},
              {"reference_month": date(2025, 10, 1), "released_on": date(2026, 1, 8)}]  # fmt: skip
    later = {"reference_month": date(2025, 12, 1), "released_on": date(2026, 2, 1)}
    fold = build_flows(_fill(TRADE_FLOWS, *months, later), date(2025, 1, 20), DAY, "CHN-USA")
    assert _texts(fold, "Month", "Released on") == [("Oct 2025", "2026-01-08"), ("Jul 2025", "2025-09-04")]
    assert "Some figures were released after 30 November 2025" in fold.sentences[0]
    assert "no change on the year where the figure of a year before is missing" in fold.sentences[0]


def test_trade_figures_of_other_years_are_said_to_be_missing() -> None:
    fold = build_flows(_fill(TRADE_FLOWS, {"reference_month": date(2023, 7, 1)}), date(2025, 1, 20), DAY, "CHN-USA")
    assert (fold.rows, fold.is_always_shown) == ((), True)
    assert fold.title.endswith(": no figures of the months of the index")
    assert build_flows(TRADE_FLOWS.empty(), date(2025, 1, 20), DAY, "CHN-USA").is_always_shown is False


def test_a_stalemate_is_said_to_be_probable() -> None:
    fold = build_stalemate(TENSION_PAIR_DAILY.empty(), "CHN-USA")
    assert "probably more talk, demands and refusals than acts and concessions" in fold.sentences[0]


def test_spells_of_stalemate_end_where_a_day_is_missing() -> None:
    days = [date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 4)]
    fold = build_stalemate(_fill(TENSION_PAIR_DAILY, *({"index_date": day, "phase": "stalemate"} for day in days)), "CHN-USA")
    assert fold.title == "Stalemate: 3 days in 2 spells"
    assert _texts(fold, "From", "To") == [("4 September 2025", "4 September 2025"), ("1 September 2025", "2 September 2025")]


def test_who_moves_splits_each_direction_into_actions_and_words() -> None:
    last = {"index_date": DAY, "tension": 180.0, "tension_actions": 120.0, "tension_words": 60.0}
    daily = _fill(
        TENSION_DAILY, {"actor": "CHN", "target": "USA"} | last, {"actor": "USA", "target": "CHN", "index_date": DAY, "tension": None}
    )
    fold = build_moves(daily, DAY, "CHN-USA")
    assert "it has one prior, and each direction its own" in fold.sentences[0]
    rows = _texts(fold, "Who → whom", "When", "Tension", "Days with tension")
    assert rows[0] == ("China → USA", "30 November 2025", "180", "1")
    assert ("USA → China", "30 November 2025", "\N{EN DASH}", "0") in rows


def _list_means(known: int, *, is_earlier_scale: bool = False) -> list[tuple[str, ...]]:
    """Means of who moves, of 100 days: the last `known` have tension, all before the last 50 may have an earlier scale."""
    days = [DAY - timedelta(days=n) for n in range(100)]
    rows = [
        {
            "actor": "CHN", "target": "USA", "index_date": day, "tension": (100.0 if n < 50 else 900.0) if n < known else None,
            "concession": 80.0, "baseline_to": date(2025, 5, 1) if is_earlier_scale and n >= 50 else date(2025, 9, 1),
        }
        for n, day in enumerate(days)
    ]  # fmt: skip
    fold = build_moves(_fill(TENSION_DAILY, *rows), DAY, "CHN-USA")
    assert "fewer than 45 such days" in fold.sentences[1]
    means = _texts(fold, "When", "Tension", "Days with tension", "Concession", "Days with concession")
    return [row[1:] for row in means if row[0] == "mean of 90 days"][:1]


def test_a_mean_needs_half_of_its_days() -> None:
    assert _list_means(45) == [("100", "45", "80", "90")]
    assert _list_means(44) == [("\N{EN DASH}", "44", "80", "90")]


def test_a_mean_has_only_days_of_the_newest_scale() -> None:
    assert _list_means(100) == [("456", "90", "80", "90")]
    assert _list_means(100, is_earlier_scale=True) == [("100", "50", "80", "50")]


def test_facts_are_read_as_of_the_last_day_of_the_index() -> None:
    ended = {"layer": "usa-ended", "valid_from": date(2018, 1, 1), "valid_to": DAY}
    tables = {
        TENSION_PAIR_DAILY.name: _fill(TENSION_PAIR_DAILY, {"index_date": DAY}),
        TENSION_DAILY.name: _fill(TENSION_DAILY, {"index_date": DAY}),
        MEASURE_STATES.name: _measures({}, ended, {"layer": "usa-none", "standing": "not_in_force"}),
        MEASURE_ACTS.name: _fill(MEASURE_ACTS, {"legal_source": "The act that set the rate"}),
        THREATS.name: _fill(THREATS, {"actor": "USA", "target": "CHN", "signal_ids": f"{SIGNAL}, {'b' * 16}", "outcome_act_id": None}),
        SIGNALS.name: _fill(SIGNALS, {"signal_id": SIGNAL, "quote": "A threat."}),
    }  # fmt: skip

    def read(table: Table, days: object = None, columns: Any = None) -> pl.DataFrame:
        frame = tables.get(table.name, table.empty())
        return frame if columns is None else frame.select(list(columns))

    folds = {fold.name: fold for fold in build_folds(read_facts(read), "CHN-USA")}
    assert set(folds) == {"who-moves", "measures", "threats"}  # those without rows are left out
    assert _texts(folds["measures"], "Act that set it") == [("The act that set the rate",)]
    assert folds["threats"].rows[0][-1].text == "A threat."


def test_a_story_is_named_from_half_news_and_with_high_confidence() -> None:
    example = CONTRIBUTIONS.example().row(0, named=True) | SIGNALS.example().select(SIGNAL_COLUMNS).row(0, named=True)
    schema = CONTRIBUTIONS.schema | SIGNALS.example().select(SIGNAL_COLUMNS).schema
    rows = [
        example | {"series": series, "part": part, "tier": tier, "share_pct": share}
        for series, prior in (("CHN-USA", 50.0), ("JPN-USA", 50.1))
        for part, tier, share in (("story", "high", 30.0), ("story", "medium", 20.0), ("prior", None, prior))
    ]
    frame = pl.DataFrame(rows, schema=schema)
    assert frame.filter(may_be_named()).select("series", "tier").rows() == [("CHN-USA", "high")]


def test_an_act_without_a_figure_of_the_threat_followed_it() -> None:
    done = {"threat_outcome": "carried_out", "outcome_on": date(2019, 5, 10), "outcome_rate_pct": 25.0}
    rows = (
        {"threat_id": "a" * 16, "rate_pct": None} | done | {"threat_outcome": "followed"},
        {"threat_id": "b" * 16, "rate_pct": 25.0} | done,
        {"threat_id": "c" * 16, "amount_usd": 50e9, "outcome_amount_usd": 34e9} | done | {"threat_outcome": "softened"},
    )
    fold = build_threats(_threats(*rows), THREAT_RATES.empty(), DAY, "CHN-USA")
    assert [text for (text,) in _texts(fold, "Outcome")] == [
        "followed by such an act: 25 %, 2019-05-10", "carried out: 25 %, 2019-05-10",
        "carried out in part: 25 % on USD 34 billion, 2019-05-10"
    ]  # fmt: skip
    assert fold.title.endswith("(1 carried out; 1 carried out in part; 1 followed by such an act)")
