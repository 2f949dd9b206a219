"""Values exactly at a limit of the method count as reaching it."""

import numpy as np

from pipeline.index.filter import has_evidence, has_movement
from pipeline.index.parameters import LEAST_EVIDENCE, LEAST_MOVEMENT, read_phases
from pipeline.index.phases import Posteriors, name_phases

_ROUNDING = 1e-12  # as in sums that were added in another order


def test_the_least_evidence_is_enough() -> None:
    weights = np.array([LEAST_EVIDENCE - _ROUNDING, LEAST_EVIDENCE, LEAST_EVIDENCE - 0.001])
    assert has_evidence(weights, LEAST_EVIDENCE).tolist() == [True, True, False]


def test_the_least_movement_is_enough() -> None:
    hold = np.array([LEAST_MOVEMENT / 2] * 3)
    move = hold - np.array([0.0, _ROUNDING, 0.001])
    assert has_movement(hold, move).tolist() == [True, True, False]


def test_the_least_probability_names_a_phase() -> None:
    bounds = read_phases()
    one = np.ones((2, 3))
    pairs = Posteriors(shape=9 * one, rate=9 * one, prior=one, dispersion=one, hold=np.zeros(2), move=np.zeros(2))
    probabilities = {name: np.zeros(2) for name in ("p_de_escalation", "p_stalemate", "p_dialogue", "p_quiet")}
    probabilities["p_escalation"] = np.array([bounds["likely_from"], bounds["likely_from"] - 0.001])
    assert name_phases(pairs, probabilities, bounds, LEAST_EVIDENCE) == ["escalation", "unclear"]
