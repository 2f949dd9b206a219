"""What assets are handed: the lake, the news, the reader, the method of the index, the place of publication. Each opens the real thing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import BASELINE
from pipeline.index.baseline import frozen_window
from pipeline.index.parameters import variables
from pipeline.settings import SAMPLE_NOTE, Settings, current
from pipeline.signals.extract import Extractor
from pipeline.signals.extractors import make
from pipeline.sources.archive import Archive
from pipeline.sources.client import Client
from pipeline.sources.figures import tariffs, trade_flows
from pipeline.sources.files import read_articles
from pipeline.sources.flows import Figures
from pipeline.sources.trade import read_commitments
from pipeline.warehouse.home import HomeError, claim
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import Publisher


class LakeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The record."""

    root: str

    def open(self) -> Lake:
        """The lake at that folder."""
        return Lake(Path(self.root))


class NewsResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Article files: those of the settings and those in the drop folder. A home of the sample takes no others."""

    paths: list[str]
    inbox: str
    home: str
    is_sample: bool

    def read(self, days: Days, last_day: date) -> pl.DataFrame:
        """Raw rows filed under these days; a row that claims a day after `last_day` is filed under an earlier one."""
        dropped = [Path(self.inbox)] if Path(self.inbox).is_dir() and any(Path(self.inbox).iterdir()) else []
        claim(Path(self.home), is_sample=self.is_sample)
        if self.is_sample and dropped:
            raise HomeError(
                f"{self.inbox} holds articles, but this home is for the bundled sample; give your own with TENSION_ARTICLES or --articles"
            )
        found = read_articles([*(Path(path) for path in self.paths), *dropped], last_day=last_day)
        return found.filter(pl.col("index_date").is_between(days.first, days.last))


class UpstreamsResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The upstreams that are fetched, and the archive of what they answered. What is asked of them is read from the settings when they are
    opened: keys have no place in Dagster's history."""

    payloads: str

    @contextmanager
    def open(self) -> Iterator[Client]:
        """A client that keeps what it is answered in that folder."""
        with Client(self.archive(), current().sources.network) as client:
            yield client

    def archive(self) -> Archive:
        """What was answered so far."""
        return Archive(Path(self.payloads))


class TradeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Official trade figures: in a folder, and answered by the upstreams that are on."""

    folder: str
    payloads: str

    def flows(self) -> Figures:
        """Monthly flows as published, and what was set aside of the answers."""
        return trade_flows(Path(self.folder), Archive(Path(self.payloads)), current().sources)

    def tariffs(self) -> pl.DataFrame:
        """Dated tariff rates as published."""
        return tariffs(Path(self.folder))

    def commitments(self) -> pl.DataFrame:
        """Purchase commitments as written."""
        return read_commitments(Path(self.folder))


class ExtractorResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The reader of articles. What else it needs is read from the settings when it is opened: a key has no place in Dagster's history."""

    name: str = "rules"
    workers: int = 1

    def open(self) -> Extractor:
        """The reader of that name."""
        return make(current().model_copy(update={"extractor": self.name, "workers": self.workers}))


class MethodResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Pairs, half-life and baseline: what the models in `sql/` are run with."""

    pairs: list[str]
    half_life_days: float
    baseline: list[str] | None = None

    def variables(self, store: Lake) -> dict[str, object]:
        """DuckDB variables: what the settings say, and what the lake says was read and whether a baseline is frozen."""
        window = (date.fromisoformat(self.baseline[0]), date.fromisoformat(self.baseline[1])) if self.baseline else None
        frozen = frozen_window(store.read(BASELINE))
        return variables(tuple(self.pairs), self.half_life_days, window or frozen, store.span(COVERAGE))


class PublisherResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where the product goes."""

    folder: str
    is_sample: bool

    @property
    def note(self) -> str:
        """What the data is, said wherever it is published."""
        return SAMPLE_NOTE if self.is_sample else "Made from the article files that the user gave."

    def open(self) -> Publisher:
        """The publisher for that folder."""
        return Publisher(Path(self.folder))


def resources(settings: Settings) -> dict[str, dg.ConfigurableResource]:  # type: ignore[type-arg]
    """Every resource, made from the settings."""
    return {
        "lake": LakeResource(root=str(settings.lake)),
        "news": NewsResource(
            paths=[archive.path for archive in settings.articles],
            inbox=str(settings.inbox),
            home=str(settings.home),
            is_sample=settings.is_sample,
        ),
        "upstreams": UpstreamsResource(payloads=str(settings.payloads)),
        "trade": TradeResource(folder=str(settings.trade), payloads=str(settings.payloads)),
        "extractor": ExtractorResource(name=settings.extractor, workers=settings.workers),
        "method": MethodResource(
            pairs=list(settings.pairs),
            half_life_days=settings.half_life_days,
            baseline=[day.isoformat() for day in settings.baseline] if settings.baseline else None,
        ),
        "publisher": PublisherResource(folder=str(settings.published), is_sample=settings.is_sample),
    }


@dg.definitions
def shared_resources() -> dg.Definitions:
    """The resources of this process's settings."""
    return dg.Definitions(resources=resources(current()))
