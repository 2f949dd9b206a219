"""Records of upstreams are complete and agree with settings, fetchers and tables."""

from dataclasses import fields

import pytest

from pipeline.contracts.sources import SOURCES
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TARIFFS
from pipeline.contracts.upstreams import UPSTREAMS, list_upstreams
from pipeline.settings.sources import Sources
from pipeline.sources.registry import FETCHERS

BY_NAME = pytest.mark.parametrize("name", UPSTREAMS)


@BY_NAME
def test_every_field_of_an_upstream_record_is_filled(name: str) -> None:
    upstream = UPSTREAMS[name]
    empty = [one.name for one in fields(upstream) if getattr(upstream, one.name) in ("", (), 0) and not one.name.startswith("is_")]
    assert empty in ([], ["url"])  # the URLs of feeds are settings


@BY_NAME
def test_every_upstream_is_a_source_with_settings_and_a_fetcher(name: str) -> None:
    upstream = UPSTREAMS[name]
    assert SOURCES[name] is upstream
    assert type(Sources().get_group(upstream)) is upstream.settings
    assert FETCHERS[name].upstream is upstream


@BY_NAME
def test_the_filter_of_a_holding_uses_columns_of_its_table(name: str) -> None:
    for holding in UPSTREAMS[name].holdings:
        assert set(holding.rows.meta.root_names()) <= set(holding.table.schema)


def test_every_fetcher_has_a_record() -> None:
    assert list(FETCHERS) == list(UPSTREAMS)


def test_the_upstreams_of_a_table_are_those_that_provide_rows() -> None:
    assert list_upstreams(RAW_ARTICLES) == ["rss", "gdelt"]
    assert list_upstreams(RAW_TARIFFS) == []


@BY_NAME
def test_every_setting_of_an_upstream_is_described(name: str) -> None:
    assert [field for field, info in UPSTREAMS[name].settings.model_fields.items() if not info.description] == []


def test_the_variable_of_a_key_is_named_after_its_upstream() -> None:
    assert {name: one.key_variable for name, one in UPSTREAMS.items() if one.key_variable} == {
        "census": "TENSION_CENSUS_KEY",
        "comtrade": "TENSION_COMTRADE_KEY",
    }
