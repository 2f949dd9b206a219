"""`tension fetch`: fetch the enabled upstreams and store their responses."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline.commands.console import err
from pipeline.commands.days import end_yesterday
from pipeline.commands.job import report_failures, run_job
from pipeline.commands.sources import print_sources
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.progress import display_progress
from pipeline.settings.load import read_settings
from pipeline.sources.errors import SourceError
from pipeline.sources.payloads import FAILED_OUTCOMES
from pipeline.warehouse import home
from pipeline.warehouse.open_lake import lock_data


def fetch_upstreams(names: Sequence[str] | None, first: date | None, last: date | None, home_folder: Path | None) -> None:
    """Fetch these upstreams, by default all enabled ones.

    Then print the state of all sources (upstreams and files), or exit with code 1 if a step failed. Days: `first` to `last`, by default
    those of the settings; a last day that is missing there too is yesterday. `home_folder`: None for the home of the settings. Raises
    `SourceError` if one of `names` is not enabled, no upstream is, or every request failed; `HomeError` if the home is in use, or for the
    bundled sample.
    """
    settings = end_yesterday(read_settings(home=home_folder, first_day=first), last)
    wanted = names or list(settings.sources.on)
    off = [name for name in wanted if name not in settings.sources.on]
    if off or not wanted:
        problem = f"not enabled: {', '.join(off)}" if off else "no upstream is enabled"
        raise SourceError(f'{problem}; enable upstreams in tension.toml, e.g. on = ["rss"] under [sources], out of {", ".join(UPSTREAMS)}')
    with lock_data(settings, "tension fetch"):
        home.mark_home(settings.home, is_sample=False)
        with display_progress(err) as display:
            launched = run_job(settings, display, wanted)
    report_failures(launched, settings)
    print_sources(settings)
    answered = sum(count for outcome, count in launched.requests.items() if outcome not in FAILED_OUTCOMES)
    if not answered and (count := sum(launched.requests.values())):
        raise SourceError(f"every request failed ({count}); stored responses are unchanged. Fix the cause, then run the same command again")
