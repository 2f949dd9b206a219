"""`tension.example.toml`: the one documented configuration with every source is valid, and names everything there is."""

import shutil
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from pipeline.contracts.sources import SOURCES
from pipeline.settings import Settings
from pipeline.settings.upstreams import UpstreamName, Upstreams

EXAMPLE = Path(__file__).parents[2] / "tension.example.toml"
UPSTREAMS = get_args(UpstreamName)


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copyfile(EXAMPLE, tmp_path / "tension.toml")
    monkeypatch.chdir(tmp_path)
    return Settings()


def test_every_upstream_is_on(example: Settings) -> None:
    assert sorted(example.sources.on) == sorted(UPSTREAMS)
    assert not example.is_sample


def test_every_upstream_is_asked_for_something(example: Settings) -> None:
    sources = example.sources
    assert all((sources.rss.feeds, sources.gdelt.files, sources.federal_register.agencies, sources.census.partners, sources.comtrade.pairs))


def test_archives_name_their_columns_otherwise(example: Settings) -> None:
    plain, newspaper, old = example.articles
    assert plain.columns == {}
    assert (newspaper.columns["title"], newspaper.source) == (("headline.main",), "The Newspaper")
    assert old.encoding == "latin-1"


def test_every_group_of_settings_stands_in_it() -> None:
    given = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["sources"]
    assert sorted(given) == sorted(Upstreams.model_fields)


def test_no_key_stands_in_it() -> None:
    given = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert [name for name in given if name.endswith("_key")] == []


@pytest.mark.parametrize("name", UPSTREAMS)
def test_every_upstream_has_its_licence_cadence_and_lag_in_the_contracts(name: str) -> None:
    source = SOURCES[name]
    assert all((source.title, source.licence, source.cadence, source.release_lag))
    assert source.late_after_days
