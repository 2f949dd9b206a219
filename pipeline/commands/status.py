"""`tension status`: the state of a home in a few lines."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TypeVar

import polars as pl
import typer

from pipeline import clock
from pipeline.commands.account import account_for_rows
from pipeline.commands.console import out, say
from pipeline.commands.program import name_options, name_program, needs_articles, suggest
from pipeline.commands.selection import find_span
from pipeline.contracts.sources import RECENT_DAYS
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.audit import MASS_PRECISION
from pipeline.contracts.tables.core import COVERAGE, QUARANTINE, READING_OUTCOMES
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.contracts.tables.raw import FETCHES
from pipeline.contracts.tables.stories import STORIES
from pipeline.errors import UserError
from pipeline.report import terminal
from pipeline.report.audit import describe_precision
from pipeline.report.evidence import warn_of_baseline, warn_of_unpublished_pairs
from pipeline.report.names import format_count
from pipeline.settings import Settings
from pipeline.settings.load import read_settings
from pipeline.sources.upstream_status import describe_upstreams
from pipeline.warehouse.claims import Claim, list_claims
from pipeline.warehouse.home import find_writer, is_sample_home, read_mark, require_folder
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.object_store import open_bucket, run
from pipeline.warehouse.open_lake import reach_lake
from pipeline.warehouse.publish import Publisher
from pipeline.warehouse.run_history import POSTGRES_URL, describe_failed_run
from pipeline.warehouse.shared_lake import SharedLake
from pipeline.warehouse.uploads import HOME_ID, explain_refusal, identify_home, parse_last_day, read_pointer
from pipeline.warehouse.verify import find_damage

Result = TypeVar("Result")
_UNKNOWN = "unknown, see damaged"


class _Problems(list[str]):
    """What is wrong with a home."""

    def survive(self, read: Callable[[], Result], otherwise: Result) -> Result:
        """Return what `read` returns, or `otherwise` after an error.

        The error is added to this list, unless a problem already contains its message. Errors other than `OSError`, `ValueError`,
        `UserError` and those of Polars are raised.
        """
        try:
            return read()
        except (OSError, ValueError, UserError, pl.exceptions.PolarsError) as error:
            if not any(str(error) in problem for problem in self):
                self.append(str(error))
            return otherwise


def show_status(home_folder: Path | None, show_all: bool) -> None:
    """Print some lines about a home, and one for each damage.

    Exits with 1 if something is missing or cannot be read, or the newest release must not replace the one in the bucket; else, with
    `show_all`, also prints the row count of every table. Files that a run may not have finished are not missing while it writes to the
    home. An undamaged home without articles gives one line only. `home_folder`: None for the home of the settings. `HomeError` if it is
    given but does not exist, unless the settings name a shared lake.
    """
    settings = read_settings(home=home_folder)
    if home_folder and not settings.lake_url:
        require_folder(settings.home)
    problems = _Problems()
    survive = problems.survive
    writer = survive(lambda: find_writer(settings.home), None)
    damage = find_damage(settings, compares_hashes=False)
    writer = writer or survive(lambda: find_writer(settings.home), None)  # a run may have started while damage was searched
    problems[:0] = [str(one) for one in damage if not (writer and one.may_be_unfinished)]
    lake = survive(lambda: reach_lake(settings), None)

    def describe(describe_part: Callable[[Lake, Settings], str]) -> str:
        return survive(lambda: describe_part(lake, settings), _UNKNOWN) if lake else _UNKNOWN

    if lake and survive(lambda: lake.span(COVERAGE), None) is None and not problems:
        failed = survive(partial(_list_failed_requests, lake, settings), list[str]())
        why = f"; {', '.join(failed)} failed: see {suggest('sources', settings.home)}" if failed else ""
        then = f"In use: {writer}" if writer else f"Next: {_suggest_command(lake, settings)}"
        say(f"{settings.home} is empty{why}. {then}")
        return
    uploaded, is_refused = survive(lambda: _describe_upload(settings), (_UNKNOWN, False))
    lines = [
        ("published", survive(lambda: _describe_release(settings), _UNKNOWN)),
        ("uploaded", uploaded),
        ("newest", describe(_describe_freshness)),
        ("baseline", describe(lambda lake, _: warn_of_baseline(lake.read))),
        ("pairs", describe(lambda lake, _: warn_of_unpublished_pairs(lake.read))),
        ("failed", describe(_describe_failures)),
        ("warnings", describe(lambda lake, _: "; ".join(lake.warnings()))),
        ("not read", describe(_describe_unread)),
        ("links", describe(_describe_missing_links)),
        ("next", describe(_suggest_command)),
    ]
    if writer:
        lines.insert(0, ("in use", writer))
    if isinstance(lake, SharedLake):
        lines[:0] = [("lake in use", str(one)) for one in survive(partial(list_claims, lake.bucket), list[Claim]())]
    terminal.print_status_lines(out, [*(line for line in lines if line[1]), *(("damaged", problem) for problem in problems)])
    if problems:
        say(f"For all damage, and what repairs it: {suggest('verify', settings.home)}")
    if problems or is_refused:
        raise typer.Exit(1)
    if show_all and lake:
        _print_tables(lake, settings)


def _print_tables(lake: Lake, settings: Settings) -> None:
    """Print every table's row count, and the quarantine by reason."""
    reasons = lake.read(QUARANTINE)["reason"].value_counts(sort=True).rows()
    rows = [
        ("home", str(settings.home)),
        ("quarantine", ", ".join(f"{count} {reason}" for reason, count in reasons) or "empty"),
        *(("judged", line) for line in describe_precision(lake.read(MASS_PRECISION))),
        *((table.name, f"{lake.count_rows(table):,} rows") for table in TABLES.values()),
    ]
    terminal.print_status(out, account_for_rows(lake, settings), rows, settings, name_program())


def _describe_release(settings: Settings) -> str:
    """Say which release is published, with its pairs and days.

    Otherwise says that there is none, or that this version cannot read its tables.
    """
    publisher = Publisher(settings.published)
    if publisher.latest_name is None:
        return "nothing yet"
    rows = publisher.read_latest(TENSION_PAIR_DAILY)
    if rows.is_empty():
        return f"release {publisher.latest_name}, whose tables this version cannot read"
    sample = ", of the bundled sample" if is_sample_home(settings.home, settings.is_sample) else ""
    return f"release {publisher.latest_name} with {', '.join(rows['pair'].unique().sort())}, {find_span(rows)}{sample}"


def _describe_upload(settings: Settings) -> tuple[str, bool]:
    """Say which release the object store has, and whether it lags.

    It lags if it is not the home's newest, unless its last day is later. A `UserError`, e.g. without connection, is returned as text. The
    text is empty if the settings name no store. The second value is whether the newest must not replace it (`explain_refusal`).
    """
    url, publisher = settings.publish_to, Publisher(settings.published)
    newest = publisher.latest_name
    if url is None:
        return "", False
    try:
        pointer = run(read_pointer(open_bucket(url, tries=2, seconds=5)))
    except UserError as error:
        return f"unknown: {error}", False
    if pointer is None:
        return f"nothing yet at {url}", False
    text = f"release {pointer.release} at {url}, uploaded {pointer.uploaded_at}"
    if newest in (None, pointer.release):
        return text, False
    name = identify_home(settings.home) if (settings.home / HOME_ID).exists() else ""
    if refusal := explain_refusal(url, pointer, publisher.releases / newest, name):
        return f"refused: {refusal}", True
    is_ahead = pointer.last_day > parse_last_day(newest)
    lag = (
        f"of a later day than {newest}: the next run replaces it by its own"
        if is_ahead
        else f"lags behind {newest}: the next run uploads it"
    )
    return f"{text}; {lag}", False


def _describe_freshness(lake: Lake, settings: Settings) -> str:
    """Say how recent the articles and the release are.

    For the articles that is their last day, and the last day that was looked for if that is later; for the release the time of its
    publication, if `home.json` has it.
    """
    span, mark, days = lake.span(COVERAGE), read_mark(settings.home), lake.read(COVERAGE, columns=["index_date"])
    if span is None or days.is_empty():
        return "no articles"
    last = find_span(days).last
    text = f"articles up to {last} ({format_count((clock.today() - last).days, 'day')} ago)"
    if last < span.last:
        text += f", none on the later days up to {span.last}"
    if mark and mark.published_at and mark.release == Publisher(settings.published).latest_name:
        text += f", published {mark.published_at}"
    return text


def _describe_failures(lake: Lake, settings: Settings) -> str:
    """Say whether runs, tables or upstreams failed.

    Of the runs of the last `RECENT_DAYS` days, and the last of all, it is the newest whose days no later one has read. A table failed if it
    was not rebuilt. An upstream failed if, for at least one of the items requested in the last `RECENT_DAYS` days, the last request failed;
    it is listed with the number of such items. "nothing" if none of them did. Runs are not looked at if their history is in Postgres, which
    is said.
    """
    problems = [f"{table} was not rebuilt: {reason}" for table, reason in lake.stale_tables().items()]
    problems += _list_failed_requests(lake, settings)
    since = clock.now() - timedelta(days=RECENT_DAYS)
    if os.environ.get(POSTGRES_URL):
        problems.append("the history of runs is in Postgres, which status does not read: see the runs in the UI")
    elif failed_run := describe_failed_run(settings.dagster_home, since, is_idle=find_writer(settings.home) is None):
        problems.insert(0, f"{failed_run}: see it with make ui HOME_DIR={quote(str(settings.home))}")
    return "; ".join(problems) or "nothing"


def _list_failed_requests(lake: Lake, settings: Settings) -> list[str]:
    """Say for each upstream how many recent requests failed, if any."""
    states = describe_upstreams(lake.read(FETCHES), {}, settings.sources.on, clock.today()).filter(pl.col("failed") > 0)
    return [
        f"{format_count(count, 'request')} to {source} in {RECENT_DAYS} days" for source, count in states.select("source", "failed").rows()
    ]


def _describe_unread(lake: Lake, _settings: Settings) -> str:
    """Say how many articles and rows were not used, and why."""
    rejected = terminal.describe_rejected_rows(lake.read(COVERAGE), lake.read(QUARANTINE))
    unread = terminal.describe_unread_articles(lake.read(READING_OUTCOMES, columns=["outcome"])["outcome"])
    return f"{unread}; {rejected}. Which ones: tables reading_outcomes, quarantine"


def _describe_missing_links(lake: Lake, _settings: Settings) -> str:
    """Say how many stories have a link, if some have none.

    Else the text is empty.
    """
    links = lake.read(STORIES, columns=["url"])["url"]
    count = links.len() - links.null_count()
    stories = format_count(links.len(), "story", "stories")
    return f"{count:,} of {stories} have one; url is optional, and only web addresses in it are used" if count < links.len() else ""


def _suggest_command(lake: Lake, settings: Settings) -> str:
    """Say what to do next.

    It says to run if nothing is published or a table could not be built again. Otherwise it says, for the sample, to run with own articles;
    for other homes, to look at the report, and how to add days.
    """
    program, options = name_program(), name_options(settings)
    if Publisher(settings.published).latest_name is None or lake.stale_tables():
        return f"{program} run {options}"
    if is_sample_home(settings.home, settings.is_sample):
        return f"{program} run --articles PATH --home DIR, with your own articles"
    # Rows of files that are not given again leave the index.
    files = " (with all article files)" if needs_articles(settings) else ""
    return f"look at {settings.published / 'report.html'}; to add days{files}: {program} run {options}"
