"""The query results in README and cookbook are those of the bundled sample."""

import re
from pathlib import Path

import pytest

from scripts.answers import PAGES, fill_answers
from tests.conftest import SampleRun

ROOT = Path(__file__).parents[2]


def mask_release(page: str) -> str:
    """Mask the name of the release, a hash that depends on the last bits of floats and so on the version of NumPy."""
    return re.sub(r"\d{4}-\d\d-\d\d-[0-9a-f]{10}", "RELEASE", page)


@pytest.mark.parametrize("name", PAGES)
def test_documented_answers_are_those_of_the_sample(sample_run: SampleRun, name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    filled = fill_answers(page, sample_run.database)
    assert mask_release(page) == mask_release(filled), f"{name} has outdated results; update them with `make answers`"


def test_a_wrong_answer_is_replaced(sample_run: SampleRun) -> None:
    page = "```sql\nselect 1 as one, true as yes, null as none, 2.0 as two\n```\n\n| one |\n|---|\n| 7 |\n\nText.\n"
    filled = fill_answers(page, sample_run.database)
    assert filled.endswith("```\n\n| one | yes | none | two |\n|---|---|---|---|\n| 1 | yes |  | 2.0 |\n\nText.\n")
