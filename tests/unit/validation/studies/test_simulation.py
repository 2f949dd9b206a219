from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, STORY_MASS
from pipeline.index import filter as published
from pipeline.models.build import build_table
from pipeline.validation.studies import simulation
from pipeline.validation.studies.simulation import EVOLUTIONS, OF_STUDY, Belief, Pool, coverage_of_limits, invented_pool, pool_of

FEW = {4: 30}


@pytest.fixture(scope="module")
def pool() -> Pool:
    return invented_pool(build_table, np.random.default_rng(1), stories=500)


def alike(pool: Pool) -> Pool:
    """The same pool with stories that all weigh the same and are beyond doubt."""
    return Pool(pool.story_mass.with_columns(mass=pl.lit(0.4), second_moment=pl.lit(0.16)), pool.stories, pool.story_articles)


def covered(frame: pl.DataFrame, evolution: str, name: str = "coverage95") -> float:
    return float(frame.filter(evolution=evolution)[name].item())


def test_the_limits_are_exact_under_the_filter_s_own_evolution_when_all_stories_weigh_the_same(pool: Pool) -> None:
    own = {name: EVOLUTIONS[name] for name in ("the filter's own",)}
    found = coverage_of_limits(build_table, alike(pool), replications={4: 300}, evolutions=own)
    for level, truth in (("coverage80", 0.80), ("coverage95", 0.95)):
        assert found[level].item() == pytest.approx(
            truth, abs=3 * found[f"{level}_se"].item() + 0.003
        )  # the baseline is measured, not known


def test_the_own_evolution_leads_from_the_belief_of_a_day_to_the_sums_with_which_the_next_begins() -> None:
    random, size = np.random.default_rng(2), 400_000
    belief = Belief(np.full(size, 6.0), np.full(size, 4.0), np.full(size, 3.0), kept=0.9)
    today = random.gamma(belief.shape) / belief.rate
    tomorrow = simulation.as_the_filter_assumes(random, today, belief)
    shape, rate = 0.9 * 6.0 + 0.1 * 3.0, 0.9 * 4.0 + 0.1 * 3.0
    assert tomorrow.mean() == pytest.approx(shape / rate, rel=0.005)
    assert tomorrow.var() == pytest.approx(shape / rate**2, rel=0.01)
    assert ((tomorrow - tomorrow.mean()) ** 3).mean() == pytest.approx(2 * shape / rate**3, rel=0.05)


def test_the_simulation_follows_the_filter_that_is_published(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an evolution is shown of the filter is what `filter_channels` makes of the same stories on the day before."""
    seen: list[Belief] = []

    def watched(random: np.random.Generator, rate: published.Matrix, belief: Belief) -> published.Matrix:
        seen.append(belief)
        return simulation.random_walk(random, rate, belief, 0.05)

    kept: list[pl.DataFrame] = []

    def filtered(daily: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
        kept.append(published.filter_channels(daily, baseline, half_life_days))
        return kept[-1]

    monkeypatch.setattr(simulation, "filter_channels", filtered)
    coverage_of_limits(build_table, pool, replications=FEW, evolutions={"watched": watched})
    by_day = kept[0].sort("index_date", "series").partition_by("index_date", maintain_order=True)
    for before, today in zip(seen[1:], by_day[:-1], strict=True):
        assert before.shape == pytest.approx((today["shape"] / today["dispersion"]).to_numpy(), abs=1e-9)
        assert before.rate == pytest.approx((today["rate"] / today["dispersion"]).to_numpy(), abs=1e-9)


def test_expectation_and_prior_are_those_of_the_sql_models(pool: Pool) -> None:
    made: list[tuple[str, pl.DataFrame]] = []

    def watched(frames: Mapping[str, pl.DataFrame], table: Table, method: Mapping[str, Any]) -> pl.DataFrame:
        made.append((table.name, build_table(frames, table, method)))
        return made[-1][1]

    coverage_of_limits(watched, pool, replications=FEW, evolutions={"constant": EVOLUTIONS["constant"]})
    assert [name for name, _ in made] == [BASELINE.name, DAILY_MASS.name, DAILY_MASS.name]
    daily = made[-1][1]
    assert daily["expected"].mean() == pytest.approx(4 * pool.story_mass["mass"].to_numpy().mean(), rel=0.02)
    assert daily["observed"].mean() == pytest.approx(daily["expected"].mean(), rel=0.05)


def test_at_a_constant_rate_the_limits_cover_more_than_they_say(pool: Pool) -> None:
    found = coverage_of_limits(build_table, pool, replications={1: 60, 20: 20}, evolutions={"constant": EVOLUTIONS["constant"]})
    assert found.filter(pl.col("coverage95") < 0.97).is_empty()
    assert found["width95"].to_list() == sorted(found["width95"].to_list(), reverse=True)


def test_a_rate_that_runs_faster_than_the_half_life_is_lost(pool: Pool) -> None:
    walks = {name: evolution for name, evolution in EVOLUTIONS.items() if "walk" in name}
    found = coverage_of_limits(build_table, pool, replications={20: 30}, evolutions=walks)
    slow, middle, fast = (covered(found, name) for name in walks)
    assert slow > middle > fast
    assert fast < 0.8
    shorter = coverage_of_limits(build_table, pool, half_life_days=2.0, replications={20: 30}, evolutions=walks)
    assert covered(shorter, "random walk, 8 % a day") > fast


def test_the_same_seed_gives_the_same_figures(pool: Pool) -> None:
    once, twice = (coverage_of_limits(build_table, pool, replications=FEW) for _ in range(2))
    assert once.equals(twice)
    assert once.schema == OF_STUDY
    assert once["evolution"].to_list() == list(EVOLUTIONS)
    assert not once.equals(coverage_of_limits(build_table, pool, replications=FEW, seed=3))


def test_the_stories_of_a_lake_can_be_drawn_from(pool: Pool) -> None:
    directed = pool.story_mass.with_columns(series=pl.lit("AAA>BBB"))
    talk = pool.story_mass.with_columns(channel=pl.lit("dialogue"))
    mixed = pl.concat([pool.story_mass, directed, talk])
    assert pool_of(mixed, pool.stories, pool.story_articles).story_mass.equals(pool.story_mass)


def test_a_lake_without_escalation_is_told(pool: Pool) -> None:
    with pytest.raises(ValueError, match="no stories to draw from"):
        pool_of(STORY_MASS.empty(), pool.stories, pool.story_articles)


def test_nothing_depends_on_the_calendar(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    once = coverage_of_limits(build_table, pool, replications=FEW, evolutions={"constant": EVOLUTIONS["constant"]})
    monkeypatch.setattr(simulation, "FIRST", date(1999, 7, 1))
    assert once.equals(coverage_of_limits(build_table, pool, replications=FEW, evolutions={"constant": EVOLUTIONS["constant"]}))
