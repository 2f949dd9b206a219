"""What a release says about its origin."""

import pytest

from pipeline.defs.published import _describe_data
from pipeline.settings import SAMPLE_NOTE, Settings
from tests.defs.conftest import ALL_SOURCES

FILES = "the article files that the user gave"


@pytest.mark.parametrize(
    ("articles", "upstreams", "sentence"),
    [
        (("wire.jsonl",), (), f"Made from {FILES}."),
        (("wire.jsonl",), ("comtrade",), f"Made from {FILES}; UN Comtrade."),
        (None, ("rss",), "Made from RSS and Atom feeds of the outlets that the user names."),
        (None, (), SAMPLE_NOTE),
    ],
)
def test_a_release_names_files_and_upstreams(articles: tuple[str, ...] | None, upstreams: tuple[str, ...], sentence: str) -> None:
    files = {} if articles is None else {"articles": articles}
    settings = Settings.model_validate({"sources": ALL_SOURCES | {"on": upstreams}, "first_day": "2025-03-03", **files})
    assert _describe_data(settings) == sentence
