"""Twenty planted articles move the index no more than recorded, and values that rest on their source are marked."""

import pytest

from tests.unit.index.planted import CHANNELS, Effect, measure_effects, read_planted

pytestmark = pytest.mark.slow

PLANTED = {row["trick"]: row for row in read_planted()}
#: A new calibration may move a recorded effect by this share, or by these points.
SHARE, TOLERANCE = 0.1, 5


@pytest.fixture(scope="module")
def effects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Effect]:
    return {effect.trick: effect for effect in measure_effects(tmp_path_factory.mktemp("planted"))}


def test_there_are_twenty_different_tricks() -> None:
    assert len(PLANTED) == 20


@pytest.mark.parametrize("trick", PLANTED)
def test_a_planted_article_does_what_is_recorded(effects: dict[str, Effect], trick: str) -> None:
    effect, recorded = effects[trick], PLANTED[trick]
    assert effect.changes == pytest.approx({channel: recorded[channel] for channel in CHANNELS}, rel=SHARE, abs=TOLERANCE)
    assert effect.is_marked == recorded["is_marked"]


def test_denials_history_and_instructions_to_a_model_move_nothing(effects: dict[str, Effect]) -> None:
    for trick in ("denial", "history as news", "instructions to a language model", "markup and code"):
        assert effects[trick].changes == pytest.approx(dict.fromkeys(CHANNELS, 0), abs=0.1)


def test_repeating_a_sentence_adds_nothing(effects: dict[str, Effect]) -> None:
    assert effects["one sentence fifty times"].changes["tension"] <= effects["false measure"].changes["tension"] + TOLERANCE
