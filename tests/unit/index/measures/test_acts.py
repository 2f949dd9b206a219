"""The curated acts answer well-known dates, and broken files are rejected."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.index import SCOPE_MEMBERS, TENSION_PAIR_DAILY
from pipeline.contracts.tables.measures import MEASURE_STATES
from pipeline.index.measures import acts
from pipeline.index.measures.acts import ActsError, read_acts
from pipeline.models.build import build_tables
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select

Rates = dict[str, float]


@pytest.fixture(scope="module")
def states() -> pl.DataFrame:
    return build_tables({}, [MEASURE_STATES], {})[MEASURE_STATES.name]


def rates_on(states: pl.DataFrame, day: date, actor: str, target: str) -> Rates:
    """Rates of the layers that apply on a day, by layer."""
    rows = states.filter(
        pl.col("standing").is_in(("in_force", "quota")),
        pl.col("rate_pct").is_not_null(),
        pl.col("valid_from") <= day,
        pl.col("valid_to").is_null() | (pl.col("valid_to") > day),
        actor=actor,
        target=target,
    )
    return dict(rows.select("layer", "rate_pct").iter_rows())


# Rates that must be there, and layers that must not apply.
KNOWN: list[tuple[str, str, str, Rates, tuple[str, ...]]] = [
    ("2018-07-22", "EUN", "MEX", {}, ("eun-steel-safeguard",)),
    ("2018-07-22", "EUN", "BRA", {"eun-steel-safeguard": 25}, ()),
    ("2019-04-27", "CAN", "MEX", {"can-steel-safeguard": 25}, ()),
    ("2019-04-28", "CAN", "MEX", {}, ("can-steel-safeguard",)),
    ("2019-04-29", "CAN", "CHN", {"can-steel-safeguard": 25}, ()),
    ("2019-05-13", "CAN", "KOR", {}, ("can-steel-safeguard",)),
    ("2021-10-24", "CAN", "CHN", {"can-steel-safeguard": 10}, ()),
    ("2021-10-25", "CAN", "CHN", {}, ("can-steel-safeguard",)),
    ("2020-12-31", "EUN", "GBR", {}, ("eun-steel-safeguard",)),
    ("2021-01-01", "EUN", "GBR", {"eun-steel-safeguard": 25}, ()),
    ("2024-07-01", "GBR", "MEX", {"gbr-digital-tax": 2}, ("gbr-steel-safeguard",)),
    ("2024-07-01", "GBR", "BRA", {"gbr-steel-safeguard": 25}, ()),
    ("2025-03-11", "USA", "BRA", {}, ("usa-232-metal-derivatives",)),
    ("2025-04-03", "USA", "BRA", {"usa-232-metal-derivatives": 25}, ()),
    ("2025-06-04", "USA", "RUS", {"usa-232-metal-derivatives": 200}, ()),
    ("2025-10-14", "USA", "MEX", {"usa-232-metal-derivatives": 50}, ()),
    ("2026-04-05", "USA", "GBR", {"usa-232-metal-derivatives": 25}, ()),
    ("2018-06-04", "MEX", "IND", {}, ("mex-steel",)),
    ("2018-06-05", "MEX", "IND", {"mex-steel": 15}, ()),
    ("2019-02-01", "MEX", "IND", {}, ("mex-steel",)),
    ("2023-08-16", "MEX", "IND", {"mex-tariffs-2023": 25}, ("mex-steel",)),
    ("2018-07-05", "USA", "CHN", {"usa-232-steel": 25}, ("usa-301-list1",)),
    ("2018-07-06", "USA", "CHN", {"usa-301-list1": 25, "usa-232-steel": 25, "usa-232-aluminum": 10}, ("usa-301-list2", "usa-301-list3")),
    ("2018-07-06", "CHN", "USA", {"chn-301-answer-list1": 25, "chn-232-answer-15": 15}, ("chn-301-answer-list2",)),
    ("2018-09-24", "USA", "CHN", {"usa-301-list1": 25, "usa-301-list2": 25, "usa-301-list3": 10}, ("usa-301-list4a",)),
    ("2019-01-15", "USA", "CHN", {"usa-301-list3": 10}, ()),
    ("2019-01-15", "CHN", "USA", {"chn-301-answer-list3": 10}, ("chn-301-answer-cars",)),
    ("2019-05-09", "USA", "CHN", {"usa-301-list3": 10}, ()),
    ("2019-05-10", "USA", "CHN", {"usa-301-list3": 25}, ()),
    ("2019-05-16", "USA", "TUR", {}, ("usa-201-solar", "usa-201-washers")),
    ("2019-05-17", "USA", "TUR", {"usa-201-solar": 25, "usa-201-washers": 45}, ()),
    ("2019-06-04", "USA", "IND", {}, ("usa-201-solar", "usa-201-washers")),
    ("2019-06-05", "USA", "IND", {"usa-201-solar": 25, "usa-201-washers": 45}, ()),
    ("2019-06-15", "USA", "MEX", {}, ("usa-ieepa-migration-mexico", "usa-232-steel")),
    ("2019-06-16", "IND", "USA", {}, ()),
    ("2019-12-31", "USA", "CHN", {"usa-301-list4a": 15}, ("usa-301-list4b",)),
    ("2020-02-14", "USA", "CHN", {"usa-301-list3": 25, "usa-301-list4a": 7.5}, ("usa-301-list4b",)),
    ("2020-02-14", "CHN", "USA", {"chn-301-answer-list4a": 5}, ("chn-301-answer-list4b",)),
    ("2020-02-08", "USA", "KOR", {"usa-232-steel-derivatives": 10}, ()),
    ("2020-02-08", "USA", "JPN", {"usa-232-steel-derivatives": 25}, ()),
    ("2020-08-21", "GBR", "KOR", {"gbr-digital-tax": 2}, ()),
    ("2020-10-01", "USA", "CAN", {}, ("usa-232-aluminum", "usa-232-steel")),
    ("2021-06-01", "USA", "EUN", {"usa-232-steel": 25}, ("usa-301-airbus-goods",)),
    ("2021-11-15", "USA", "KOR", {"usa-201-solar": 18}, ()),
    ("2021-11-16", "USA", "KOR", {"usa-201-solar": 15}, ()),
    ("2022-04-01", "USA", "JPN", {"usa-232-steel-derivatives": 10}, ()),
    ("2024-06-04", "BRA", "GBR", {"bra-ethanol": 18}, ()),
    ("2025-02-04", "USA", "CHN", {"usa-ieepa-fentanyl-china": 10}, ("usa-ieepa-reciprocal",)),
    ("2025-02-04", "USA", "CAN", {}, ("usa-ieepa-border-canada",)),
    ("2025-03-04", "USA", "CHN", {"usa-ieepa-fentanyl-china": 20}, ()),
    ("2025-03-04", "USA", "CAN", {"usa-ieepa-border-canada": 25, "usa-ieepa-border-canada-energy": 10}, ("usa-232-steel",)),
    ("2025-03-04", "USA", "MEX", {"usa-ieepa-border-mexico": 25}, ()),
    ("2025-03-12", "USA", "EUN", {"usa-232-steel-derivatives": 25}, ()),
    ("2025-03-20", "CHN", "CAN", {"chn-canada-100": 100, "chn-canada-25": 25}, ()),
    ("2025-04-09", "USA", "CHN", {"usa-ieepa-fentanyl-china": 20, "usa-ieepa-reciprocal": 84}, ()),
    ("2025-04-09", "USA", "EUN", {"usa-ieepa-reciprocal": 20, "usa-232-cars": 25}, ("usa-232-car-parts",)),
    ("2025-04-10", "USA", "CHN", {"usa-ieepa-reciprocal": 125}, ()),
    ("2025-04-10", "USA", "EUN", {"usa-ieepa-reciprocal": 10}, ()),
    ("2025-04-10", "CHN", "USA", {"chn-reciprocal-answer": 84}, ()),
    ("2025-04-12", "CHN", "USA", {"chn-reciprocal-answer": 125, "chn-farm-15": 15}, ()),
    ("2025-05-14", "USA", "CHN", {"usa-ieepa-reciprocal": 10, "usa-ieepa-fentanyl-china": 20}, ()),
    ("2025-05-14", "CHN", "USA", {"chn-reciprocal-answer": 10}, ("chn-uel-2025-04",)),
    ("2025-05-29", "USA", "JPN", {"usa-ieepa-reciprocal": 10}, ()),  # a day after the court's ruling, which was stayed
    ("2025-06-04", "USA", "CAN", {"usa-232-steel-derivatives": 50}, ()),
    ("2025-06-04", "USA", "GBR", {"usa-232-steel-derivatives": 25}, ()),
    ("2025-08-07", "USA", "EUN", {"usa-ieepa-reciprocal": 15, "usa-232-steel": 50, "usa-232-cars": 15}, ()),
    ("2025-08-07", "USA", "IND", {"usa-ieepa-reciprocal": 25}, ("usa-ieepa-india-oil",)),
    ("2025-08-07", "USA", "BRA", {"usa-ieepa-reciprocal": 10, "usa-ieepa-brazil": 40}, ()),
    ("2025-08-07", "USA", "CAN", {"usa-ieepa-border-canada": 35, "usa-232-copper": 50}, ("usa-ieepa-reciprocal",)),
    ("2025-08-07", "EUN", "USA", {}, ("eun-answer-2025", "eun-232-answer-2018")),
    ("2025-08-27", "USA", "IND", {"usa-ieepa-reciprocal": 25, "usa-ieepa-india-oil": 25}, ()),
    ("2025-09-01", "CAN", "USA", {"can-answer-2025-metals": 25, "can-answer-2025-cars": 25}, ("can-answer-2025-goods",)),
    ("2025-10-01", "USA", "CHN", {"usa-ieepa-fentanyl-china": 20, "usa-301-review-ev": 100, "usa-301-review-semiconductors": 50}, ()),
    ("2025-10-01", "USA", "GBR", {"usa-232-steel": 25, "usa-232-cars": 25, "usa-232-car-parts": 25}, ()),
    ("2025-11-10", "USA", "CHN", {"usa-ieepa-fentanyl-china": 10, "usa-ieepa-reciprocal": 10}, ("usa-301-shipping",)),
    ("2025-11-10", "CHN", "USA", {"chn-reciprocal-answer": 10}, ("chn-farm-10", "chn-port-fees", "chn-rare-earths-abroad")),
    ("2026-02-20", "USA", "CHN", {"usa-301-list1": 25}, ("usa-ieepa-fentanyl-china", "usa-ieepa-reciprocal")),
    ("2026-03-01", "USA", "JPN", {"usa-122-surcharge": 10, "usa-232-cars": 15}, ("usa-ieepa-reciprocal",)),
    ("2026-04-06", "USA", "JPN", {"usa-232-metal-derivatives": 25}, ("usa-232-steel-derivatives",)),
]


@pytest.mark.parametrize(("day", "actor", "target", "expected", "absent"), KNOWN, ids=[f"{row[0]} {row[1]}>{row[2]}" for row in KNOWN])
def test_well_known_days_have_the_right_layers(
    states: pl.DataFrame, day: str, actor: str, target: str, expected: Rates, absent: tuple[str, ...]
) -> None:
    rates = rates_on(states, date.fromisoformat(day), actor, target)
    assert {layer: rates.get(layer) for layer in expected} == expected
    assert [layer for layer in absent if layer in rates] == []


def test_a_control_without_a_rate_is_in_force_and_suspended(states: pl.DataFrame) -> None:
    ban = states.filter(layer="chn-minerals-ban-usa", target="USA").sort("valid_from")
    assert ban.select("valid_from", "standing").rows() == [(date(2024, 12, 3), "in_force"), (date(2025, 11, 9), "suspended")]


def test_a_rule_without_a_rate_starts_on_its_day_of_compliance(states: pl.DataFrame) -> None:
    rule = states.filter(layer="usa-connected-cars", target="CHN")
    assert rule.select("announced_on", "valid_from").rows() == [(date(2025, 1, 14), date(2026, 3, 17))]


def test_a_list_of_firms_is_directed_at_their_home_countries() -> None:
    targets = dict(read_acts().group_by("layer").agg(pl.col("target").unique().sort()).rows())
    assert targets["usa-entity-huawei"] == ["CHN"]
    assert targets["usa-entity-affiliates"] == ["CHN", "RUS"]
    assert targets["chn-hanwha"] == ["KOR", "USA"]


def test_digital_taxes_are_directed_at_everybody() -> None:
    taxes = read_acts().filter(pl.col("layer").str.contains("-digital-(?:tax|levy)"), pl.col("actor") != "USA")
    assert set(taxes["actor"]) == {"CAN", "GBR", "IND"}
    assert set(taxes["target"]) == {"*"}


def test_an_extension_keeps_the_day_of_the_rate(states: pl.DataFrame) -> None:
    row = states.filter(layer="usa-ieepa-reciprocal", target="CHN", act_id="usa-ieepa-reciprocal@2025-08-12").to_dicts()[0]
    assert (row["rate_pct"], row["rate_since"], row["in_force_since"]) == (10, date(2025, 5, 14), date(2025, 4, 5))
    assert row["rate_act_id"] == "usa-ieepa-reciprocal@2025-05-14"


def test_no_act_changes_a_layer_that_had_ended_for_most_targets(states: pl.DataFrame) -> None:
    before = states.with_columns(before=pl.col("standing").shift().over("layer", "target", order_by="valid_from"))
    changes = before.filter(pl.col("action").is_in(("raised", "lowered", "extended", "changed", "suspended", "ended")))
    ended = changes.drop_nulls("before").group_by("act_id").agg((pl.col("before") == "not_in_force").mean().alias("share"))
    assert ended.height > 100
    assert ended.filter(pl.col("share") > 0.5)["act_id"].to_list() == []


def test_a_raised_rate_is_higher_and_a_lowered_one_lower(states: pl.DataFrame) -> None:
    rates = states.with_columns(before=pl.col("rate_pct").shift().over("layer", "target", order_by="valid_from"))
    raised, lowered = (rates.filter(pl.col("before").is_not_null(), action=action) for action in ("raised", "lowered"))
    assert min(raised.height, lowered.height) > 100
    assert raised.filter(pl.col("rate_pct") <= pl.col("before"))["act_id"].to_list() == []
    assert lowered.filter(pl.col("rate_pct") >= pl.col("before"))["act_id"].to_list() == []


def test_a_ruling_under_appeal_changes_no_layer(states: pl.DataFrame) -> None:
    rulings = read_acts().filter(action="ruled_unlawful")
    assert rulings.height > 0
    assert not states["act_id"].is_in(rulings["act_id"].to_list()).any()


@pytest.mark.parametrize(
    ("pair", "parties"), [("DEU-USA", {("EUN", "USA"), ("USA", "EUN")}), ("DEU-FRA", set()), ("GBR-USA", {("GBR", "USA"), ("USA", "GBR")})]
)
def test_a_member_of_the_union_has_its_measures_on_the_last_day(states: pl.DataFrame, pair: str, parties: set[tuple[str, str]]) -> None:
    tables = {
        MEASURE_STATES.name: states,
        SCOPE_MEMBERS.name: build_tables({}, [SCOPE_MEMBERS], {})[SCOPE_MEMBERS.name],
        TENSION_PAIR_DAILY.name: TENSION_PAIR_DAILY.example().head(1).with_columns(pair=pl.lit(pair), index_date=date(2020, 12, 30)),
    }
    rows = select(tables, read_query(shipped_folder("sql") / "views" / "measures_today.sql"), {})
    assert set(rows.select("actor", "target").rows()) == parties


def test_every_country_of_the_list_has_acts_from_several_years() -> None:
    years = read_acts().group_by("actor").agg(pl.col("announced_on").dt.year().n_unique())
    assert set(years["actor"]) == {"USA", "CHN", "EUN", "CAN", "MEX", "JPN", "KOR", "IND", "BRA", "GBR"}
    assert min(years["announced_on"].to_list()) >= 2


def test_the_list_has_at_least_250_acts_with_a_source() -> None:
    assert read_acts()["act_id"].n_unique() >= 250
    assert read_acts().filter(pl.col("legal_source").str.contains(r"\d")).height > 0.9 * read_acts().height


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("acts.csv", ",usa-301-list1,", ",usa-301-list9,", "acts.csv: layer usa-301-list9 is not defined"),
        ("layers.csv", "usa-301-list1,USA", "usa-301-list1,XXX", "layers.csv: actor XXX is not defined"),
        (
            "acts.csv",
            ",usa-301-list3@2019-01-01,",
            ",usa-301-list3@2019-01-09,",
            "acts.csv: cancels usa-301-list3@2019-01-09 is not defined",
        ),
    ],
)
def test_names_that_do_not_fit_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str, message: str
) -> None:
    for name in ("ACTS_FILE", "LAYERS_FILE", "CHECKED_FILE"):
        path: Path = getattr(acts, name)
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace(old, new, 1) if path.name == file else text, encoding="utf-8")
        monkeypatch.setattr(acts, name, tmp_path / path.name)
    with pytest.raises(ActsError, match=message):
        read_acts.__wrapped__()
