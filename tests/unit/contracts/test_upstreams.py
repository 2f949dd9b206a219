"""Upstreams as contracts: every record is complete, and what follows from the records agrees with it."""

from dataclasses import fields

import pytest

from pipeline.contracts.sources import SOURCES
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TARIFFS
from pipeline.contracts.upstreams import UPSTREAMS, upstreams_of
from pipeline.settings.sources import Sources
from pipeline.sources.registry import FETCHERS

BY_NAME = pytest.mark.parametrize("name", UPSTREAMS)


@BY_NAME
def test_a_record_says_everything_of_its_upstream(name: str) -> None:
    upstream = UPSTREAMS[name]
    empty = [one.name for one in fields(upstream) if getattr(upstream, one.name) in ("", (), 0) and not one.name.startswith("is_")]
    assert empty in ([], ["url"])  # feeds have no address of their own


@BY_NAME
def test_every_upstream_is_a_source_with_settings_and_a_fetcher(name: str) -> None:
    upstream = UPSTREAMS[name]
    assert SOURCES[name] is upstream
    assert type(Sources().of(upstream)) is upstream.settings
    assert FETCHERS[name].upstream is upstream


@BY_NAME
def test_the_columns_of_a_holding_are_columns_of_its_table(name: str) -> None:
    for holding in UPSTREAMS[name].holdings:
        assert set(holding.rows.meta.root_names()) <= set(holding.table.schema)


def test_nothing_is_fetched_that_has_no_record() -> None:
    assert list(FETCHERS) == list(UPSTREAMS)


def test_the_upstreams_of_a_table_are_those_with_rows_in_it() -> None:
    assert upstreams_of(RAW_ARTICLES) == ["rss", "gdelt"]
    assert upstreams_of(RAW_TARIFFS) == []


@BY_NAME
def test_every_setting_of_an_upstream_is_described(name: str) -> None:
    assert [field for field, info in UPSTREAMS[name].settings.model_fields.items() if not info.description] == []


def test_the_variable_of_a_key_is_named_after_its_upstream() -> None:
    assert {name: one.key_variable for name, one in UPSTREAMS.items() if one.key_variable} == {
        "census": "TENSION_CENSUS_KEY",
        "comtrade": "TENSION_COMTRADE_KEY",
    }
