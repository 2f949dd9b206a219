"""How often the limits hold the truth, on made-up rates whose truth is known.

Belongs here: the made-up worlds (how the true rate moves, what a story is like) and the count of what the limits cover.
Does not: any formula of the index. Stories are weighed, expected and filtered by the SQL models and by `filter_channels` themselves, so
that what is counted is what is published. The runner of the SQL models is passed in, since this package knows no DuckDB.

The filter's own evolution, under which the limits are exact when all stories weigh the same: where the rate of yesterday is believed to be
Gamma(a, b), today's is (b x rate x eta + gamma) / (k b + (1 - k) c) with eta ~ Beta(k a, (1 - k) a), gamma ~ Gamma((1 - k) c), k what a
day keeps and c the prior in stories. The Beta keeps the share k of the evidence (Harvey and Fernandes 1989) and makes Gamma(k a, b); the
Gamma fills the prior up again and makes Gamma(k a + (1 - k) c, b); the scale brings its rate to k b + (1 - k) c. These are the sums with
which the filter begins the day. The rate wanders, and is drawn back to 100 as much as the prior weighs.
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
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, SIGNALS, STORIES, STORY_ARTICLES, STORY_MASS, WEIGHTS
from pipeline.index.filter import Matrix, dispersion, filter_channels, predict_next_day
from pipeline.index.parameters import BASELINE_DAYS, model_variables, read_weights

Model = Callable[[Mapping[str, pl.DataFrame], Table, Mapping[str, Any]], pl.DataFrame]  # runs the SQL model of a table over frames

SEED = 20180706
CHANNEL = "escalation"
REPLICATIONS = {1: 1200, 4: 1000, 20: 500}  # expected stories a day: how many made-up pairs; fewer days are independent where there are few
FADE_HALF_LIVES = 6  # days that are not scored, so that nothing of the start is left
SCORED_DAYS = 84
ARTICLES_A_DAY = 100
FIRST = date(2001, 1, 1)  # any day: nothing here depends on the calendar

OF_STUDY = pl.Schema(
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
    """Stories to draw from: what they weigh in the pooled series, and which sources carried them."""

    story_mass: pl.DataFrame
    stories: pl.DataFrame
    story_articles: pl.DataFrame


@dataclass(frozen=True)
class Belief:
    """What the filter holds at the end of a day, counted in stories, one entry a pair: Gamma(shape, rate), its prior, what a day keeps."""

    shape: Matrix
    rate: Matrix
    prior: Matrix
    kept: float


Evolution = Callable[[np.random.Generator, Matrix, Belief], Matrix]


def constant(_random: np.random.Generator, rate: Matrix, _belief: Belief, level: float = 1.0) -> Matrix:
    """The same rate every day."""
    return np.full_like(rate, level)


def random_walk(random: np.random.Generator, rate: Matrix, _belief: Belief, step: float) -> Matrix:
    """The logarithm of the rate moves every day by a normal step."""
    return np.asarray(rate * np.exp(step * random.standard_normal(rate.shape)), dtype=np.float64)


def as_the_filter_assumes(random: np.random.Generator, rate: Matrix, belief: Belief) -> Matrix:
    """The evolution of the module's head: Beta and Gamma such that the filter's own state is right on the next day too."""
    kept = belief.kept
    eta = random.beta(kept * belief.shape, (1 - kept) * belief.shape)
    fresh = random.gamma((1 - kept) * belief.prior)
    return np.asarray((belief.rate * rate * eta + fresh) / (kept * belief.rate + (1 - kept) * belief.prior), dtype=np.float64)


EVOLUTIONS: Mapping[str, Evolution] = {
    "constant": constant,
    "constant, half the baseline": partial(constant, level=0.5),
    "constant, three times the baseline": partial(constant, level=3.0),
    "the filter's own": as_the_filter_assumes,
    "random walk, 2 % a day": partial(random_walk, step=0.02),
    "random walk, 4 % a day": partial(random_walk, step=0.04),
    "random walk, 8 % a day": partial(random_walk, step=0.08),
}


def invented_pool(run: Model, random: np.random.Generator, stories: int = 4000) -> Pool:
    """Stories of escalation such as full texts tell, weighed by `story_mass.sql`: one to five signals, mostly one paper."""
    kinds = [
        ("measure", "announced", 0.30), ("threat", "proposed", 0.20), ("accusation", "announced", 0.20), ("demand", "proposed", 0.15),
        ("refusal", "proposed", 0.07), ("investigation", "announced", 0.05), ("measure", "effective", 0.03),
    ]  # fmt: skip
    owners = np.minimum(random.geometric(0.75, stories), 5)
    signals = np.minimum(1 + random.poisson(1.0, stories), 5)
    of_story = np.repeat(np.arange(stories), signals)
    kind = random.choice(len(kinds), p=[share for *_, share in kinds], size=of_story.size)
    story_id = pl.Series("story_id", [f"story {number}" for number in range(stories)])
    found = SIGNALS.example(of_story.size).with_columns(
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
    told = STORIES.example(stories).with_columns(
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
    frames = {WEIGHTS.name: read_weights(), SIGNALS.name: found, STORIES.name: told, STORY_ARTICLES.name: articles}
    return pool_of(run(frames, STORY_MASS, model_variables(("AAA-BBB",), 7.0, None, Days(FIRST, FIRST))), told, articles)


def pool_of(story_mass: pl.DataFrame, stories: pl.DataFrame, story_articles: pl.DataFrame) -> Pool:
    """The escalation of all pooled series of a lake as stories to draw from. `ValueError` when it holds none."""
    drawn = story_mass.filter(pl.col("channel") == CHANNEL, ~pl.col("series").str.contains(">", literal=True))
    if drawn.is_empty():
        raise ValueError(f"the simulation has no stories to draw from: story_mass holds none of {CHANNEL} in a pooled series")
    return Pool(drawn.sort("story_id", "series"), stories, story_articles.filter(pl.col("story_id").is_in(drawn["story_id"].implode())))


def coverage_of_limits(
    run: Model,
    pool: Pool,
    half_life_days: float = 7.0,
    replications: Mapping[int, int] = REPLICATIONS,
    evolutions: Mapping[str, Evolution] = EVOLUTIONS,
    seed: int = SEED,
) -> pl.DataFrame:
    """How often the limits hold the true rate. One row for each evolution and number of expected stories a day, columns `OF_STUDY`.

    `replications`: expected stories a day: number of made-up pairs, each with a baseline of 365 days at the rate that sets 100, measured as
    it is in production, and a future of its own. `width95` is the mean width over the value. The standard errors are over the pairs.
    """
    rows = []
    for stories_a_day, pairs in replications.items():
        world = _world(run, pool, stories_a_day, pairs, half_life_days, np.random.default_rng([seed, stories_a_day]))
        for place, (name, evolution) in enumerate(evolutions.items()):
            scored = world.scored(evolution, np.random.default_rng([seed, stories_a_day, place]))
            rows.append({"evolution": name, "stories_a_day": float(stories_a_day), "half_life_days": half_life_days} | _counted(scored))
    return pl.DataFrame(rows, schema=OF_STUDY)


@dataclass(frozen=True)
class _World:
    """Made-up pairs with their measured baselines, ready for futures."""

    run: Model
    pool: Pool
    stories_a_day: int
    half_life_days: float
    baseline: pl.DataFrame
    method: Mapping[str, Any]

    def scored(self, evolution: Evolution, random: np.random.Generator) -> pl.DataFrame:
        """What the filter publishes of one future of each pair, beside the true index, without the days in which the start fades."""
        fading = int(np.ceil(FADE_HALF_LIVES * self.half_life_days))
        days = Days(FIRST + timedelta(days=BASELINE_DAYS), FIRST + timedelta(days=BASELINE_DAYS + fading + SCORED_DAYS - 1))
        told, truth = self._future(evolution, random, days)
        daily = self._daily(days, told)
        return (
            filter_channels(daily, self.baseline, self.half_life_days)
            .join(truth, on=["index_date", "series"], validate="1:1")
            .filter(pl.col("index_date") >= days.first + timedelta(days=fading))
            .sort("series", "index_date")
        )

    def _daily(self, days: Days, told: pl.DataFrame) -> pl.DataFrame:
        frames = {COVERAGE.name: _read(self.pool, days), BASELINE.name: self.baseline, STORY_MASS.name: told}
        return self.run(frames, DAILY_MASS, self.method)

    def _future(self, evolution: Evolution, random: np.random.Generator, days: Days) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The stories of every pair and day, and the true index. The filter is followed day by day, for evolutions that look at it."""
        priors = self.baseline.filter(source="(any)").sort("series")
        prior, prior_dispersion = priors["prior"].to_numpy(), priors["prior_dispersion"].to_numpy()
        first_day = self._daily(Days(days.first, days.first), STORY_MASS.empty())
        expected = first_day.sort("series")["expected"].to_numpy()
        mass, moment = self.pool.story_mass["mass"].to_numpy(), self.pool.story_mass["second_moment"].to_numpy()
        shape, rate, moments = prior, prior, prior * prior_dispersion
        kept = 2.0 ** (-1.0 / self.half_life_days)
        phi = dispersion(shape, moments)
        true = random.gamma(prior / phi) * phi / prior if evolution is as_the_filter_assumes else np.ones_like(prior)
        told, truth = [], []
        for _ in days:
            true = evolution(random, true, Belief(shape / phi, rate / phi, prior / phi, kept))
            pair, story = _draw(random, self.stories_a_day * true, mass.size)
            shape, rate, moments = (
                predict_next_day(sums, drawn_to, self.half_life_days) + news
                for sums, drawn_to, news in (
                    (shape, prior, np.bincount(pair, mass[story], prior.size)),
                    (rate, prior, expected),
                    (moments, prior * prior_dispersion, np.bincount(pair, moment[story], prior.size)),
                )
            )
            phi = dispersion(shape, moments)
            told.append((pair, story))
            truth.append(100 * true)
        dates = pl.Series("index_date", list(days))
        known = pl.DataFrame({"index_date": dates.gather(np.repeat(np.arange(len(days)), prior.size)), "truth": np.concatenate(truth)})
        series = priors["series"].gather(np.tile(np.arange(prior.size), len(days)))
        return _stories(self.pool, told, dates, priors["series"]), known.with_columns(series)


def _world(run: Model, pool: Pool, stories_a_day: int, pairs: int, half_life_days: float, random: np.random.Generator) -> _World:
    """Draws a window of stories at the constant rate that sets 100 for every pair, and has production measure the baseline on it."""
    window = Days(FIRST, FIRST + timedelta(days=BASELINE_DAYS - 1))
    names = [f"A{number:04d}-B{number:04d}" for number in range(pairs)]
    method = model_variables(tuple(names), half_life_days, None, window)
    told = [_draw(random, np.full(pairs, float(stories_a_day)), pool.story_mass.height) for _ in window]
    pooled = _stories(pool, told, pl.Series("index_date", list(window)), pl.Series("series", names))
    directed = pooled.with_columns(pl.col("series").str.replace("-", ">", literal=True))  # a pair expects what its directions expect
    frames = {
        WEIGHTS.name: read_weights(),
        COVERAGE.name: _read(pool, window),
        STORIES.name: pool.stories,
        STORY_ARTICLES.name: pool.story_articles,
        STORY_MASS.name: pl.concat([pooled, directed]),
    }
    baseline = run(frames, BASELINE, method).filter(pl.col("channel") == CHANNEL, pl.col("series").is_in(names))
    return _World(run, pool, stories_a_day, half_life_days, baseline, method)


Drawn = tuple[NDArray[np.int64], NDArray[np.int64]]


def _draw(random: np.random.Generator, expected: Matrix, stories: int) -> Drawn:
    """The stories of one day: for each the place of its pair, and its place in the pool."""
    pair = np.repeat(np.arange(expected.size), random.poisson(expected))
    return pair, random.integers(stories, size=pair.size)


def _stories(pool: Pool, told: Sequence[Drawn], days: pl.Series, names: pl.Series) -> pl.DataFrame:
    """The drawn stories as rows of `story_mass`, those of one day after those of the day before."""
    day = np.repeat(np.arange(len(told)), [pair.size for pair, _ in told])
    pair, story = (np.concatenate(places) for places in zip(*told, strict=True))
    return pool.story_mass[story].with_columns(days.gather(day), names.gather(pair).alias("series"))


def _read(pool: Pool, days: Days) -> pl.DataFrame:
    """Every source of the pool is read every day, the same number of articles each."""
    sources = pool.story_articles["source"].unique().sort()
    each = -(-ARTICLES_A_DAY // sources.len())
    counts = {"article_count": each, "accepted": each, "duplicate": 0, "quarantined": 0}
    dates = pl.DataFrame({"index_date": list(days)})
    return COVERAGE.conform(
        dates.join(sources.to_frame(), how="cross").with_columns(pl.lit(n, pl.Int64).alias(c) for c, n in counts.items())
    )


def _counted(scored: pl.DataFrame) -> dict[str, float | int]:
    """Coverage and width over all pairs and days, and the standard errors over the pairs."""
    by_pair = (
        scored.group_by("series")
        .agg(
            *(pl.col("truth").is_between(f"lo{level}", f"hi{level}").mean().alias(f"coverage{level}") for level in (80, 95)),
            ((pl.col("hi95") - pl.col("lo95")) / pl.col("value")).mean().alias("width95"),
            pl.len().alias("days"),
        )
        .sort("series")
    )  # the order in which floats are added up decides their last bit
    means = by_pair.select(pl.col("coverage80", "coverage95", "width95").mean(), pl.col("days").first()).row(0, named=True)
    errors = by_pair.select((pl.col("coverage80", "coverage95").std() / by_pair.height**0.5).name.suffix("_se")).row(0, named=True)
    return {**means, **errors, "replications": by_pair.height}
