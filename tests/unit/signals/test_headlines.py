"""The invented headlines of tests/gold: what they are, and how many of those with an act pass the gate."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.signals.gate import is_trade_news
from pipeline.signals.gold import read_gold

FILES = sorted((Path(__file__).parents[2] / "gold").glob("headlines-*.jsonl"))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[start : start + 7]) for start in range(len(words) - 6)}


@pytest.mark.parametrize(("path", "count"), list(zip(FILES, (257, 250, 320), strict=True)), ids=lambda value: getattr(value, "stem", value))
def test_they_are_gold_of_the_guide(path: Path, count: int) -> None:
    gold = read_gold(path)
    assert gold.passages.height == count
    assert gold.passages["id"].is_unique().all()


@pytest.mark.parametrize(
    ("path", "with_act", "read"), list(zip(FILES, (145, 162, 47), (137, 133, 47), strict=True)), ids=lambda v: getattr(v, "stem", v)
)
def test_of_bare_headlines_with_an_act_so_many_pass_the_gate(path: Path, with_act: int, read: int) -> None:
    acting = [row for row in rows(path) if any(one["modality"] == "asserted" and not one["opt"] for one in row["signals"])]
    bare = pl.DataFrame({"title": [row["text"].split("\n")[0] for row in acting], "body": [""] * len(acting)})
    assert (len(acting), is_trade_news(bare).sum()) == (with_act, read)


@pytest.mark.slow
def test_no_seven_words_in_a_row_stand_in_texts_of_others(outside_data: Path) -> None:
    others: set[tuple[str, ...]] = set()
    for path in sorted((outside_data / "gold").glob("real_*.jsonl")):
        others.update(*(grams(row["text"]) for row in rows(path)))
    others.update(*(grams(title) for title in pl.read_parquet(outside_data / "news" / "guardian_headlines_2018_2020.parquet")["title"]))
    assert [row["id"] for path in FILES for row in rows(path) if grams(row["text"]) & others] == []
