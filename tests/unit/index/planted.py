"""Planted articles, written to mislead the index: what each does to it.

They are added to an ordinary corpus: 60 days, three sources with 40 articles a day each, a story on every second day. Planted articles
appear on day 50. They are cleaned, linked and read by the published code. Run as a program, it prints a line for each.
"""

import json
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.articles.clean import clean_articles
from pipeline.articles.stories import link_retellings
from pipeline.contracts.days import Days
from pipeline.contracts.tables.contributions import SOURCE_SHARES
from pipeline.contracts.tables.index import TENSION_DAILY
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.settings import Settings
from pipeline.signals.extractors import make_extractor
from tests.unit.index.lake_scenes import Built, Row, build, day, random_scene

FILE = Path(__file__).with_name("planted-articles.jsonl")
PLANTED_ON = day(50)
CHANNELS = ("tension", "concession", "dialogue")
TABLES = (TENSION_DAILY, SOURCE_SHARES)


@dataclass(frozen=True)
class Effect:
    """What a planted article does on its day to China's values towards the United States.

    `signals`: number of asserted signals read in it; `changes`: of the values, by channel; `source_share`: largest share of a value that is
    from its source; `is_marked`: whether a value is marked as resting on one source.
    """

    trick: str
    signals: int
    changes: dict[str, float]
    source_share: float
    is_marked: bool


def read_planted() -> list[Row]:
    """Read the planted articles."""
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def to_raw_rows(planted: Row) -> pl.DataFrame:
    """Return an article, or its copies in as many papers, as rows of an article file."""
    at = datetime(PLANTED_ON.year, PLANTED_ON.month, PLANTED_ON.day, 9, tzinfo=UTC)
    rows = [
        {
            "raw_id": f"planted.jsonl#{number + 1}",
            "index_date": PLANTED_ON,
            "source": planted["source"] + (f" {number + 1}" if planted["copies"] > 1 else ""),
            "published_at": (at + timedelta(minutes=number)).isoformat(),
            "title": planted["title"],
            "body": planted["body"],
        }
        for number in range(planted["copies"])
    ]
    empty: dict[str, Any] = dict.fromkeys(RAW_ARTICLES.schema.names())
    return pl.DataFrame([empty | row for row in rows], schema=RAW_ARTICLES.schema)


def measure_effects(folder: Path) -> list[Effect]:
    """Build the index without and with each planted article, and return the effects."""
    base = random_scene(60, 11)
    before = build(folder / "base", base, TABLES)
    extractor, effects = make_extractor(Settings(workers=1)), []
    for planted in read_planted():
        articles = clean_articles(to_raw_rows(planted)).articles
        findings = extractor.extract(articles)
        links = link_retellings(articles, Days(PLANTED_ON, PLANTED_ON))
        scene = replace(
            base,
            articles=[*base.articles, *articles.to_dicts()],
            findings=[*base.findings, *findings.to_dicts()],
            links=[*base.links, *links.to_dicts()],
        )
        after = build(folder / planted["id"], scene, TABLES)
        changes = {channel: _read(after)[channel] - _read(before)[channel] for channel in CHANNELS}
        shares = after.rows(SOURCE_SHARES, index_date=PLANTED_ON, series="CHN>USA")
        own = [row for row in shares if row["source_owner"].startswith(planted["source"])]
        effects.append(
            Effect(
                planted["trick"],
                findings.filter(pl.col("modality") == "asserted").height,
                changes,
                max((row["source_share_max"] for row in own), default=0.0),
                any(row["is_one_source"] for row in own),
            )
        )
    return effects


def _read(built: Built) -> Row:
    return built.row(TENSION_DAILY, index_date=PLANTED_ON, actor="CHN", target="USA")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for effect in measure_effects(Path(name)):
            moved = ", ".join(f"{channel} {change:+.1f}" for channel, change in effect.changes.items())
            print(f"{effect.trick}: {effect.signals} signals, {moved}, share {effect.source_share:.2f}, marked {effect.is_marked}")
