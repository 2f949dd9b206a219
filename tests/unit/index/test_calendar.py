from datetime import date, timedelta

import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.index import CHANNEL_DAILY, DAILY_MASS, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build_in_memory, day, finding, link

A = article("A:1")


def escalation(built: Built) -> list[Row]:
    return built.rows(DAILY_MASS, series="CHN>USA", channel="escalation")


def test_a_day_without_articles_observes_and_expects_nothing() -> None:
    built = build_in_memory(Scene([A, article("A:2", day(3))], [finding(A)]), [CHANNEL_DAILY])
    rows = [(row["index_date"], row["articles_read"], row["observed"] > 0, row["expected"] > 0) for row in escalation(built)]
    assert rows == [(day(0), 1, True, True), (day(1), 0, False, False), (day(2), 0, False, False), (day(3), 1, False, True)]


def test_without_articles_the_value_returns_to_100() -> None:
    scene = Scene([A, article("A:9", day(40))], [finding(A)], baseline=(day(40), day(40)))
    rows = build_in_memory(scene, [CHANNEL_DAILY]).rows(CHANNEL_DAILY, series="CHN>USA", channel="escalation")[:40]
    expected = 500 / 501 / 3 / 2  # half a story of a channel without stories, shrunk by the one article of the window
    assert rows[0]["value"] == pytest.approx(100 * (1 + 0.5) / (1 + expected))
    assert rows[7]["value"] == pytest.approx(100 * (1 + 0.5 / 2) / (1 + expected / 2))
    values = [row["value"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert [row["evidence_weight"] for row in rows] == sorted((row["evidence_weight"] for row in rows), reverse=True)


def test_a_day_with_articles_but_no_story_expects_mass() -> None:
    built = build_in_memory(Scene([A, article("A:2", day(1))], [finding(A)]), [DAILY_MASS])
    row = escalation(built)[1]
    assert (row["observed"], row["story_count"], row["articles_read"]) == (0, 0, 1)
    assert row["expected"] > 0


def test_a_day_with_all_rows_quarantined_expects_nothing() -> None:
    built = build_in_memory(Scene([A], [finding(A)], read={("A", day(1)): 0}), [DAILY_MASS])
    assert (escalation(built)[1]["articles_read"], escalation(built)[1]["expected"]) == (0, 0)


def test_expected_mass_uses_the_rate_of_each_source() -> None:
    scene = Scene([A], [finding(A)], read={("A", DAY): 500, ("B", DAY): 1500, ("A", day(1)): 10, ("C", day(1)): 30}, baseline=(DAY, DAY))
    of_all = 0.5 / 2000
    rate_of_a = (0.5 + 500 * of_all) / (500 + 500)
    assert escalation(build_in_memory(scene, [DAILY_MASS]))[1]["expected"] == pytest.approx(10 * rate_of_a + 30 * of_all)


def test_articles_of_one_day_make_an_index_of_one_day() -> None:
    built = build_in_memory(Scene([A], [finding(A)]), [TENSION_DAILY, TENSION_PAIR_DAILY])
    assert [row["index_date"] for row in built.rows(TENSION_PAIR_DAILY)] == [DAY]
    assert len(built.rows(TENSION_DAILY)) == 2
    assert built.row(TENSION_DAILY, actor="CHN")["tension"] == pytest.approx(100)  # the day is its own baseline


@pytest.mark.parametrize(
    ("first", "second"),
    [(date(2024, 2, 28), date(2024, 3, 1)), (date(2024, 12, 31), date(2025, 1, 2)), (date(2023, 2, 27), date(2023, 3, 1))],
    ids=["leap day", "year end", "February of a common year"],
)
def test_the_calendar_includes_leap_days_and_year_ends(first: date, second: date) -> None:
    one, other = article("A:1", first), article("A:2", second)
    built = build_in_memory(Scene([one, other], [finding(one), finding(other)]), [TENSION_PAIR_DAILY])
    span = Days(first, second)
    assert [row["index_date"] for row in built.rows(TENSION_PAIR_DAILY)] == list(span)
    before, after = built.row(CHANNEL_DAILY, series="CHN>USA", channel="escalation", index_date=first), built.row(
        CHANNEL_DAILY, series="CHN>USA", channel="escalation", index_date=second
    )  # fmt: skip
    decay = 2 ** (-(len(span) - 1) / 7)
    assert after["shape"] - after["prior"] == pytest.approx(0.5 + decay * (before["shape"] - before["prior"]))


def test_a_story_repeated_on_leap_day_keeps_its_first_day() -> None:
    first, leap, march = (article(f"{name}:1", on) for name, on in zip("ABC", Days(date(2024, 2, 28), date(2024, 3, 1)), strict=True))
    built = build_in_memory(Scene([first, leap, march], [finding(leap)], [link(leap, first), link(march, leap)]), [STORY_MASS])
    assert {row["index_date"] for row in built.rows(STORY_MASS)} == {date(2024, 2, 28)}


def test_the_index_begins_on_the_first_day_with_an_article() -> None:
    one = article("A:1", date(2025, 7, 1))
    scene = Scene([one], [finding(one)], read={("A", date(2025, 1, 1)): 0, ("A", date(2025, 12, 31)): 0})
    rows = build_in_memory(scene, [TENSION_DAILY]).rows(TENSION_DAILY, actor="CHN")
    assert [rows[0]["index_date"], rows[-1]["index_date"]] == [date(2025, 7, 1), date(2025, 12, 31)]
    assert [row["index_date"] for row in rows if row["observed_escalation"] > 0] == [date(2025, 7, 1)]
    assert {round(row["tension"], 9) for row in rows} == {100}  # the only article is the baseline, so every day is as expected


def test_the_last_seven_days_are_provisional() -> None:
    rows = build_in_memory(Scene([A, article("A:2", day(9))], [finding(A)], baseline=(DAY, DAY)), [TENSION_PAIR_DAILY]).rows(
        TENSION_PAIR_DAILY
    )
    assert [row["obs_status"] for row in rows] == ["A"] * 3 + ["P"] * 7
    assert rows[2]["index_date"] == DAY + timedelta(days=2)


def test_all_days_are_provisional_while_the_baseline_is_preliminary() -> None:
    for last, statuses in ((33, {"P"}), (34, {"A", "P"})):
        built = build_in_memory(Scene([A, article("A:2", day(last))], [finding(A)]), [TENSION_PAIR_DAILY])
        assert {row["obs_status"] for row in built.rows(TENSION_PAIR_DAILY)} == statuses
