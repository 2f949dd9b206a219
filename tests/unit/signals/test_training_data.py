"""The invented passages that train the encoder: enough of them, of every sort, without near-duplicates."""

import json
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from pipeline.signals.actors import find_mentions
from pipeline.signals.gold import Gold, read_gold

FOLDER = Path(__file__).parents[3] / "pipeline" / "signals" / "training"
SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "gold"
FEWEST_OF_A_KIND = 150
WORDS_ALIKE, ALIKE = 5, 0.5
#: Passages that have only the name of an office, the title of a statute or a set phrase in common with real ones.
SHARE_A_FORMULA = {"batch-01:060", "batch-01:128", "batch-10:009", "batch-21:131", "batch-25:022", "batch-110:028"}


@pytest.fixture(scope="module")
def gold() -> Gold:
    return read_gold(*sorted(FOLDER.glob("*.jsonl")))


@pytest.fixture(scope="module")
def firm(gold: Gold) -> pl.DataFrame:
    """Select the asserted rows that are labels: in batches 01 to 28, those on which both annotators agree."""
    return gold.rows.filter((pl.col("modality") == "asserted") & ~pl.col("opt"))


def compute_share_without(gold: Gold, rows: pl.DataFrame) -> float:
    """Compute the share of passages without any of the rows."""
    return 1 - rows["id"].n_unique() / gold.passages.height


def test_there_are_enough_passages(gold: Gold) -> None:
    assert gold.passages.height >= 1500


def test_there_are_enough_transcripts(gold: Gold) -> None:
    assert gold.passages.filter(pl.col("source") == "transcript").height >= 300


def test_every_register_is_present(gold: Gold) -> None:
    wanted = {"transcript", "statement", "post", "tracker", "headline", "lead", "wire", "market", "editorial"}
    assert {source.partition(" by ")[0] for source in gold.passages["source"]} == wanted


@pytest.mark.parametrize("kind", ["demand", "refusal", "offer", "easing", "purchase", "investigation"])
def test_there_are_enough_signals_of_rare_kinds(firm: pl.DataFrame, kind: str) -> None:
    assert firm.filter(pl.col("kind") == kind).height >= FEWEST_OF_A_KIND


def test_half_of_the_passages_are_not_about_the_usa_and_china(gold: Gold) -> None:
    both = gold.rows.filter((pl.min_horizontal("actor", "target") == "CHN") & (pl.max_horizontal("actor", "target") == "USA"))
    assert compute_share_without(gold, both) >= 0.5


def test_many_pairs_of_countries_occur(firm: pl.DataFrame) -> None:
    assert firm.select(pl.min_horizontal("actor", "target"), b=pl.max_horizontal("actor", "target")).n_unique() >= 25


def test_a_third_of_the_passages_have_no_firm_signal(gold: Gold, firm: pl.DataFrame) -> None:
    assert compute_share_without(gold, firm) >= 1 / 3


@pytest.mark.slow
def test_fewer_than_2_percent_of_the_passages_are_near_duplicates(gold: Gold) -> None:
    """Similarity is the exact Jaccard index of word 5-grams, with countries and numbers masked."""
    shingles = [_make_shingles(text) for text in gold.passages["text"]]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(shingles):
        for shingle in own:
            holders[shingle].append(number)
    shared = Counter(pair for numbers in holders.values() for pair in combinations(numbers, 2))
    alike = {n for (a, b), count in shared.items() if count / len(shingles[a] | shingles[b]) >= ALIKE for n in (a, b)}
    assert len(alike) < 0.02 * gold.passages.height


def _make_shingles(text: str) -> set[str]:
    masked, at = "", 0
    for mention in find_mentions(text, None):
        if mention.start >= at:
            masked, at = masked + text[at : mention.start] + "COUNTRY", mention.end
    words = re.findall(r"\w+", re.sub(r"\d+(?:[.,]\d+)*", "0", masked + text[at:]).lower())
    return {" ".join(words[start : start + WORDS_ALIKE]) for start in range(max(len(words) - WORDS_ALIKE + 1, 1))}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real passages are not part of the project and are missing here")
@pytest.mark.parametrize(("files", "allowed"), [("real_dev_*.jsonl", set()), ("real_*.jsonl", SHARE_A_FORMULA)])
def test_nothing_is_copied_from_the_real_passages(gold: Gold, files: str, allowed: set[str]) -> None:
    lines = (line for path in SHARED.glob(files) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    real = {window for line in lines for window in _make_windows(json.loads(line)["text"])}
    assert real
    copied = {identifier for identifier, text in gold.passages.select("id", "text").iter_rows() if len(_make_windows(text) & real) > 2}
    assert copied - allowed == set()


def _make_windows(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
