"""Coverage of the published intervals, measured on simulated rates.

Stories are weighted and filtered by the SQL models and `filter_channels` themselves; the caller passes in a function that runs SQL models.
`follow_filter_model` changes the true rate in the way under which the intervals are exact if all stories weigh the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import ANY_SOURCE, BASELINE, DAILY_MASS, IS_DIRECTED, PAIR_SIGNALS, SIGNALS, STORY_MASS, WEIGHTS
from pipeline.contracts.tables.stories import ARTICLES_READ, STORIES, STORY_ARTICLES
from pipeline.index.clustering import measure_clustering
from pipeline.index.filter import Matrix, cluster_mass, dispersion, filter_channels, predict_next_day
from pipeline.index.parameters import BASELINE_LENGTHS, model_variables, read_weights

#: Runs the SQL model of a table over data frames.
Model = Callable[[Mapping[str, pl.DataFrame], Table, Mapping[str, Any]], pl.DataFrame]

SEED = 20180706
CHANNEL = "escalation"
#: Number of simulated pairs by expected stories per day; more for few stories, with which fewer days are independent.
REPLICATIONS = {1: 1200, 4: 1000, 20: 500}
BURN_IN_HALF_LIVES = 6  # length of the start that is not scored
SCORED_DAYS = 84
ARTICLES_A_DAY = 100
BASELINE_DAYS = BASELINE_LENGTHS[-1]
FIRST = date(2001, 1, 1)  # arbitrary: results do not depend on the calendar

COVERAGE_STUDY = pl.Schema(
    {
        "evolution": pl.String(),
        "stories_a_day": pl.Float64(),
        "half_life_days": pl.Float64(),
        "coverage80": pl.Float64(),
        "coverage80_se": pl.Float64(),
        "coverage95": pl.Float64(),
        "coverage95_se": pl.Float64(),
        "width95": pl.Float64(),
        "replications": pl.Int64(),
        "days": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Pool:
    """Stories to draw from, with their masses and articles.

    They are rows of STORY_MASS (escalation in the series of pairs, not in those of directions), STORIES and STORY_ARTICLES.
    """

    story_mass: pl.DataFrame
    stories: pl.DataFrame
    story_articles: pl.DataFrame


@dataclass(frozen=True)
class Arrivals:
    """How simulated stories arrive and are read.

    `name`: added to the names of evolutions in results. `clustering`: variance of the number of stories a day, divided by its mean.
    `wrong`: share of stories that are read wrong when the pair's rate is that of the baseline. Half of them are the pair's own news, with
    sign or kind wrong, and come and go with it; the other half are other news, and come at the rate of the baseline.
    """

    name: str
    clustering: float = 1.0
    wrong: float = 0.0


SINGLE = Arrivals("")
DISTURBED = Arrivals(", in clusters and misread", clustering=1.75, wrong=0.3)
#: About as many wrong readings of escalation as in the hardest text (docs/reading.md, share of the mass that is right).
OFTEN_MISREAD = Arrivals(", in clusters and 43 % misread", clustering=1.75, wrong=0.43)


@dataclass(frozen=True)
class FilterState:
    """State of the filter at the end of a day, by pair.

    Gamma(shape, rate) in units of stories; `prior`: prior in stories; `retention`: share of the evidence that remains after a day.
    """

    shape: Matrix
    rate: Matrix
    prior: Matrix
    retention: float


#: Returns the true rate of each pair on a day, as a multiple of the baseline's, from the rate and the filter's state of the day before.
Evolution = Callable[[np.random.Generator, Matrix, FilterState], Matrix]


def stay_constant(_random: np.random.Generator, rate: Matrix, _state: FilterState, level: float = 1.0) -> Matrix:
    """Return `level`, a multiple of the baseline's rate, for every pair."""
    return np.full_like(rate, level)


def step_randomly(random: np.random.Generator, rate: Matrix, _state: FilterState, step: float) -> Matrix:
    """Move the logarithm of each rate by a normal step.

    `step`: its standard deviation.
    """
    return np.asarray(rate * np.exp(step * random.standard_normal(rate.shape)), dtype=np.float64)


def follow_filter_model(random: np.random.Generator, rate: Matrix, state: FilterState) -> Matrix:
    """Move the rate so that the intervals of the filter are exact.

    If yesterday's rate is Gamma(a, b), k the retention and c the prior in stories, today's rate is (b * rate * eta + gamma) / (k b + (1 -
    k) c) with eta ~ Beta(k a, (1 - k) a) and gamma ~ Gamma((1 - k) c). The Beta retains the share k of the evidence and gives Gamma(k a, b)
    (Harvey and Fernandes 1989); adding the Gamma gives Gamma(k a + (1 - k) c, b); the scale sets its rate to k b + (1 - k) c. These are the
    sums with which the filter starts the day.
    """
    retention = state.retention
    eta = random.beta(retention * state.shape, (1 - retention) * state.shape)
    gamma = random.gamma((1 - retention) * state.prior)
    return np.asarray((state.rate * rate * eta + gamma) / (retention * state.rate + (1 - retention) * state.prior), dtype=np.float64)


EVOLUTIONS: Mapping[str, Evolution] = {
    "constant": stay_constant,
    "constant, half the baseline": partial(stay_constant, level=0.5),
    "constant, three times the baseline": partial(stay_constant, level=3.0),
    "the filter's own": follow_filter_model,
    "random walk, 2 % a day": partial(step_randomly, step=0.02),
    "random walk, 4 % a day": partial(step_randomly, step=0.04),
    "random walk, 8 % a day": partial(step_randomly, step=0.08),
}


def simulate_pool(run: Model, random: np.random.Generator, stories: int = 4000) -> Pool:
    """Simulate stories of escalation, weighted by `story_mass.sql`.

    `run` runs SQL models; `stories`: number of stories. A story has one to five signals, and one to five articles of different owners,
    mostly one, as in real news. Returns the pool from which `simulate_coverage` draws.
    """
    kinds = [
        ("measure", "announced", 0.30), ("threat", "proposed", 0.20), ("accusation", "announced", 0.20), ("demand", "proposed", 0.15),
        ("refusal", "proposed", 0.07), ("investigation", "announced", 0.05), ("measure", "effective", 0.03),
    ]  # fmt: skip
    owners = np.minimum(random.geometric(0.75, stories), 5)
    signals = np.minimum(1 + random.poisson(1.0, stories), 5)
    of_story = np.repeat(np.arange(stories), signals)
    kind = random.choice(len(kinds), p=[share for *_, share in kinds], size=of_story.size)
    story_id = pl.Series("story_id", [f"story {number}" for number in range(stories)])
    signal_rows = SIGNALS.example(of_story.size).with_columns(
        story_id=story_id.gather(of_story),
        signal_id=pl.Series([f"signal {number}" for number in range(of_story.size)]),
        article_id=story_id.gather(of_story),
        actor=pl.lit("AAA"),
        target=pl.lit("BBB"),
        modality=pl.lit("asserted"),
        kind=pl.Series([kinds[number][0] for number in kind]),
        status=pl.Series([kinds[number][1] for number in kind]),
        instrument=pl.Series(random.choice(["tariff", "quota", "other"], p=[0.6, 0.1, 0.3], size=of_story.size)),
        probability=pl.Series(0.22 + 0.76 * random.beta(0.8, 1.2, of_story.size)),
    )
    story_rows = STORIES.example(stories).with_columns(
        story_id=story_id, source_owner_count=pl.Series(owners), breadth=pl.Series(1 + np.log(owners))
    )
    papers = pl.DataFrame(
        {"story_id": story_id.gather(np.repeat(np.arange(stories), owners)), "place": np.concatenate([np.arange(n) for n in owners])}
    )
    articles = STORY_ARTICLES.example(papers.height).with_columns(
        article_id=pl.Series([f"article {number}" for number in range(papers.height)]),
        story_id=papers["story_id"],
        source="Paper " + papers["place"].cast(pl.String),
        source_owner="Paper " + papers["place"].cast(pl.String),
    )
    frames = {WEIGHTS.name: read_weights(), SIGNALS.name: signal_rows, STORIES.name: story_rows, STORY_ARTICLES.name: articles}
    variables = model_variables(("AAA-BBB",), 7.0, None, Days(FIRST, FIRST))
    frames[PAIR_SIGNALS.name] = run(frames, PAIR_SIGNALS, variables)
    return pool_from_lake(run(frames, STORY_MASS, variables), story_rows, articles)


def pool_from_lake(story_mass: pl.DataFrame, stories: pl.DataFrame, story_articles: pl.DataFrame) -> Pool:
    """Build a pool from the escalation stories of a run.

    `ValueError` if `story_mass` has no story of escalation in the series of a pair.
    """
    escalation = story_mass.filter(pl.col("channel") == CHANNEL, ~IS_DIRECTED)
    if escalation.is_empty():
        raise ValueError(f"the simulation has no stories to draw from: story_mass has no {CHANNEL} in the series of a pair")
    story_ids = escalation["story_id"].implode()
    return Pool(escalation.sort("story_id", "series"), stories, story_articles.filter(pl.col("story_id").is_in(story_ids)))


def simulate_coverage(
    run: Model,
    pool: Pool,
    half_life_days: float = 7.0,
    replications: Mapping[int, int] = REPLICATIONS,
    evolutions: Mapping[str, Evolution] = EVOLUTIONS,
    seed: int = SEED,
    arrivals: Arrivals = SINGLE,
) -> pl.DataFrame:
    """Simulate how often the intervals contain the true rate (`COVERAGE_STUDY`).

    One row per evolution (how the true rate changes, by name in `evolutions`) and number of expected stories per day. `run` runs SQL
    models; `pool`: stories to draw from; `replications`: number of simulated pairs by expected stories per day; `arrivals`: how stories
    come and are read. Each pair has a baseline of 365 days at the rate that defines 100, measured as in production, and its own future.
    `width95` is the mean width divided by the value; standard errors are over pairs.
    """
    rows = []
    for stories_a_day, pairs in replications.items():
        world = _simulate_world(run, pool, arrivals, stories_a_day, pairs, half_life_days, np.random.default_rng([seed, stories_a_day]))
        for number, (name, evolution) in enumerate(evolutions.items()):
            scored = world.score(evolution, np.random.default_rng([seed, stories_a_day, number]))
            rows.append(
                {"evolution": name + arrivals.name, "stories_a_day": float(stories_a_day), "half_life_days": half_life_days}
                | _summarize(scored)
            )
    return pl.DataFrame(rows, schema=COVERAGE_STUDY)


@dataclass(frozen=True)
class _World:
    """Simulated pairs, with baselines measured on their first 365 days.

    `run`: function that runs SQL models; `baseline`: rows of BASELINE, `clustering`: rows of CLUSTERING, `method`: variables of the SQL
    models.
    """

    run: Model
    pool: Pool
    arrivals: Arrivals
    stories_a_day: int
    half_life_days: float
    baseline: pl.DataFrame
    clustering: pl.DataFrame
    method: Mapping[str, Any]

    def score(self, evolution: Evolution, random: np.random.Generator) -> pl.DataFrame:
        """Simulate and filter the days after the baseline.

        Returns rows of CHANNEL_DAILY for the days after the burn-in, with `truth`, the true rate on the scale of the index.
        """
        burn_in = int(np.ceil(BURN_IN_HALF_LIVES * self.half_life_days))
        days = Days(FIRST + timedelta(days=BASELINE_DAYS), FIRST + timedelta(days=BASELINE_DAYS + burn_in + SCORED_DAYS - 1))
        story_mass, truth = self._simulate_future(evolution, random, days)
        daily = self._build_daily_mass(days, story_mass)
        return (
            filter_channels(daily, self.baseline, self.half_life_days, clustering=self.clustering)
            .join(truth, on=["index_date", "series"], validate="1:1")
            .filter(pl.col("index_date") >= days.first + timedelta(days=burn_in))
            .sort("series", "index_date")
        )

    def _build_daily_mass(self, days: Days, story_mass: pl.DataFrame) -> pl.DataFrame:
        """Build `daily_mass` of `days` from drawn stories and this world's baseline."""
        return _build_daily_mass(self.run, self.pool, self.baseline, days, story_mass, self.method)

    def _simulate_future(self, evolution: Evolution, random: np.random.Generator, days: Days) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Simulate the stories of `days`; return them with the true index.

        Returns rows of STORY_MASS, and `truth` by day and series (100 is the baseline). The state of the filter is updated day by day,
        since an evolution may depend on it.
        """
        priors = self.baseline.filter(source=ANY_SOURCE).sort("series")
        prior, prior_dispersion = priors["prior"].to_numpy(), priors["prior_dispersion"].to_numpy()
        first_day = self._build_daily_mass(Days(days.first, days.first), STORY_MASS.empty())
        expected = first_day.sort("series")["expected"].to_numpy()  # the same on every day: all days have the same articles
        mass, moment = self.pool.story_mass["mass"].to_numpy(), self.pool.story_mass["second_moment"].to_numpy()
        clusters = cluster_mass(prior, self.clustering.sort("series")["clustering"].to_numpy())
        shape, rate, moments = prior, prior, prior * prior_dispersion
        retention = 2.0 ** (-1.0 / self.half_life_days)
        phi = dispersion(shape, shape, moments, clusters)  # wrong readings blur the view of the rate, they do not move it
        true = random.gamma(prior / phi) * phi / prior if evolution is follow_filter_model else np.ones_like(prior)
        draws, truth = [], []
        for _ in days:
            true = evolution(random, true, FilterState(shape / phi, rate / phi, prior / phi, retention))
            pair, story = _draw_stories(random, self.stories_a_day * true, self.stories_a_day, mass.size, self.arrivals)
            shape, rate, moments = (
                predict_next_day(sums, prior_sums, self.half_life_days) + news
                for sums, prior_sums, news in (
                    (shape, prior, np.bincount(pair, mass[story], prior.size)),
                    (rate, prior, expected),
                    (moments, prior * prior_dispersion, np.bincount(pair, moment[story], prior.size)),
                )
            )
            phi = dispersion(shape, shape, moments, clusters)
            draws.append((pair, story))
            truth.append(100 * true)
        dates = pl.Series("index_date", list(days))
        known = pl.DataFrame({"index_date": dates.gather(np.repeat(np.arange(len(days)), prior.size)), "truth": np.concatenate(truth)})
        series = priors["series"].gather(np.tile(np.arange(prior.size), len(days)))
        return _to_story_mass(self.pool, draws, dates, priors["series"]), known.with_columns(series)


def _simulate_world(
    run: Model,
    pool: Pool,
    arrivals: Arrivals,
    stories_a_day: int,
    pairs: int,
    half_life_days: float,
    random: np.random.Generator,
) -> _World:
    """Simulate pairs at a constant rate and measure their baselines.

    The baseline has 365 days, with stories drawn from `pool`; `arrivals`: how they come and are read. `stories_a_day`: their mean number by
    pair and day; `pairs`: number of pairs; `run` runs SQL models.
    """
    window = Days(FIRST, FIRST + timedelta(days=BASELINE_DAYS - 1))
    names = [f"A{number:04d}-B{number:04d}" for number in range(pairs)]
    method = model_variables(tuple(names), half_life_days, (window.first, window.last), window)
    draws = [_draw_stories(random, np.full(pairs, float(stories_a_day)), stories_a_day, pool.story_mass.height, arrivals) for _ in window]
    pooled = _to_story_mass(pool, draws, pl.Series("index_date", list(window)), pl.Series("series", names))
    # The expected mass of a pair is the sum of those of its two directions, so one direction gets the same stories.
    directed = pooled.with_columns(pl.col("series").str.replace("-", ">", literal=True))
    frames = {
        WEIGHTS.name: read_weights(),
        **_build_articles_read(run, pool, window, method),
        STORIES.name: pool.stories,
        # A story may be drawn for any day, and its articles must count by then.
        STORY_ARTICLES.name: pool.story_articles.with_columns(counts_on=pl.lit(FIRST)),
        STORY_MASS.name: pl.concat([pooled, directed]),
    }
    baseline = run(frames, BASELINE, method).filter(pl.col("channel") == CHANNEL, pl.col("series").is_in(names))
    daily = _build_daily_mass(run, pool, baseline, window, pooled, method)
    clustering = measure_clustering(daily, baseline, half_life_days)
    return _World(run, pool, arrivals, stories_a_day, half_life_days, baseline, clustering, method)


def _build_daily_mass(
    run: Model, pool: Pool, baseline: pl.DataFrame, days: Days, story_mass: pl.DataFrame, method: Mapping[str, Any]
) -> pl.DataFrame:
    """Run the SQL model of `daily_mass` on these stories and days.

    `story_mass`: the stories; `baseline`: rows of BASELINE, for the expected mass; `method`: variables of the SQL models.
    """
    frames = _build_articles_read(run, pool, days, method) | {BASELINE.name: baseline, STORY_MASS.name: story_mass}
    return run(frames, DAILY_MASS, method)


#: Stories drawn for one day: the number of the pair of each, and its number in the pool.
Drawn = tuple[NDArray[np.int64], NDArray[np.int64]]


def _draw_stories(random: np.random.Generator, rate: Matrix, base: float, stories: int, arrivals: Arrivals) -> Drawn:
    """Draw the stories of one day from a pool.

    `rate`: true number of stories a day by pair; `base`: that of the baseline, at which wrong readings of other news come; `stories`: size
    of the pool, from which each story is drawn with the same probability; `arrivals`: how much they cluster, and the share read wrong.
    Returns the numbers of pair and story for each one drawn.
    """
    expected = (1 - arrivals.wrong / 2) * rate + arrivals.wrong / 2 * base
    if arrivals.clustering > 1:  # a negative binomial number has this mean, and the factor on its variance
        counts = random.negative_binomial(expected / (arrivals.clustering - 1), 1 / arrivals.clustering)
    else:
        counts = random.poisson(expected)
    pair = np.repeat(np.arange(expected.size), counts)
    return pair, random.integers(stories, size=pair.size)


def _to_story_mass(pool: Pool, draws: Sequence[Drawn], days: pl.Series, names: pl.Series) -> pl.DataFrame:
    """Convert drawn stories to rows of `story_mass`, in order of days.

    `draws`: one item for each of `days`; `names`: of the pairs (like `CHN-USA`, no directions), for the column `series`.
    """
    day = np.repeat(np.arange(len(draws)), [pair.size for pair, _ in draws])
    pair, story = (np.concatenate(places) for places in zip(*draws, strict=True))
    return pool.story_mass[story].with_columns(days.gather(day), names.gather(pair).alias("series"))


def _build_articles_read(run: Model, pool: Pool, days: Days, method: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Build `coverage` and `articles_read`: numbers of articles, equal on all days.

    Each source of `pool` has the same number, together at least ARTICLES_A_DAY a day. Returns both tables by name. `run` runs SQL models;
    `method`: their variables.
    """
    sources = pool.story_articles["source"].unique().sort()
    each = -(-ARTICLES_A_DAY // sources.len())
    counts = {"article_count": each, "accepted": each, "duplicate": 0, "quarantined": 0}
    dates = pl.DataFrame({"index_date": list(days)})
    coverage = COVERAGE.conform(
        dates.join(sources.to_frame(), how="cross").with_columns(pl.lit(n, pl.Int64).alias(c) for c, n in counts.items())
    )
    frames = {COVERAGE.name: coverage}
    return frames | {ARTICLES_READ.name: run(frames, ARTICLES_READ, method)}


def _summarize(scored: pl.DataFrame) -> dict[str, float | int]:
    """Compute coverage and width of the intervals, averaged over pairs.

    `scored`: result of `_World.score`. Returns columns of COVERAGE_STUDY by name. The standard error of a coverage is that of its mean over
    pairs, which are independent.
    """
    by_pair = (
        scored.group_by("series")
        .agg(
            *(pl.col("truth").is_between(f"lo{level}", f"hi{level}").mean().alias(f"coverage{level}") for level in (80, 95)),
            ((pl.col("hi95") - pl.col("lo95")) / pl.col("value")).mean().alias("width95"),
            pl.len().alias("days"),
        )
        .sort("series")
    )  # a fixed order of summation gives the same last bits of floats
    means = by_pair.select(pl.col("coverage80", "coverage95", "width95").mean(), pl.col("days").first()).row(0, named=True)
    errors = by_pair.select((pl.col("coverage80", "coverage95").std() / by_pair.height**0.5).name.suffix("_se")).row(0, named=True)
    return {**means, **errors, "replications": by_pair.height}
