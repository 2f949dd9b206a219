from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, MODALITY, STATUS
from pipeline.settings import Settings
from pipeline.signals.gold import read_gold
from pipeline.warehouse.lake import Lake
from scripts.real_passages import (
    LABELS,
    NEWS_SOURCES,
    digest_text,
    is_reported,
    is_reported_news,
    join_texts,
    read_labels,
    read_texts,
    select_paragraphs,
)

SHARED = Path(__file__).parents[4] / "shared" / "data"
PASSAGES = SHARED / "gold" / "real_train_passages_unlabelled.jsonl"
DOCUMENTS = SHARED / "news" / "white_house_trade_2021_2026.parquet"
HEADLINES = SHARED / "news" / "guardian_headlines_2018_2020.parquet"
IS_NEWS = pl.col("source").is_in(NEWS_SOURCES)


def test_labels_use_the_vocabulary_and_belong_to_a_passage() -> None:
    passages, labels = read_labels()
    assert passages["id"].is_unique().all()
    assert set(labels["id"]) <= set(passages["id"])
    for name, words in (("kind", KIND), ("status", STATUS), ("modality", MODALITY), ("instrument", INSTRUMENT)):
        assert set(labels[name]) <= set(words.words)
    assert labels.filter((pl.col("target") == "?") & ~pl.col("opt")).is_empty()
    assert labels.filter(pl.col("span_end") <= pl.col("span_start")).is_empty()


def test_no_passage_without_licence_is_in_the_train_split() -> None:
    passages, _ = read_labels()
    assert set(passages.filter(pl.col("split") == "train")["source"]) == {"wh", "tweet"}


def test_the_report_split_is_a_quarter_by_hash() -> None:
    passages, _ = read_labels()
    whole = passages.filter(pl.col("document").is_null() & ~IS_NEWS)
    assert whole.filter(pl.col("split") == "report")["id"].to_list() == [name for name in whole["id"] if is_reported(name)]
    assert passages.filter(pl.col("split") == "report")["document"].is_null().all()


def test_half_of_the_news_is_reported_by_hash() -> None:
    passages, _ = read_labels()
    news = passages.filter(IS_NEWS)
    assert news["length"].is_not_null().all()
    assert passages.filter(~IS_NEWS)["length"].is_null().all()
    assert passages.filter(split="news")["id"].to_list() == [name for name in news["id"] if is_reported_news(name)]
    assert set(news["split"]) == {"news", "tune"}


def test_no_third_party_text_is_stored() -> None:
    words = pl.read_csv(LABELS / "labels.csv")["scope", "product"].unpivot()["value"].drop_nulls()
    assert (words.str.len_chars() <= 60).all()
    assert set(LABELS.glob("*")) == {LABELS / "README.md", LABELS / "labels.csv", LABELS / "passages.csv"}


def test_a_changed_text_is_rejected() -> None:
    passages, labels = read_labels()
    one = passages.head(1)
    with pytest.raises(ValueError, match="1 of 1 texts are missing or differ"):
        join_texts(one, labels, {one["id"][0]: "another text"})


def test_paragraphs_are_joined_as_they_were_labelled() -> None:
    assert select_paragraphs("a\n\n \n\nb \n\nc\n\nd", 1, 2) == "b\nc"
    assert digest_text("b\nc") == digest_text(select_paragraphs("b\n\nc", 0, 1))


@pytest.mark.slow
@pytest.mark.skipif(not (PASSAGES.exists() and DOCUMENTS.exists()), reason="the texts of the real passages are not here (../shared/data)")
@pytest.mark.parametrize("split", ["train", "tune", "report"])
def test_labels_and_texts_make_a_gold_file(split: str, tmp_path: Path) -> None:
    passages, labels = read_labels()
    of_split = passages.filter((pl.col("split") == split) & ~IS_NEWS)
    chosen = labels.filter(pl.col("id").is_in(of_split["id"].implode()))
    rows = join_texts(of_split, chosen, read_texts(of_split, [PASSAGES], [DOCUMENTS], []))
    path = tmp_path / "gold.jsonl"
    pl.DataFrame(rows).write_ndjson(path)
    gold = read_gold(path)
    assert (gold.passages.height, gold.rows.height) == (of_split.height, chosen.height)


def test_news_passages_are_the_beginnings_of_articles(tmp_path: Path) -> None:
    rows = [{"article_id": "guardian:1", "title": "A title", "body": "A body."}, {"article_id": "guardian:2", "title": "Title", "body": ""}]
    articles = pl.concat([ARTICLES.example().head(1).with_columns(**{name: pl.lit(value) for name, value in row.items()}) for row in rows])
    day = articles["index_date"][0]
    with Lake(Settings(home=tmp_path).lake).stage("articles") as lake:
        lake.write_days(ARTICLES, articles, Days(day, day))
    passages = pl.DataFrame({"id": ["guardian:1", "guardian:2", "guardian:3"], "length": [9, 5, 5]})
    passages = passages.with_columns(document=pl.lit(None, pl.String), first_paragraph=None, last_paragraph=None)
    assert read_texts(passages, [], [], [tmp_path]) == {"guardian:1": "A title\nA", "guardian:2": "Title"}


@pytest.mark.skipif(not HEADLINES.exists(), reason="the headlines are not here (../shared/data)")
def test_labelled_headlines_are_those_of_the_newspaper() -> None:
    titles = dict(pl.read_parquet(HEADLINES, columns=["article_id", "title"]).iter_rows())
    labelled = read_labels()[0].filter(source="guardian")
    assert labelled.height > 900
    digests = [digest_text(titles[name.rpartition(":")[2]]) for name in labelled["id"]]
    assert digests == labelled["sha256"].to_list()
