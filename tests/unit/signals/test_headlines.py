"""The invented headlines of tests/gold: their number, and how many of those with an act pass the gate."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.signals.gate.articles import judge_articles
from pipeline.signals.gold import read_gold

FILES = sorted((Path(__file__).parents[2] / "gold").glob("headlines-*.jsonl"))


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def seven_word_sequences(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[start : start + 7]) for start in range(len(words) - 6)}


@pytest.mark.parametrize(("path", "count"), list(zip(FILES, (257, 250, 320), strict=True)), ids=lambda value: getattr(value, "stem", value))
def test_headlines_are_valid_gold_files(path: Path, count: int) -> None:
    gold = read_gold(path)
    assert gold.passages.height == count
    assert gold.passages["id"].is_unique().all()


@pytest.mark.parametrize(("name", "count"), [("contrast-a", 632), ("contrast-b", 713), ("contrast-c", 654)])
def test_contrast_sets_are_valid_gold_files(name: str, count: int) -> None:
    gold = read_gold(FILES[0].with_name(f"{name}.jsonl"))
    assert gold.passages.height == count
    assert gold.passages["text"].is_unique().all()
    sets = gold.passages["id"].str.split(":").list.get(1)
    assert sets.value_counts().filter(pl.col("count") < 2).is_empty()


@pytest.mark.parametrize(
    ("path", "with_act", "passing"), list(zip(FILES, (145, 162, 47), (140, 148, 45), strict=True)), ids=lambda v: getattr(v, "stem", v)
)
def test_most_bare_headlines_with_an_act_pass_the_gate(path: Path, with_act: int, passing: int) -> None:
    acting = [row for row in read_rows(path) if any(signal["modality"] == "asserted" and not signal["opt"] for signal in row["signals"])]
    bare = pl.DataFrame({"title": [row["text"].split("\n")[0] for row in acting], "body": [""] * len(acting)})
    assert (len(acting), (judge_articles(bare)["outcome"] == "read").sum()) == (with_act, passing)


@pytest.mark.slow
def test_headlines_share_no_seven_words_with_texts_of_others(outside_data: Path) -> None:
    others: set[tuple[str, ...]] = set()
    for path in sorted((outside_data / "gold").glob("real_*.jsonl")):
        others.update(*(seven_word_sequences(row["text"]) for row in read_rows(path)))
    others.update(
        *(seven_word_sequences(title) for title in pl.read_parquet(outside_data / "news" / "guardian_headlines_2018_2020.parquet")["title"])
    )
    assert [row["id"] for path in FILES for row in read_rows(path) if seven_word_sequences(row["text"]) & others] == []
