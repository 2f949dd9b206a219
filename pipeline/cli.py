"""`tension …`: thin commands over the same functions and the same Dagster job. What is printed is made in `report/terminal.py`."""

import os
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from pydantic import ValidationError
from rich.console import Console

from pipeline import __version__
from pipeline import validate as validation
from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError
from pipeline.contracts.sources import SOURCES, next_asked_at
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import COVERAGE, QUARANTINE
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.contracts.tables.raw import FETCHES, RAW_ARTICLES, RAW_TRADE_FLOWS
from pipeline.index.validation.events import read_events
from pipeline.progress import Display, displaying
from pipeline.report import scores, terminal
from pipeline.report.evidence import newest_contributions
from pipeline.report.validation import printed
from pipeline.settings import SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY, ReaderName, Settings
from pipeline.signals.batches import ClusterError
from pipeline.signals.evaluate import errors as list_errors
from pipeline.signals.evaluate import evaluate as score
from pipeline.signals.extractors import explaining, make
from pipeline.signals.gold import GoldError, half, read_gold
from pipeline.signals.texts import ExtractorError
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import article_files
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.texts import read_texts, write_rows
from pipeline.sources.http.archive import Archive
from pipeline.sources.standing import standing, standing_of_files
from pipeline.sources.upstreams import UPSTREAMS, newest_day
from pipeline.warehouse import home
from pipeline.warehouse.holdings import holdings
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import Publisher

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Trade Tension: news articles and trade figures in, a daily, directed, evidence-linked tension index out.",
)
out = Console()
err = Console(stderr=True)

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder for the lake, the published files and the history of runs [default: data]")
]

Chosen = Annotated[
    ReaderName | None, typer.Option("--extractor", help="Reader: both, rules, encoder, or llm (a language model) [default: both]")
]


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Errors that a person can mend end the command with one message and exit code 1, never with a traceback."""
    try:
        yield
    except (SourceError, GoldError, ClusterError, ContractError, ExtractorError, home.HomeError, validation.ValidationError) as error:
        err.print(f"[bold red]tension:[/] {terminal.plain(str(error))}", highlight=False)
        raise typer.Exit(1) from error
    except ValidationError as error:
        for problem in error.errors():
            place = ".".join(str(part) for part in problem["loc"])
            err.print(f"[bold red]tension:[/] setting {terminal.plain(place)}: {terminal.plain(problem['msg'])}", highlight=False)
        raise typer.Exit(1) from error
    except tomllib.TOMLDecodeError as error:
        err.print(f"[bold red]tension:[/] tension.toml is not valid TOML: {terminal.plain(str(error))}", highlight=False)
        raise typer.Exit(1) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2025-04-02") from error


def _window(text: str) -> tuple[date, date]:
    first, colon, last = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"{text!r} is not a window; write FROM:TO, such as 2018-01-01:2018-12-31")
    return _day(first), _day(last)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


@app.command()
def run(
    articles: Annotated[
        list[Path] | None,
        typer.Option(
            "--articles", help="Article file, folder or pattern (Parquet, JSON, CSV, also .gz, .zip); may be repeated [default: the sample]"
        ),
    ] = None,
    pairs: Annotated[str | None, typer.Option("--pairs", help="Pairs of countries, such as USA-CHN,EUN-USA")] = None,
    first: Annotated[
        date | None, typer.Option("--from", parser=_day, metavar="DAY", help="First day [default: the first in the articles]")
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", parser=_day, metavar="DAY", help="Last day [default: the last in the articles]")
    ] = None,
    baseline: Annotated[
        tuple[date, date] | None,
        typer.Option("--baseline", parser=_window, metavar="FROM:TO", help="Window that sets 100 [default: the first 365 days read]"),
    ] = None,
    home_folder: Home = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Processes that read articles [default: 1]")] = None,
) -> None:
    """Read articles and trade figures, make the index, check it and publish it: the whole Dagster job, in this process."""
    with _told_plainly(), displaying(err) as display:
        given = _given(home=home_folder, articles=tuple(articles) if articles else None, pairs=pairs, baseline=baseline, workers=workers)
        asked = Settings(**given | _given(first_day=first))
        known = Catalogue(asked.catalogue)
        settings = _with_days(asked, known, first, last)
        make(settings)  # what the reader lacks is told before anything is read
        home.claim(settings.home, is_sample=settings.is_sample)
        known.save()
        launched = _run_job(settings, display)
    terminal.failed_checks(err, launched.failed_checks)
    if not launched.succeeded:
        terminal.failures(err, launched.failures, settings.home)
        raise typer.Exit(1)
    _tell_what_came_out(settings, launched)


def _with_days(settings: Settings, known: Catalogue, first: date | None, last: date | None) -> Settings:
    """The settings with the days to read: those given, else the sample's, else those of the articles up to today."""
    first = first or (settings.first_day if "first_day" in settings.model_fields_set else None)
    last = last or settings.last_day
    if first is None or last is None:
        if settings.sources.on:
            return _to_yesterday(settings, last)
        if settings.is_sample:
            span = Days(SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY)
        else:
            today = datetime.now(UTC).date()
            found = [days for file in article_files(settings.articles) if (days := known.days(file, last_day=today))]
            if not found:
                raise SourceError(
                    f"no articles in {', '.join(archive.path for archive in settings.articles)}; give --articles PATH with at least one row"
                )
            span = Days(min(days.first for days in found), max(days.last for days in found))
        first, last = first or span.first, last or span.last
    return Settings(**settings.model_dump() | {"first_day": first, "last_day": last})


def _to_yesterday(settings: Settings, last: date | None) -> Settings:
    """The settings with a last day: what upstreams give of today is not whole."""
    return Settings(**settings.model_dump() | {"last_day": last or settings.last_day or datetime.now(UTC).date() - timedelta(days=1)})


def _run_job(settings: Settings, display: Display, upstreams: Sequence[str] = ()) -> Any:
    """Run the whole job over the days of the settings; where upstreams are named, only fetch from these."""
    warnings.simplefilter("ignore")  # those of libraries are tested for; a person who runs the job cannot fix them
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from pipeline.definitions import build  # noqa: PLC0415 loads Dagster, which takes seconds
    from pipeline.defs.launch import Launcher  # noqa: PLC0415 likewise

    span = Days(settings.first_day, settings.last_day or settings.first_day)
    launcher = Launcher(build(settings))
    if upstreams:
        display.expect([*upstreams, FETCHES.name])
        return launcher.ask(settings, upstreams, span, display)
    runs = launcher.plan(settings, span)
    display.expect(launcher.steps_of(runs))
    return launcher.launch(settings, runs, display)


def _tell_what_came_out(settings: Settings, launched: Any) -> None:
    lake = Lake(settings.lake)
    daily = lake.read(TENSION_PAIR_DAILY)
    reading = terminal.reading(launched.articles_read, launched.articles_not_read)
    terminal.ran(out, daily, newest_contributions(lake.read), f"{_accounted(lake, settings)}\n{reading}", settings)


def _accounted(lake: Lake, settings: Settings) -> str:
    release = Publisher(settings.published).latest_name or "none yet"
    return terminal.accounted(str(lake.span(COVERAGE)), lake.read(COVERAGE), lake.read(QUARANTINE), release)


@app.command()
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Names of upstreams [default: all that are on]")] = None,
    first: Annotated[
        date | None, typer.Option("--from", parser=_day, metavar="DAY", help="First day asked about [default: first_day]")
    ] = None,
    last: Annotated[date | None, typer.Option("--to", parser=_day, metavar="DAY", help="Last day asked about [default: yesterday]")] = None,
    home_folder: Home = None,
) -> None:
    """Ask the upstreams that are on, and keep what they answer. Nothing is read or published; `tension run` does that."""
    with _told_plainly():
        settings = _to_yesterday(Settings(**_given(home=home_folder, first_day=first)), last)
        asked = names or list(settings.sources.on)
        off = [name for name in asked if name not in settings.sources.on]
        if off or not asked:
            said = f"not on: {', '.join(off)}" if off else "no upstream is on"
            raise SourceError(f'{said}; name what is to be asked under [sources] in tension.toml, of {", ".join(UPSTREAMS)}: on = ["rss"]')
        home.claim(settings.home, is_sample=False)
        with displaying(err) as display:
            launched = _run_job(settings, display, asked)
    terminal.failed_checks(err, launched.failed_checks)
    if not launched.succeeded:
        terminal.failures(err, launched.failures, settings.home)
        raise typer.Exit(1)
    terminal.sources(out, *_standing(settings), settings)


@app.command()
def sources(home_folder: Home = None) -> None:
    """Each source: when it last answered, how many rows it gave, how new they are, what is missing, and when it is asked next."""
    with _told_plainly():
        settings = Settings(**_given(home=home_folder))
        terminal.sources(out, *_standing(settings), settings)


def _standing(settings: Settings) -> tuple[pl.DataFrame, dict[str, datetime]]:
    """How each source stands with its rows in the lake, and when each is asked next."""
    now = datetime.now(UTC)
    archive, lake = Archive(settings.payloads), Lake(settings.lake)
    until = min(now.date(), settings.end or now.date())
    newest = {name: newest_day(upstream, archive, until) for name, upstream in UPSTREAMS.items()}
    held = holdings(lake)
    days = dict(held.select("source", "newest_date").iter_rows())
    stands = pl.concat(
        [
            *(
                standing_of_files(name, lake.written_at(table), days[name], until)
                for name, table in (("articles", RAW_ARTICLES), ("trade", RAW_TRADE_FLOWS))
                if name in days
            ),
            standing(archive.journal(), newest, settings.sources.on, until),
        ]
    ).join(held.select("source", "row_count"), on="source", how="left", maintain_order="left")
    return stands, {name: next_asked_at(SOURCES.get(name), now) for name in stands["source"]}


@app.command()
def extract(
    file: Annotated[Path, typer.Argument(help="Articles, or a gold file with id, date, source and text")],
    to: Annotated[Path, typer.Option("--out", help="Where the signals go: .jsonl, .csv or .parquet")],
    workers: Annotated[int | None, typer.Option("--workers", help="Processes that read [default: 1]")] = None,
    extractor: Chosen = None,
) -> None:
    """Find the signals in articles or passages: one row for each, with offsets into the text."""
    with _told_plainly():
        texts = read_texts(file)
        reader = make(Settings(**_given(workers=workers, extractor=extractor)))
        found = reader.read_texts(texts)
        write_rows(found, to)
    terminal.notes(err, reader.account.told())
    out.print(f"{found.height} signals from {texts.height} texts in {terminal.plain(str(to))}", highlight=False)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="A sentence, a text, or a file of text")],
    day: Annotated[date | None, typer.Option("--date", parser=_day, metavar="DAY", help="Day of the text: who was in office")] = None,
) -> None:
    """Show what is found in a text, how sure, by which reader and by which words."""
    whole = Path(text).read_text(encoding="utf-8", errors="replace") if _is_file(text) else text
    terminal.explained(out, explaining(Settings(**_given())).explain(whole, day=day))


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # a sentence, too long for a name


@app.command()
def evaluate(
    gold: Annotated[list[Path], typer.Argument(help="Gold files, JSON Lines")],
    which: Annotated[
        str | None, typer.Option("--half", help="Only the even half (tuning) or the odd half (reporting) by the sha1 of the id")
    ] = None,
    show_errors: Annotated[int, typer.Option("--errors", help="List so many errors; never on the odd half")] = 0,
    extractor: Chosen = None,
) -> None:
    """Score the reader against gold files: precision, recall and F1 with 95 % intervals, calibration, accuracy of the fields."""
    if which not in (None, "even", "odd"):
        raise typer.BadParameter("--half is even or odd")
    if which == "odd" and show_errors:
        raise typer.BadParameter("the odd half is for reporting only: its errors are not looked at")
    with _told_plainly():
        labelled = read_gold(*gold)
        if which in ("even", "odd"):
            labelled = labelled.only(half(labelled.passages, "even" if which == "even" else "odd"))
        reader = make(Settings(**_given(extractor=extractor)))
        found = reader.read_texts(labelled.passages)
    terminal.notes(err, reader.account.told())
    report = score(labelled, found)
    part = "all passages" if which is None else f"the {which} half"
    out.print(f"reader {reader.name} {terminal.plain(reader.version)}; {part} of {', '.join(path.name for path in gold)}", highlight=False)
    out.print(scores.render(report.as_frame(), report.reliability_frame()))
    if show_errors:
        listed = list_errors(labelled, found)
        out.print(scores.errors_by_source(listed), scores.errors_table(listed, limit=show_errors), sep="\n")


@app.command()
def validate(
    references: Annotated[
        Path | None,
        typer.Option("--references", help="File or folder of reference series: daily TPU, categorical EPU, GPR [default: none]"),
    ] = None,
    pair: Annotated[str | None, typer.Option("--pair", help="Pair held against references [default: the one with most evidence]")] = None,
    first: Annotated[date | None, typer.Option("--from", parser=_day, metavar="DAY", help="First day [default: the first read]")] = None,
    last: Annotated[date | None, typer.Option("--to", parser=_day, metavar="DAY", help="Last day [default: the last read]")] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where validation.html and its table go [default: the home's published folder]")
    ] = None,
    simulation: Annotated[
        bool, typer.Option("--simulation/--no-simulation", help="Whether to study the limits on made-up rates, which takes a minute")
    ] = True,
    home_folder: Home = None,
) -> None:
    """Hold a home's index against dated events and reference series, leave sources out, rebuild it, and write what came out."""
    with _told_plainly():
        settings = Settings(**_given(home=home_folder))
        asked = validation.Asked(references=references, pair=pair, first=first, last=last, events=read_events(), is_simulated=simulation)
        with err.status("holding the index against events, references and itself …"):
            done = validation.validate(settings, asked)
        page = validation.write(done, folder or settings.published)
    for section in done.page.sections:
        out.print(printed(section))
    out.print(f"{done.figures.height:,} figures. Look at {terminal.plain(str(page))}; the table is beside it.", highlight=False)


@app.command()
def status(home_folder: Home = None) -> None:
    """What this home holds: days read, rows, releases, and what to do next."""
    with _told_plainly():
        settings = Settings(**_given(home=home_folder))
        lake = Lake(settings.lake)
        if lake.span(COVERAGE) is None:
            out.print(
                f"{terminal.plain(str(settings.home))} holds nothing yet. Next: tension run --home {terminal.plain(str(settings.home))}",
                highlight=False,
            )
            raise typer.Exit
        rows = [(table.name, f"{lake.height(table):,} rows") for table in TABLES.values()]
        quarantined = lake.read(QUARANTINE)
        reasons = ", ".join(f"{count} {reason}" for reason, count in quarantined["reason"].value_counts(sort=True).rows())
        told = [("home", str(settings.home)), ("quarantine", reasons or "empty"), *rows]
        terminal.status(out, _accounted(lake, settings), told, settings)


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version")] = False) -> None:
    """Trade Tension."""
    if version:
        out.print(__version__)
        raise typer.Exit
