"""Lakes that several test modules read and none changes."""

from pathlib import Path

import pytest

from tests.unit.index.lake_scenes import DAY, Built, Scene, article, build_once, finding, link, random_scene


@pytest.fixture(scope="session")
def small(shared_folder: Path) -> Built:
    """Two stories of one day, the first in two sources, and a third a day later."""
    first, second, third = article("A:1"), article("A:2"), article("B:2", DAY.replace(day=5))
    copy = article("B:1")
    findings = [
        finding(first, "measure", probability=0.8),
        finding(second, "offer", "proposed", 0.6, actor="USA", target="CHN"),
        finding(third, "dialogue", "effective", 0.5),
        finding(third, "threat", "proposed", 0.4),
    ]
    # From the day of this article on, the baseline of the first day is final, and values are known.
    last = article("A:9", DAY.replace(day=11))
    scene = Scene([first, second, third, copy, last], findings, [link(copy, first)], baseline=(DAY, DAY))
    return build_once(shared_folder / "lakes" / "small", scene)


@pytest.fixture(scope="session")
def long(shared_folder: Path) -> Built:
    """A random scene of 400 days, longer than the window of single stories."""
    return build_once(shared_folder / "lakes" / "long", random_scene(400, seed=20250404))
