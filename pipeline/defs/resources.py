"""What assets are handed: the lake, the news, the reader, the method of the index, the place of publication. Each opens the real thing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import BASELINE
from pipeline.index.baseline import frozen_window
from pipeline.index.parameters import variables
from pipeline.settings import SAMPLE_NOTE, Settings, current
from pipeline.settings.archives import ArticleFiles
from pipeline.signals.extract import Extractor
from pipeline.signals.extractors import make
from pipeline.sources.customs.figures import tariffs, trade_flows
from pipeline.sources.customs.flows import Figures
from pipeline.sources.customs.trade import read_commitments
from pipeline.sources.files.articles import Account, article_files
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.inbox import dropped, readable
from pipeline.sources.http.archive import Archive
from pipeline.sources.http.client import Client
from pipeline.sources.news import answered_articles
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
    """Article files, those of the settings and those in the drop folder, and what upstreams answered. A home of the sample takes its own
    alone."""

    archives: list[dict[str, Any]]
    inbox: str
    home: str
    catalogue: str
    payloads: str
    is_sample: bool

    def read(self, days: Days, last_day: date, account: Account) -> Iterator[pl.DataFrame]:
        """Raw rows filed under these days, in batches; a row that claims a day after `last_day` is filed under an earlier one.

        A file of the settings that cannot be read ends the reading with `SourceError`; one of the drop folder is set aside, and `account`
        is told why.
        """
        claim(Path(self.home), is_sample=self.is_sample)
        yield from self._of_files(days, last_day, account)
        if not self.is_sample:
            yield from answered_articles(Archive(Path(self.payloads)), current().sources, days, last_day)

    def _of_files(self, days: Days, last_day: date, account: Account) -> Iterator[pl.DataFrame]:
        archives, inbox = [ArticleFiles(**archive) for archive in self.archives], ArticleFiles(path=self.inbox)
        has_dropped = bool(dropped(Path(self.inbox)))
        if self.is_sample and has_dropped:
            raise HomeError(
                f"{self.inbox} holds articles, but this home is for the bundled sample; give your own with TENSION_ARTICLES or --articles"
            )
        if not archives and not has_dropped:
            return
        files = article_files([*archives, inbox] if has_dropped else archives)
        known = Catalogue(Path(self.catalogue))
        sound = readable((file for file in files if file.archive is inbox), known, last_day=last_day, now=time.time(), account=account)
        for file in (*(file for file in files if file.archive is not inbox), *sound):
            yield from known.rows(file, days, last_day=last_day, account=account)
        known.save()


class UpstreamsResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A client that asks upstreams, and the archive of what they answered. What is asked, by which rules and with which keys, is read
    from the settings of the process that asks: keys have no place in Dagster's history."""

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
            archives=[archive.model_dump(mode="json", exclude_none=True) for archive in settings.articles],
            inbox=str(settings.inbox),
            home=str(settings.home),
            catalogue=str(settings.catalogue),
            payloads=str(settings.payloads),
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
