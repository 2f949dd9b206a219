"""Probabilities of phases from posteriors, and the phase that is likely enough."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma

from pipeline.index.parameters import LEAST_EVIDENCE, read_phases
from pipeline.index.phases import Posteriors, name_phases, phase_probabilities, probability_of_lead
from tests.examples import examples

BOUNDS = read_phases()
NAMES = ("escalation", "de_escalation", "quiet", "dialogue")
shapes = st.floats(0.5, 300)
means = st.floats(0.1, 8)


def stories(
    observed: tuple[float, float, float], expected: tuple[float, float, float], hold: float = 0, move: float = 0, prior: float = 3
) -> Posteriors:
    """Posteriors of one pair, in stories: a prior of three, observed and expected of each channel."""
    kappa = np.full((1, 3), prior)
    return Posteriors(kappa + observed, kappa + expected, kappa, np.ones((1, 3)), np.array([hold]), np.array([move]))


def phase_of(pairs: Posteriors) -> str:
    return name_phases(pairs, phase_probabilities(pairs, BOUNDS), BOUNDS, LEAST_EVIDENCE)[0]


@examples(150)
@given(shapes, means, shapes, means)
def test_the_quadrature_equals_an_adaptive_one(a: float, mean: float, other_a: float, other_mean: float) -> None:
    x, y = gamma(a, scale=mean / a), gamma(other_a, scale=other_mean / other_a)
    high = max(x.isf(1e-13), 1.26)
    marks = sorted({float(point) for q in (0.001, 0.1, 0.5, 0.9, 0.999) for point in (x.ppf(q), 1.25 * y.ppf(q)) if 1.25 < point < high})
    exact = quad(lambda value: x.pdf(value) * y.cdf(value / 1.25), 1.25, high, points=marks, limit=500)[0]
    rate, other_rate = np.array([a / mean]), np.array([other_a / other_mean])
    ours = probability_of_lead(np.array([a]), rate, np.array([other_a]), other_rate, 1.25, 1.25)
    assert ours[0] == pytest.approx(exact, abs=5e-4)


@examples(200)
@given(st.lists(st.floats(0, 40), min_size=8, max_size=8), st.floats(0.2, 3))
def test_phases_exclude_one_another(numbers: list[float], phi: float) -> None:
    pairs = stories(tuple(numbers[:3]), tuple(numbers[3:6]), *numbers[6:])._replace(dispersion=np.full((1, 3), phi))  # type: ignore[arg-type]
    probabilities = phase_probabilities(pairs, BOUNDS)
    assert sum(probabilities[f"p_{name}"][0] for name in NAMES) <= 1.001
    assert 0 <= probabilities["p_stalemate"][0] <= probabilities["p_dialogue"][0]


def test_a_phase_needs_news_of_what_it_speaks_of() -> None:
    tight = np.full((1, 3), 0.02)  # one story and a half, far more certain than usual
    for observed, name in (((1.5, 0, 0), "escalation"), ((0, 1.5, 0), "de-escalation")):
        pairs = stories(observed, (0, 0, 0))._replace(dispersion=tight)
        assert phase_of(pairs) == name
        assert phase_of(pairs._replace(prior=pairs.prior * 2, shape=pairs.shape + 3, rate=pairs.rate + 3)) == "no data"  # prior of six


def test_a_phase_is_named_also_where_nothing_is_expected() -> None:
    assert phase_of(stories((9, 0, 0), (0, 0, 0))) == "escalation"


@pytest.mark.parametrize("shape", [0.5, 1.0, 3.0, 10.0, 100.0])
@pytest.mark.parametrize("other_shape", [0.5, 1.0, 3.0, 10.0, 100.0])
def test_the_prior_alone_has_no_phase(shape: float, other_shape: float) -> None:
    pairs = stories((0, 0, 0), (0, 0, 0))._replace(dispersion=np.array([[3 / shape, 3 / other_shape, 3 / shape]]))
    assert phase_of(pairs) == "no data"


CASES: dict[str, dict[str, Any]] = {
    "escalation": {"observed": (20, 2, 2), "expected": (5, 5, 5)},
    "de-escalation": {"observed": (2, 20, 2), "expected": (5, 5, 5)},
    "quiet": {"observed": (0, 0, 0), "expected": (15, 15, 15)},
    "stalemate": {"observed": (8, 8, 15), "expected": (8, 8, 8), "hold": 15, "move": 3},
    "dialogue": {"observed": (8, 8, 15), "expected": (8, 8, 8), "hold": 15, "move": 15},
    "unclear": {"observed": (8, 8, 0), "expected": (8, 8, 0), "hold": 0, "move": 0},
}


@pytest.mark.parametrize("name", CASES)
def test_each_phase_can_occur(name: str) -> None:
    assert phase_of(stories(**CASES[name])) == name


def test_dialogue_and_stalemate_need_talk_that_was_read() -> None:
    probabilities = phase_probabilities(stories((8, 8, 0), (8, 8, 8), hold=9), BOUNDS)
    assert (probabilities["p_dialogue"][0], probabilities["p_stalemate"][0]) == (0, 0)


def test_nothing_found_is_quiet_only_if_enough_was_expected() -> None:
    chances = [phase_probabilities(stories((0, 0, 0), (each, each, each)), BOUNDS)["p_quiet"][0] for each in (0, 1, 3, 10, 30)]
    assert chances == sorted(chances)
    assert (chances[0] < 0.25, chances[-1] > 0.95) == (True, True)


def test_news_that_goes_both_ways_is_unclear() -> None:
    pairs = stories((7, 8, 0), (2, 2, 2))._replace(dispersion=np.full((1, 3), 3.0))
    probabilities = phase_probabilities(pairs, BOUNDS)
    less, more = probabilities["p_escalation"][0], probabilities["p_de_escalation"][0]
    assert 0.3 < less < more < BOUNDS["likely_from"]
    assert phase_of(pairs) == "unclear"


def test_both_sides_are_treated_alike() -> None:
    one = phase_probabilities(stories((9, 4, 2), (3, 6, 2)), BOUNDS)
    other = phase_probabilities(stories((4, 9, 2), (6, 3, 2)), BOUNDS)
    assert (one["p_escalation"][0], one["p_de_escalation"][0]) == (other["p_de_escalation"][0], other["p_escalation"][0])
