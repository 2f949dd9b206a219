"""The bundled sample: its days, sources, articles, planted errors, gold and trade data."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.articles.clean import CleanResult, clean_articles
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.vocabulary import REJECTION, TARIFF_TRACKERS
from pipeline.settings import PACKAGE, SAMPLE_ARTICLES, SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY, SAMPLE_TRADE
from pipeline.settings.archives import ArticleFiles
from pipeline.signals.gold import Gold, read_gold
from pipeline.sources.files.articles import collect_rows, read_articles

GOLD = PACKAGE / "sample" / "gold.jsonl"
BROKEN_FEED = "2025-05-broken-feed.jsonl"
MIN_SENTENCE_LENGTH = 40  # characters; shorter sentences may be equal by chance


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    return collect_rows(read_articles([ArticleFiles(path=str(SAMPLE_ARTICLES))], last_day=SAMPLE_LAST_DAY))


@pytest.fixture(scope="module")
def admitted(raw: pl.DataFrame) -> CleanResult:
    return clean_articles(raw)


@pytest.fixture(scope="module")
def gold() -> Gold:
    return read_gold(GOLD)


def read_own_rows() -> Iterator[dict[str, Any]]:
    """Read the rows of all files except the broken feed."""
    for path in sorted(SAMPLE_ARTICLES.glob("*.jsonl")):
        if path.name != BROKEN_FEED:
            yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def split_sentences(text: str) -> set[str]:
    """Split into normalized sentences that are long enough to be unique."""
    parts = re.split(r"(?<=[.!?])[\"'”\u2019)]*\s+|\n+", text)
    folded = (" ".join(re.findall(r"\w+", part.lower())) for part in parts)
    return {part for part in folded if len(part) >= MIN_SENTENCE_LENGTH}


def test_there_are_at_least_three_hundred_articles(admitted: CleanResult) -> None:
    assert admitted.articles.height >= 300


def test_every_article_is_within_the_days_of_the_sample(admitted: CleanResult) -> None:
    assert admitted.articles["index_date"].is_between(SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY).all()
    assert admitted.articles["published_at"].dt.date().equals(admitted.articles["index_date"])


def test_the_articles_cover_all_months(admitted: CleanResult) -> None:
    days = admitted.articles["index_date"]
    assert days.min() <= SAMPLE_FIRST_DAY + timedelta(days=7)  # type: ignore[operator]
    assert days.max() >= SAMPLE_LAST_DAY - timedelta(days=7)  # type: ignore[operator]
    assert days.dt.month().n_unique() == 11


def test_there_are_at_least_eight_sources_of_different_size(admitted: CleanResult) -> None:
    sizes = admitted.articles["source"].value_counts()["count"]
    assert sizes.len() >= 8
    assert sizes.max() >= 3 * sizes.min()  # type: ignore[operator]


def test_an_article_with_a_body_has_sixty_to_three_hundred_words() -> None:
    lengths = {row["article_id"]: len(re.findall(r"\w[\w'\u2019.,-]*", row["body"])) for row in read_own_rows() if row["body"]}
    assert {name: length for name, length in lengths.items() if not 60 <= length <= 300} == {}


def test_some_articles_have_only_a_headline() -> None:
    headlines = [row for row in read_own_rows() if not row["body"]]
    assert 0 < len(headlines) < 50
    assert all(row["title"] for row in headlines)


def test_links_are_to_example_domains_only() -> None:
    assert all(re.fullmatch(r"https://[a-z-]+\.example/\S+", row["url"]) for row in read_own_rows())


def test_the_gold_has_at_least_a_hundred_articles_with_and_without_signals(gold: Gold) -> None:
    assert gold.passages.height >= 100
    assert 0 < gold.rows["id"].n_unique() < gold.passages.height


def test_every_gold_text_equals_its_article(gold: Gold) -> None:
    texts = {row["article_id"]: f"{row['title']}\n\n{row['body']}" for row in read_own_rows()}
    differing = [name for name, text in gold.passages.select("id", "text").rows() if texts.get(name) != text]
    assert differing == []


def test_every_gold_passage_has_the_day_and_source_of_its_article(gold: Gold) -> None:
    facts = {row["article_id"]: (date.fromisoformat(row["published_at"][:10]), row["source"]) for row in read_own_rows()}
    assert {name: (day, source) for name, day, source in gold.passages.select("id", "date", "source").rows()}.items() <= facts.items()


def test_the_broken_feed_has_every_rejection_of_short_english_rows(admitted: CleanResult) -> None:
    reasons = Counter(admitted.quarantine["reason"])
    assert set(reasons) == set(REJECTION.words) - {"too_long", "other_language"}  # the sample is in English throughout
    assert reasons["undated"] == 2  # one invalid date, one empty date


def test_only_rows_of_the_broken_feed_are_quarantined(admitted: CleanResult) -> None:
    assert admitted.quarantine["raw_id"].str.starts_with(BROKEN_FEED).all()
    assert not admitted.articles["raw_id"].str.starts_with(BROKEN_FEED).any()


def test_two_rows_are_duplicates(admitted: CleanResult) -> None:
    assert admitted.duplicates.height == 2


def test_every_raw_row_is_accepted_duplicate_or_quarantined(raw: pl.DataFrame, admitted: CleanResult) -> None:
    assert raw.height == admitted.articles.height + admitted.duplicates.height + admitted.quarantine.height


def test_some_articles_were_first_seen_at_least_two_days_late(admitted: CleanResult) -> None:
    late = admitted.articles.filter(pl.col("first_seen_at") - pl.col("published_at") >= timedelta(days=2))
    assert 5 <= late.height < admitted.articles.height / 10


def test_every_field_is_a_column_of_the_contract() -> None:
    fields = {name for row in read_own_rows() for name in row}
    assert fields <= set(RAW_ARTICLES.schema.names())


def test_the_trade_flows_equal_those_of_the_census(outside_data: Path) -> None:
    official = {
        (row["reference_month"], row["flow"]): row["value_usd"]
        for row in read_csv(outside_data / "trade" / "usa_chn_monthly_flows.csv")
        if row["reference_month"] >= "2015"
    }
    bundled = {(row["reference_month"], row["flow"]): row["value_usd"] for row in read_csv(SAMPLE_TRADE / "flows.csv")}
    others = {month for month, _ in bundled.keys() - official.keys()}
    assert len(official) > 150
    assert official.items() <= bundled.items()
    assert (min(others), max(others), len(others)) == ("2020-01", "2023-10", 46)


@pytest.mark.parametrize("year", ["2017", "2018", "2019", "2020", "2021", "2022"])
def test_a_year_of_exports_agrees_with_the_total_of_un_comtrade(outside_data: Path, year: str) -> None:
    """2020 to 2022 are from another source than the rest, so compare with an independent total."""
    (total,) = (
        float(row["primaryValue"])
        for row in read_csv(outside_data / "formats" / "comtrade_TradeData_USA_China.csv")
        if row["period"] == year and row["flowCode"] == "X"
    )
    months = [row for row in read_csv(SAMPLE_TRADE / "flows.csv") if row["reference_month"].startswith(year) and row["flow"] == "exports"]
    assert len(months) == 12
    assert sum(int(row["value_usd"]) for row in months) == pytest.approx(total, rel=5e-3)


def test_every_trade_figure_and_commitment_has_a_source() -> None:
    for name in ("flows.csv", "tariffs.csv", "commitments.csv"):
        assert all(row["source"] for row in read_csv(SAMPLE_TRADE / name))


def test_every_tariff_tracker_is_described() -> None:
    assert {row["source"] for row in read_csv(SAMPLE_TRADE / "tariffs.csv")} == set(TARIFF_TRACKERS)


def test_the_tariffs_of_2018_to_2020_equal_those_of_the_tracker(outside_data: Path) -> None:
    official = {
        (row["importer"], row["partner"], row["effective_date"]): float(row["simple_mean_tariff_pct"])
        for side in ("chn_on_usa", "usa_on_chn")
        for row in read_csv(outside_data / "trade" / f"hs6_mean_tariff_{side}_2018_2020.csv")
    }
    bundled = [row for row in read_csv(SAMPLE_TRADE / "tariffs.csv") if row["measure"] == "simple_mean_hs6"]
    assert {(row["importer"], row["exporter"], row["effective_date"]): float(row["rate_pct"]) for row in bundled} == official


def test_the_tariffs_of_2025_equal_those_of_the_tracker(outside_data: Path) -> None:
    names = {"CHN": "CHINA", "MEX": "MEXICO", "CAN": "CANADA", "JPN": "JAPAN", "BRA": "BRAZIL", "IND": "INDIA", "EUN": "EUROPEAN UNION"}
    official = {
        (row["country_name"], row["date"]): float(row["effective tariff"])
        for row in read_csv(outside_data / "trade" / "tradewar_redux_2025_country-by-time.csv")
    }
    bundled = [row for row in read_csv(SAMPLE_TRADE / "tariffs.csv") if row["measure"] == "import_weighted" and row["exporter"] in names]
    differing = [
        row
        for row in bundled
        if official.get((names[row["exporter"]], row["effective_date"])) != pytest.approx(float(row["rate_pct"]), abs=5e-4)
    ]
    assert len(bundled) == 7 * 23
    assert differing == []


@pytest.mark.slow
def test_no_sentence_is_copied_from_real_news_or_other_gold(outside_data: Path) -> None:
    own_sentences = {sentence for row in read_own_rows() for sentence in split_sentences(f"{row['title']}\n\n{row['body']}")}
    other_sentences: set[str] = set()
    for path in sorted((outside_data / "news").glob("*.parquet")):
        frame = pl.read_parquet(path)
        for name in (name for name, dtype in frame.schema.items() if dtype == pl.String):
            other_sentences.update(*(split_sentences(text) for text in frame[name].drop_nulls()))
    for path in sorted((outside_data / "gold").glob("real_*.jsonl")):
        other_sentences.update(*(split_sentences(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines()))
    assert len(own_sentences) > 2000
    assert len(other_sentences) > 10_000
    assert own_sentences & other_sentences == set()


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
