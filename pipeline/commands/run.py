"""`tension run`: build the index and publish it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

from pipeline.commands.account import account_for_rows
from pipeline.commands.console import err, out
from pipeline.commands.days import set_days
from pipeline.commands.interruption import noting_effect
from pipeline.commands.job import report_failures, report_state, run_job
from pipeline.commands.program import name_program
from pipeline.contracts.days import Days
from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.index.parameters import check_window
from pipeline.progress import display_progress
from pipeline.report import terminal
from pipeline.report.evidence import named_contributions, warn_of_baseline, warn_of_members, warn_of_unpublished_pairs
from pipeline.settings import Settings
from pipeline.settings.load import read_settings
from pipeline.signals.extractors import make_extractor
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.find import find_unknown_files
from pipeline.warehouse import home
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.object_store import FolderError, open_bucket
from pipeline.warehouse.open_lake import lock_data, open_lake
from pipeline.warehouse.publish import Publisher
from pipeline.warehouse.sql import select_view


def run_index(
    articles: Sequence[Path] | None,
    pairs: str | None,
    first: date | None,
    last: date | None,
    baseline: Days | None,
    home_folder: Path | None,
    workers: int | None,
) -> None:
    """Run the whole job and print the results.

    An option that is None is taken from the settings (days: as in `set_days`). Exits with code 1 if a step failed; else 5 if the upload
    failed, or 3 if side tables are stale (`report_state`).
    """
    requested = read_settings(
        home=home_folder,
        articles=tuple(articles) if articles else None,
        pairs=pairs,
        baseline=(baseline.first, baseline.last) if baseline else None,
        workers=workers,
        first_day=first,
    )
    publisher = Publisher(requested.published)
    before = publisher.latest_name
    with noting_effect(lambda: _describe_effect(publisher.latest_name, before)):
        _run(requested, first, last)


def _describe_effect(newest: str | None, before: str | None) -> str:
    """Say whether the run has published; the arguments name releases."""
    return "what was published is unchanged" if newest == before else f"release {newest} was already published"


def _check_baseline(settings: Settings, lake: Lake) -> None:
    """Raise `BaselineError` if no day of the baseline window will be read.

    Steps would raise it too, but only after all articles are read. Without a window in the settings there is nothing to check.
    """
    if settings.baseline is None:
        return
    days, stored = Days(settings.first_day, settings.last_day or settings.first_day), lake.span(COVERAGE)
    check_window(Days(*settings.baseline), Days(min(days.first, stored.first), max(days.last, stored.last)) if stored else days)


def _run(requested: Settings, first: date | None, last: date | None) -> None:
    """Run the job with the settings `requested`, as `run_index` says."""
    with display_progress(err) as display:
        known = Catalogue(requested.catalogue)
        settings = set_days(requested, known, first, last)
        make_extractor(settings)  # fails now if the extractor cannot be built, before anything is read
        if settings.publish_to:
            with suppress(FolderError):  # the index is published all the same, and a share may be mounted until then
                open_bucket(settings.publish_to)  # fails now if the URL is wrong or a package is missing
        with lock_data(settings, "tension run") as lake:
            _check_baseline(settings, lake)
            home.mark_home(settings.home, is_sample=settings.is_sample)
            known.save()
            launched = run_job(settings, display)
    report_failures(launched, settings)
    lake = open_lake(settings)
    reading = terminal.describe_articles_read(launched.articles_read, launched.articles_not_read)
    newest = named_contributions(lake.read, partial(select_view, lake, CONTRIBUTIONS))
    earlier = terminal.describe_earlier_days(lake.span(COVERAGE), settings)
    unknown = terminal.describe_unknown_files(find_unknown_files(settings.articles, settings.home))
    warnings = (warn_of_unpublished_pairs(lake.read), warn_of_members(settings.pairs))
    row_counts = "\n".join(filter(None, (account_for_rows(lake, settings), unknown, earlier, reading, *warnings)))
    terminal.print_run(out, lake.read(TENSION_PAIR_DAILY), newest, warn_of_baseline(lake.read), row_counts, settings, name_program())
    report_state(launched, settings)
