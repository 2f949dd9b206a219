"""Fixtures: Dagster's code location with the settings of the sample, and small homes (data folders) to run the job in."""

import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.definitions import build
from pipeline.defs.instance import prepare_home
from pipeline.defs.partitions import range_tags
from pipeline.defs.resources import resources
from pipeline.settings import SAMPLE_TRADE, Settings
from pipeline.warehouse.lake import Lake

Row = dict[str, Any]

ALL_UPSTREAMS = tuple(UPSTREAMS)
#: Settings of `sources` with all upstreams enabled.
ALL_SOURCES = {
    "on": ALL_UPSTREAMS,
    "rss": {"feeds": [{"name": "Strelsau Post", "url": "https://post.example/feed"}]},
    "comtrade": {"pairs": ["CHN-USA"]},
}
#: By upstream, the daily tables that only it fills; they are partitioned only while it is enabled.
FILLED_BY = {
    "gdelt": {"gdelt_events", "gdelt_accounts"},
    "federal_register": {"raw_official_documents", "official_documents", "official_signals"},
}


def build_quietly(settings: Settings) -> dg.Definitions:
    """Build the code location without Dagster's warnings about beta features."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build(settings)


@pytest.fixture(scope="session")
def code_location(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The code location of the sample, built in a folder without `tension.toml`."""
    previous = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("no_settings"))
    try:
        return build_quietly(Settings())
    finally:
        os.chdir(previous)


@dataclass(frozen=True)
class SmallHome:
    """A home (data folder) that reads the article files next to it, for one pair of countries."""

    folder: Path
    first_day: date = date(2025, 1, 20)
    trade: Path = SAMPLE_TRADE

    @property
    def settings(self) -> Settings:
        articles = (self.folder / "articles",)
        return Settings(home=self.folder / "home", articles=articles, trade=self.trade, pairs=("CHN-USA",), first_day=self.first_day)

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.lake)

    def write_articles(self, articles: Sequence[Row], name: str = "wire.jsonl") -> None:
        """Write a file of articles."""
        path = self.folder / "articles" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(article) + "\n" for article in articles), encoding="utf-8")

    def run(self, days: Days, **overridden: Any) -> dg.ExecuteInProcessResult:
        """Run the whole job over these days, with the resources of the settings except those overridden."""
        definitions = build_quietly(self.settings)
        dagster_home = self.folder / "dagster"
        prepare_home(dagster_home)
        with warnings.catch_warnings(), dg.DagsterInstance.from_config(str(dagster_home)) as instance:
            warnings.simplefilter("ignore")
            return definitions.resolve_job_def("trade_tension").execute_in_process(
                instance=instance,
                tags=range_tags(days),
                resources={**resources(self.settings), **overridden},
                raise_on_error=False,
            )

    def file(self, table: Table, day: date) -> Path:
        """Return the path of a day's file in the lake."""
        return self.settings.lake / table.name / f"{day:%Y}" / f"{day}.parquet"

    def read_files(self, part: str = "") -> dict[str, bytes]:
        """Return the bytes of every Parquet file of the lake, or of one table."""
        root = self.settings.lake / part
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def build_article(name: str, day: date, text: str, **changes: Any) -> Row:
    """Build a raw article that was fetched half an hour after its publication."""
    return {
        "article_id": name,
        "source": "Strelsau Post",
        "published_at": f"{day}T10:00:00Z",
        "fetched_at": f"{day}T10:30:00Z",
        "title": text.partition(".")[0],
        "body": text,
        "url": f"https://strelsau.example/{name}",
    } | changes
