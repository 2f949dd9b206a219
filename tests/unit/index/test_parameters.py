from datetime import date, timedelta

import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.index import WEIGHTS
from pipeline.contracts.vocabulary import KIND, KIND_POLARITY, STATUS
from pipeline.index.parameters import BaselineError, check_window, model_variables, read_weights

FIRST = date(2024, 2, 29)
READ = Days(FIRST, FIRST + timedelta(days=999))


def test_every_kind_and_status_has_a_weight_from_0_to_1() -> None:
    rows = WEIGHTS.conform(read_weights())
    assert rows.height == len(KIND.words) * len(STATUS.words)
    assert rows.filter((rows["weight"] < 0) | (rows["weight"] > 1)).is_empty()


def test_the_channel_of_a_kind_is_its_polarity() -> None:
    assert dict(read_weights().select("kind", "channel").iter_rows()) == dict(KIND_POLARITY)


def test_accusations_demands_refusals_and_threats_are_never_actions() -> None:
    words = {kind for kind in KIND.words if not read_weights().filter(kind=kind)["is_action"].any()}
    assert words == {"threat", "accusation", "demand", "refusal", "dialogue"}


def test_a_proposal_is_no_action() -> None:
    assert not read_weights().filter(status="proposed")["is_action"].any()


def test_a_stop_of_trade_or_of_a_restriction_has_weight() -> None:
    """As `measure` it stops purchases or a deal, as `easing` a restriction; nothing else counts when suspended or ended."""
    late = read_weights().filter(read_weights()["status"].is_in(["suspended", "ended"]) & (read_weights()["weight"] > 0))
    assert set(late["kind"]) == {"easing", "measure"}


def test_a_window_may_overlap_the_days_read_by_one_day() -> None:
    check_window(Days(date(2020, 1, 1), FIRST), READ)


@pytest.mark.parametrize("setting", [(date(2020, 1, 1), date(2020, 12, 31)), (date(2030, 1, 1), date(2030, 12, 31))])
def test_a_window_outside_the_days_read_is_rejected(setting: tuple[date, date]) -> None:
    with pytest.raises(BaselineError, match=rf"{setting[0]} to {setting[1]} is outside the days read, 2024-02-29 to 2026-11-24"):
        check_window(Days(*setting), READ)


def test_without_articles_there_is_no_baseline() -> None:
    with pytest.raises(BaselineError, match="no articles have been read yet"):
        check_window(None, None)


@pytest.mark.parametrize(("half_life", "days"), [(7.0, 28), (0.1, 1), (2.3, 10), (30.0, 120)])
def test_story_days_are_four_half_lives_and_at_least_a_day(half_life: float, days: int) -> None:
    assert model_variables(("CHN-USA",), half_life, None, READ)["story_days"] == days
