import numpy as np

from pipeline.validation.studies.resampling import draw_blocks, draw_cluster_rates, percentile_interval


def test_blocks_are_runs_of_rows() -> None:
    drawn = draw_blocks(12, block=3, draws=50)
    assert drawn.shape == (50, 12)
    assert (np.diff(drawn.reshape(50, 4, 3), axis=2) == 1).all()
    assert (int(np.min(drawn)), int(np.max(drawn))) == (0, 11)  # the first and the last row can be drawn


def test_a_series_shorter_than_two_blocks_still_gives_draws_that_differ() -> None:
    assert len(np.unique(draw_blocks(4, block=20, draws=100), axis=0)) > 1


def test_the_same_seed_gives_the_same_draws() -> None:
    assert (draw_blocks(30, 3, seed=5) == draw_blocks(30, 3, seed=5)).all()
    assert (draw_blocks(30, 3, seed=5) != draw_blocks(30, 3, seed=6)).any()


def test_events_of_one_cluster_are_drawn_together() -> None:
    hits = np.array([1.0, 1.0, 1.0, 0.0])
    drawn = draw_cluster_rates(hits, np.array(["may", "may", "may", "june"]), draws=200)
    assert set(np.unique(drawn)) == {0.0, 0.75, 1.0}


def test_a_single_cluster_gives_no_interval() -> None:
    drawn = draw_cluster_rates(np.array([1.0, 0.0]), np.array(["may", "may"]))
    assert np.isnan(percentile_interval(drawn[:, 0])).all()


def test_an_interval_has_the_percentiles_of_the_draws() -> None:
    assert np.allclose(percentile_interval(np.arange(1001.0)), (25.0, 975.0))


def test_there_is_no_interval_if_half_of_the_draws_are_not_finite() -> None:
    assert np.isnan(percentile_interval(np.array([1.0, np.nan, np.nan, 2.0]))).all()
