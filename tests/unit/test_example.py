"""`tension.example.toml` is valid, and shows every source and every group of settings."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.settings import Settings
from pipeline.settings.sources import Sources

EXAMPLE = Path(__file__).parents[2] / "tension.example.toml"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copyfile(EXAMPLE, tmp_path / "tension.toml")
    monkeypatch.chdir(tmp_path)
    return Settings()


def test_the_example_enables_every_upstream(example: Settings) -> None:
    assert sorted(example.sources.on) == sorted(UPSTREAMS)
    assert not example.is_sample


def test_the_example_shows_archives_with_other_column_names(example: Settings) -> None:
    plain, newspaper, old = example.articles
    assert plain.columns == {}
    assert (newspaper.columns["title"], newspaper.source) == (("headline.main",), "The Newspaper")
    assert (old.encoding, old.date_order) == ("latin-1", "day-month-year")


def test_the_example_has_a_setting_of_every_group() -> None:
    groups = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["sources"]
    assert sorted(groups) == sorted(Sources.model_fields)
    assert [name for name, group in groups.items() if not group] == []


def test_the_example_names_the_variables_of_keys_but_has_no_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [one.key_variable for one in UPSTREAMS.values() if one.key_variable and one.key_variable not in text] == []
    assert re.findall(r"^\s*\w*key\s*=", text, flags=re.MULTILINE) == []
