from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, STORY_MASS
from pipeline.contracts.tables.stories import ARTICLES_READ
from pipeline.index import filter as published
from pipeline.models.build import build_table
from pipeline.validation.studies import simulation
from pipeline.validation.studies.simulation import (
    COVERAGE_STUDY,
    DISTURBED,
    EVOLUTIONS,
    FilterState,
    Pool,
    pool_from_lake,
    simulate_coverage,
    simulate_pool,
)

FEW = {4: 30}


@pytest.fixture(scope="module")
def pool() -> Pool:
    return simulate_pool(build_table, np.random.default_rng(1), stories=500)


def equalize(pool: Pool) -> Pool:
    """Give all stories of a pool the same mass and no variance."""
    return Pool(pool.story_mass.with_columns(mass=pl.lit(0.4), second_moment=pl.lit(0.16)), pool.stories, pool.story_articles)


def read_coverage(frame: pl.DataFrame, evolution: str, name: str = "coverage95") -> float:
    return float(frame.filter(evolution=evolution)[name].item())


@pytest.mark.slow
def test_intervals_without_wrong_readings_are_exact(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "MISREAD", 0.0)
    own = {name: EVOLUTIONS[name] for name in ("the filter's own",)}
    result = simulate_coverage(build_table, equalize(pool), replications={4: 300}, evolutions=own)
    for level, truth in (("coverage80", 0.80), ("coverage95", 0.95)):
        assert result[level].item() == pytest.approx(
            truth, abs=3 * result[f"{level}_se"].item() + 0.003
        )  # the baseline is measured, not known


def test_intervals_cover_in_clusters_and_with_wrong_readings(pool: Pool) -> None:
    own = {name: EVOLUTIONS[name] for name in ("the filter's own",)}
    result = simulate_coverage(build_table, pool, replications={4: 100}, evolutions=own, arrivals=DISTURBED)
    assert result["evolution"].to_list() == ["the filter's own, in clusters and misread"]
    assert 0.78 - 0.02 < result["coverage80"].item() < 0.86 + 0.02
    assert 0.93 - 0.02 < result["coverage95"].item() < 0.98 + 0.01


def test_the_evolution_of_the_filter_gives_the_state_of_the_next_day() -> None:
    random, size = np.random.default_rng(2), 400_000
    state = FilterState(np.full(size, 6.0), np.full(size, 4.0), np.full(size, 3.0), retention=0.9)
    today = random.gamma(state.shape) / state.rate
    tomorrow = simulation.follow_filter_model(random, today, state)
    shape, rate = 0.9 * 6.0 + 0.1 * 3.0, 0.9 * 4.0 + 0.1 * 3.0
    assert tomorrow.mean() == pytest.approx(shape / rate, rel=0.005)
    assert tomorrow.var() == pytest.approx(shape / rate**2, rel=0.01)
    assert ((tomorrow - tomorrow.mean()) ** 3).mean() == pytest.approx(2 * shape / rate**3, rel=0.05)


def test_the_simulation_tracks_the_state_of_the_published_filter(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An evolution gets the state that `filter_channels` computes for the day before."""
    seen: list[FilterState] = []

    def observe(random: np.random.Generator, rate: published.Matrix, state: FilterState) -> published.Matrix:
        seen.append(state)
        return simulation.step_randomly(random, rate, state, 0.05)

    filtered_frames: list[pl.DataFrame] = []

    def record_filter(daily: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float, clustering: pl.DataFrame) -> pl.DataFrame:
        filtered_frames.append(published.filter_channels(daily, baseline, half_life_days, clustering=clustering))
        return filtered_frames[-1]

    monkeypatch.setattr(simulation, "filter_channels", record_filter)
    simulate_coverage(build_table, pool, replications=FEW, evolutions={"observed": observe})
    by_day = filtered_frames[0].sort("index_date", "series").partition_by("index_date", maintain_order=True)
    for before, today in zip(seen[1:], by_day[:-1], strict=True):
        assert before.shape / before.rate == pytest.approx((today["shape"] / today["rate"]).to_numpy(), abs=1e-9)
        assert before.prior / before.rate == pytest.approx((today["prior"] / today["rate"]).to_numpy(), abs=1e-9)
        assert (before.shape >= (today["shape"] / today["dispersion"]).to_numpy() - 1e-9).all()  # without wrong readings


def test_expected_mass_and_prior_come_from_the_sql_models(pool: Pool) -> None:
    built: list[tuple[str, pl.DataFrame]] = []

    def observe(frames: Mapping[str, pl.DataFrame], table: Table, method: Mapping[str, Any]) -> pl.DataFrame:
        built.append((table.name, build_table(frames, table, method)))
        return built[-1][1]

    simulate_coverage(observe, pool, replications=FEW, evolutions={"constant": EVOLUTIONS["constant"]})
    assert [name for name, _ in built if name != ARTICLES_READ.name] == [BASELINE.name, DAILY_MASS.name, DAILY_MASS.name, DAILY_MASS.name]
    daily = built[-1][1]
    assert daily["expected"].mean() == pytest.approx(4 * pool.story_mass["mass"].to_numpy().mean(), rel=0.02)
    assert daily["observed"].mean() == pytest.approx(daily["expected"].mean(), rel=0.05)


@pytest.mark.slow
def test_intervals_are_too_wide_at_a_constant_rate(pool: Pool) -> None:
    result = simulate_coverage(build_table, pool, replications={1: 60, 20: 20}, evolutions={"constant": EVOLUTIONS["constant"]})
    assert result.filter(pl.col("coverage95") < 0.97).is_empty()
    assert result["width95"].to_list() == sorted(result["width95"].to_list(), reverse=True)


@pytest.mark.slow
def test_intervals_miss_a_rate_that_changes_faster_than_the_half_life(pool: Pool) -> None:
    walks = {name: evolution for name, evolution in EVOLUTIONS.items() if "walk" in name}
    result = simulate_coverage(build_table, pool, replications={20: 30}, evolutions=walks)
    slow, middle, fast = (read_coverage(result, name) for name in walks)
    assert slow > middle > fast
    assert fast < 0.85
    shorter = simulate_coverage(build_table, pool, half_life_days=2.0, replications={20: 30}, evolutions=walks)
    assert read_coverage(shorter, "random walk, 8 % a day") > fast


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures(pool: Pool) -> None:
    once, twice = (simulate_coverage(build_table, pool, replications=FEW) for _ in range(2))
    assert once.equals(twice)
    assert once.schema == COVERAGE_STUDY
    assert once["evolution"].to_list() == list(EVOLUTIONS)
    assert not once.equals(simulate_coverage(build_table, pool, replications=FEW, seed=3))


def test_a_pool_takes_the_escalation_stories_of_pooled_series(pool: Pool) -> None:
    directed = pool.story_mass.with_columns(series=pl.lit("AAA>BBB"))
    talk = pool.story_mass.with_columns(channel=pl.lit("dialogue"))
    mixed = pl.concat([pool.story_mass, directed, talk])
    assert pool_from_lake(mixed, pool.stories, pool.story_articles).story_mass.equals(pool.story_mass)


def test_a_lake_without_escalation_is_an_error(pool: Pool) -> None:
    with pytest.raises(ValueError, match="no stories to draw from"):
        pool_from_lake(STORY_MASS.empty(), pool.stories, pool.story_articles)


def test_nothing_depends_on_the_calendar(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    once = simulate_coverage(build_table, pool, replications=FEW, evolutions={"constant": EVOLUTIONS["constant"]})
    monkeypatch.setattr(simulation, "FIRST", date(1999, 7, 1))
    assert once.equals(simulate_coverage(build_table, pool, replications=FEW, evolutions={"constant": EVOLUTIONS["constant"]}))
