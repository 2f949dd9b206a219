"""A text is read once; the second time its findings come from the store and are the same."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.tables.core import ARTICLES
from pipeline.signals.cached import READING_SCHEMA, CachingExtractor
from pipeline.signals.extract import SentenceExtractor
from pipeline.warehouse.readings import StoredReadings

TARIFF = "China will impose a 15 percent tariff on U.S. soybeans."
QUIET = "The United States and China hold a tariff conference for students of trade."


def articles(**texts: str) -> pl.DataFrame:
    rows = [
        ARTICLES.example().row(0, named=True)
        | {"article_id": name, "title": text, "body": f"{text} It was said in Beijing.", "index_date": date(2025, 3, 3), "source": "Post"}
        for name, text in texts.items()
    ]
    return pl.DataFrame(rows, schema=ARTICLES.schema)


class CountingExtractor(SentenceExtractor):
    """The rules, with a count of the texts that were read."""

    def __init__(self) -> None:
        super().__init__("rules")
        self.texts_read = 0

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        self.texts_read += texts.height
        return super().read_texts(texts)


@pytest.fixture
def counting() -> CountingExtractor:
    return CountingExtractor()


@pytest.fixture
def caching(counting: CountingExtractor, tmp_path: Path) -> CachingExtractor:
    return CachingExtractor(counting, StoredReadings(tmp_path, "v1", READING_SCHEMA))


def test_findings_equal_those_of_the_wrapped_extractor(caching: CachingExtractor, counting: CountingExtractor) -> None:
    both = articles(a=TARIFF, b=QUIET)
    expected = SentenceExtractor("rules").extract(both)
    assert expected.height > 0
    for _ in range(2):
        assert caching.extract(both).equals(expected)
    assert counting.texts_read == 2


def test_a_text_in_a_second_article_is_not_read_again(caching: CachingExtractor, counting: CountingExtractor) -> None:
    first = caching.extract(articles(a=TARIFF))
    second = caching.extract(articles(a=TARIFF, copy=TARIFF))
    assert counting.texts_read == 1
    assert second.height == 2 * first.height
    assert second["signal_id"].n_unique() == second.height


@pytest.mark.parametrize("change", [{"index_date": date(2025, 3, 4)}, {"source": "Echo"}, {"title": f"{TARIFF} Again."}])
def test_a_text_with_another_day_source_or_title_is_read_again(
    caching: CachingExtractor, counting: CountingExtractor, change: dict[str, Any]
) -> None:
    caching.extract(articles(a=TARIFF))
    caching.extract(articles(a=TARIFF).with_columns(**{name: pl.lit(value) for name, value in change.items()}))
    assert counting.texts_read == 2


def test_another_version_of_the_extractor_reads_again(counting: CountingExtractor, tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        CachingExtractor(counting, StoredReadings(tmp_path, version, READING_SCHEMA)).extract(articles(a=TARIFF))
    assert counting.texts_read == 2
