"""The days that a command reads."""

from datetime import date, timedelta
from itertools import pairwise

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.settings import SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY, Settings
from pipeline.settings.load import change_settings
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import ReadReport
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.inbox import list_all_files

# A longer gap between articles is more likely a wrong date, such as 1970-01-01, than an archive, and each of its days takes time.
_LONGEST_GAP = timedelta(days=3653)


def set_days(settings: Settings, known: Catalogue, first: date | None, last: date | None) -> Settings:
    """Return the settings with the days to read.

    For the first and for the last day, the option (`first`, `last`) takes precedence, then a setting that is not merely a default, then the
    day of the sample or of the articles. With upstreams enabled, articles are not looked at if a day is missing: the last day is then by
    default yesterday, and the first day is that of `settings`, in which the caller must have set the option `first`. A last day after today
    becomes today: articles dated later do not count. `known`: catalogue of articles. Raises `SourceError` if the only day that is set
    leaves no articles, and as `_find_article_days` does, e.g. if there is a gap of more than ten years between articles.
    """
    first = first or (settings.first_day if "first_day" in settings.model_fields_set else None)
    last = _limit_to_today(last or settings.last_day)
    if first is None or last is None:
        if settings.sources.on:
            return end_yesterday(settings, last)
        span = Days(SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY) if settings.is_sample else _find_article_days(settings, known, first)
        if first and first > span.last:
            raise SourceError(f"there are no articles from {first} on: their last day is {span.last}. Set an earlier first day (--from)")
        if last and last < span.first:
            raise SourceError(f"there are no articles up to {last}: their first day is {span.first}. Set a later last day (--to)")
        first, last = first or span.first, last or span.last
    return change_settings(settings, first_day=first, last_day=last)


def _find_article_days(settings: Settings, known: Catalogue, first: date | None) -> Days:
    """Return the first and last day of all article files.

    These are the files of the settings, and those of the inbox that can be read completely; a run reports the others. Days of files that
    did not change come from the catalogue (`known`); the others are read. A date after today counts as none (`read_articles` says which
    day such a row has). Raises `SourceError` if no file has a row, if files cannot be read or have rows but no date, or, without a `first`
    day of the user, for a gap longer than `_LONGEST_GAP`.
    """
    today, now = clock.today(), clock.now().timestamp()
    files = list_all_files(settings.articles, settings.home, settings.inbox, known, last_day=today, now=now, report=ReadReport())
    days = sorted({day for _, digests in known.find_all_digests(files, last_day=today) for day in digests})
    if not days:
        paths = ", ".join((*(archive.path for archive in settings.articles), str(settings.inbox)))
        raise SourceError(f"no articles in {paths}; pass a file with at least one row as --articles PATH")
    for before, after in pairwise(days) if first is None else ():
        if after - before > _LONGEST_GAP:
            raise SourceError(
                f"there are articles of {before} and of {after}, and none between. If the earlier date is wrong, correct it or set the "
                f"first day (--from {after}); if it is right, set --from {days[0]}"
            )
    return Days(days[0], days[-1])


def end_yesterday(settings: Settings, last: date | None) -> Settings:
    """Return the settings with a last day, by default yesterday.

    It is `last`, else that of the settings, at most today; else yesterday in UTC: today's data of upstreams is not complete yet.
    """
    return change_settings(settings, last_day=_limit_to_today(last or settings.last_day) or clock.today() - timedelta(days=1))


def _limit_to_today(last: date | None) -> date | None:
    """Return the day, or today if it is later; None stays None."""
    return last and min(last, clock.today())
