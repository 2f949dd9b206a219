import polars as pl

from pipeline.signals.calibrate import probabilities
from pipeline.signals.lexicon import load


def test_probabilities_lie_between_0_and_1() -> None:
    families = pl.Series(list(load("calibration")["families"]))
    assert probabilities(families).is_between(0, 1).all()


def test_an_unmeasured_family_gets_the_mean() -> None:
    assert probabilities(pl.Series(["unheard.of"])).to_list() == [load("calibration")["default"]]


def test_the_family_is_the_first_part_of_the_rule() -> None:
    given = probabilities(pl.Series(["impose.restriction", "impose"]))
    assert given[0] == given[1]
