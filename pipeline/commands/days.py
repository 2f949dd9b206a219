"""The days that a command reads."""

from datetime import date, timedelta

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.settings import SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY, Settings
from pipeline.settings.load import change_settings
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import ReadReport
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.inbox import list_all_files


def set_days(settings: Settings, known: Catalogue, first: date | None, last: date | None) -> Settings:
    """Return the settings with the days to read.

    For the first and for the last day, the option (`first`, `last`) takes precedence, then a setting that is not merely a default, then the
    day of the sample or of the articles. With upstreams enabled, articles are not looked at if a day is missing: the last day is then by
    default yesterday, and the first day is that of `settings`, in which the caller must have set the option `first`. `known`: catalogue of
    articles. Raises `SourceError` if the only day that is set leaves no articles.
    """
    first = first or (settings.first_day if "first_day" in settings.model_fields_set else None)
    last = last or settings.last_day
    if first is None or last is None:
        if settings.sources.on:
            return end_yesterday(settings, last)
        span = Days(SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY) if settings.is_sample else _find_article_days(settings, known)
        if first and first > span.last:
            raise SourceError(f"there are no articles from {first} on: their last day is {span.last}. Set an earlier first day (--from)")
        if last and last < span.first:
            raise SourceError(f"there are no articles up to {last}: their first day is {span.first}. Set a later last day (--to)")
        first, last = first or span.first, last or span.last
    return change_settings(settings, first_day=first, last_day=last)


def _find_article_days(settings: Settings, known: Catalogue) -> Days:
    """Return the first and last day of all article files.

    These are the files of the settings, and those of the inbox that can be read completely; a run reports the others. Days of files that
    did not change come from the catalogue (`known`); the others are read. A date after today counts as none (`read_articles` says which
    day such a row has). Raises `SourceError` if no file has a row, or if a file cannot be read or has rows but no date.
    """
    today, now = clock.today(), clock.now().timestamp()
    files = list_all_files(settings.articles, settings.home, settings.inbox, known, last_day=today, now=now, report=ReadReport())
    spans = [days for file in files if (days := known.find_days(file, last_day=today))]
    if not spans:
        paths = ", ".join((*(archive.path for archive in settings.articles), str(settings.inbox)))
        raise SourceError(f"no articles in {paths}; pass a file with at least one row as --articles PATH")
    return Days(min(days.first for days in spans), max(days.last for days in spans))


def end_yesterday(settings: Settings, last: date | None) -> Settings:
    """Return the settings with a last day, by default yesterday.

    It is `last`, else that of the settings, else yesterday in UTC: today's data of upstreams is not complete yet.
    """
    return change_settings(settings, last_day=last or settings.last_day or clock.today() - timedelta(days=1))
