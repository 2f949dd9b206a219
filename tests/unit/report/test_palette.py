"""Colours of phases, as readers with and without colour blindness see them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.report import palette

Vector = NDArray[np.float64]
# Machado, Oliveira and Fernandes (2009), severity 1, for linear sRGB.
SIGHT = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Oklab (Ottosson 2020).
TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]]
)
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]
)


def _to_linear(colour: str) -> Vector:
    share = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _differ(one: str, other: str, sight: str) -> float:
    """Distance of two colours in Oklab, where black and white have 1."""
    seen = (np.clip(np.array(SIGHT[sight]) @ _to_linear(colour), 0, 1) for colour in (one, other))
    first, second = (TO_LAB @ np.cbrt(TO_CONES @ colour) for colour in seen)
    return float(np.linalg.norm(first - second))


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("is_dark", [False, True])
def test_dialogue_unclear_and_no_data_look_different(sight: str, is_dark: bool) -> None:
    phases = {name: palette.DARK[colour] if is_dark else colour for name, colour in palette.PHASES.items()}
    assert min(_differ(phases["dialogue"], colour, sight) for name, colour in phases.items() if name != "dialogue") > 0.1
    assert _differ(phases["unclear"], phases["no data"], sight) > 0.14


def test_dialogue_is_no_grey() -> None:
    channels = [int(palette.DIALOGUE[n : n + 2], 16) for n in (1, 3, 5)]
    assert max(channels) - min(channels) > 64


def test_names_are_readable_on_dialogue_and_unclear() -> None:
    for phase in ("dialogue", "unclear"):
        bar, text = palette.PHASES[phase], palette.ON_PHASES[phase]
        for colours in ((bar, text), (palette.DARK[bar], palette.DARK[text])):
            dark, light = sorted(float(_to_linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in colours)
            assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(("colour", "word"), palette.IN_WORDS.items())
def test_words_for_colours_are_their_largest_part(colour: str, word: str) -> None:
    parts = dict(zip(("red", "green", "blue"), _to_linear(colour), strict=True))
    assert max(parts, key=lambda name: parts[name]) == word
