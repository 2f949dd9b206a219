"""`tension work`: read the days of a shared lake together with other machines."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline.commands.console import say
from pipeline.commands.days import set_days
from pipeline.commands.job import report_failures, work_on_blocks
from pipeline.report.names import format_count
from pipeline.settings.load import OptionError, read_settings
from pipeline.signals.extractors import make_extractor
from pipeline.sources.files.catalogue import Catalogue
from pipeline.warehouse import home
from pipeline.warehouse.open_lake import open_lake
from pipeline.warehouse.shared_lake import SharedLake


def read_shared_days(
    articles: Sequence[Path] | None, first: date | None, last: date | None, home_folder: Path | None, workers: int | None
) -> None:
    """Read blocks of days into the shared lake until none is left.

    A block is some days of one step, which no other machine reads at the same time; each is printed.

    An option that is None is taken from the settings (days: as in `set_days`). Raises `OptionError` if an upstream is enabled or there is
    no shared lake. Exits with 1 after a block that failed.
    """
    requested = read_settings(home=home_folder, articles=tuple(articles) if articles else None, workers=workers, first_day=first)
    if requested.sources.on:
        raise OptionError("tension work reads article files only, because responses of upstreams are in one home; unset sources.on")
    lake = open_lake(requested)
    if not isinstance(lake, SharedLake):
        raise OptionError("no shared lake: set lake_url to its URL, e.g. TENSION_LAKE_URL=s3://bucket/lake")
    with home.lock_home(requested.home, "tension work"):
        known = Catalogue(requested.catalogue)
        settings = set_days(requested, known, first, last)
        make_extractor(settings)  # fails now if the extractor cannot be built
        home.mark_home(settings.home, is_sample=settings.is_sample)
        known.save()
        blocks = 0
        for _, launched in work_on_blocks(settings, lake, say):
            report_failures(launched, settings)
            blocks += 1
    say(f"All days from {settings.first_day} to {settings.last_day} are read, {format_count(blocks, 'block')} here. Next: tension run")
