"""The days that a command reads: as requested, else of the sample, of the articles, or up to yesterday."""

from datetime import date, timedelta

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.settings import SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY, Settings
from pipeline.settings.reading import change_settings
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import find_article_files
from pipeline.sources.files.catalogue import Catalogue


def set_days(settings: Settings, known: Catalogue, first: date | None, last: date | None) -> Settings:
    """Return the settings with the days to read: as requested, else the sample's, else those of the articles up to today."""
    first = first or (settings.first_day if "first_day" in settings.model_fields_set else None)
    last = last or settings.last_day
    if first is None or last is None:
        if settings.sources.on:
            return end_yesterday(settings, last)
        span = Days(SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY) if settings.is_sample else _days_of_articles(settings, known)
        first, last = first or span.first, last or span.last
    return change_settings(settings, first_day=first, last_day=last)


def _days_of_articles(settings: Settings, known: Catalogue) -> Days:
    today = clock.today()
    found = [days for file in find_article_files(settings.articles) if (days := known.find_days(file, last_day=today))]
    if not found:
        paths = ", ".join(archive.path for archive in settings.articles)
        raise SourceError(f"no articles in {paths}; give --articles PATH with at least one row")
    return Days(min(days.first for days in found), max(days.last for days in found))


def end_yesterday(settings: Settings, last: date | None) -> Settings:
    """Return the settings with a last day, by default yesterday: what upstreams publish today is not complete yet."""
    return change_settings(settings, last_day=last or settings.last_day or clock.today() - timedelta(days=1))
