from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.vocabulary import INSTRUMENT, KIND, MODALITY, STATUS
from pipeline.signals.gold import read_gold
from scripts.real_passages import LABELS, SPLITS, digest_text, is_reported, join_texts, read_labels, read_texts, select_paragraphs

SHARED = Path(__file__).parents[4] / "shared" / "data"
PASSAGES = SHARED / "gold" / "real_train_passages_unlabelled.jsonl"
DOCUMENTS = SHARED / "news" / "white_house_trade_2021_2026.parquet"


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
    whole = passages.filter(pl.col("document").is_null())
    assert whole.filter(pl.col("split") == "report")["id"].to_list() == [name for name in whole["id"] if is_reported(name)]
    assert passages.filter(pl.col("split") == "report")["document"].is_null().all()


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


@pytest.mark.skipif(not (PASSAGES.exists() and DOCUMENTS.exists()), reason="the texts of the real passages are not here (../shared/data)")
@pytest.mark.parametrize("split", SPLITS)
def test_labels_and_texts_make_a_gold_file(split: str, tmp_path: Path) -> None:
    passages, labels = read_labels()
    of_split = passages.filter(pl.col("split") == split)
    chosen = labels.filter(pl.col("id").is_in(of_split["id"].implode()))
    rows = join_texts(of_split, chosen, read_texts(of_split, [PASSAGES], [DOCUMENTS]))
    path = tmp_path / "gold.jsonl"
    pl.DataFrame(rows).write_ndjson(path)
    gold = read_gold(path)
    assert (gold.passages.height, gold.rows.height) == (of_split.height, chosen.height)
