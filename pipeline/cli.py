"""The commands of `tension`, with their options and help texts.

Each command is implemented in `pipeline/commands/`, imported only when it runs, so that `tension --help` stays fast.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from pipeline import __version__
from pipeline.commands.console import exit_on_user_error, out
from pipeline.contracts.days import Days
from pipeline.contracts.readers import ReaderName


class _Commands(TyperGroup):
    """Runs a command, and prints its expected errors as one message.

    They are `UserError`, `OSError` and interruptions (`exit_on_user_error`, which also chooses the exit code).
    """

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # Typer passes its own context, a subclass of the declared one
        with exit_on_user_error():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Trade Tension: a daily index of trade tension between countries, built from news articles and trade figures.",
)

Half = Literal["even", "odd"]
ExportFormat = Literal["csv", "xlsx", "dta", "parquet"]
Channel = Literal["escalation", "concession", "dialogue"]


def _parse_path(text: str) -> Path:
    """Parse a path in an option; `typer.BadParameter` for an empty text.

    `Path("")` is the working folder, which nobody means who passes a variable that is not set.
    """
    if not text.strip():
        raise typer.BadParameter("the path is empty; write one, or a full stop for the working folder")
    return Path(text)


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        parser=_parse_path,
        metavar="PATH",
        help="Folder of the project's data: lake, published files, history of runs; default: data",
    ),
]

WorkersOption = Annotated[int | None, typer.Option("--workers", help="Threads or processes that read articles; default: one for each core")]

ExtractorOption = Annotated[
    ReaderName | None,
    typer.Option(
        "--extractor",
        help="Which readers find signals: both, rules, encoder, or llm (a language model); default: that of the settings",
    ),
]


def _parse_day(text: str) -> date:
    """Parse a day in an option.

    It is a date of ISO 8601, such as 2025-04-02; `typer.BadParameter` for other text.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date; write it as 2025-04-02") from error


def _parse_window(text: str) -> Days:
    """Parse a range of days (`FROM:TO`) in an option, both included.

    `typer.BadParameter` for another form, or if TO is earlier than FROM.
    """
    first, colon, last = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"{text!r} is not a range of days; write FROM:TO, e.g. 2018-01-01:2018-12-31")
    first_day, last_day = _parse_day(first), _parse_day(last)
    try:
        return Days(first_day, last_day)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _day_option(name: str, text: str) -> Any:
    """Return the declaration of an option that is a day.

    `name`: with its hyphens, e.g. `--from`; `text`: its help.
    """
    return typer.Option(name, parser=_parse_day, metavar="DAY", help=text)


@app.command()
def run(
    articles: Annotated[
        list[Path] | None,
        typer.Option(
            "--articles",
            parser=_parse_path,
            metavar="PATH",
            help="Article file, folder or pattern (Parquet, JSON, CSV, also .gz, .zip); may be repeated; default: the sample",
        ),
    ] = None,
    pairs: Annotated[str | None, typer.Option("--pairs", help="Pairs of countries in either order, e.g. USA-CHN,EUN-USA")] = None,
    first: Annotated[
        date | None, _day_option("--from", "First day; default: first_day of the settings, else the first in the articles")
    ] = None,
    last: Annotated[date | None, _day_option("--to", "Last day; default: last_day of the settings, else the last in the articles")] = None,
    baseline: Annotated[
        Days | None,  # a tuple would make typer expect two arguments
        typer.Option(
            "--baseline",
            parser=_parse_window,
            metavar="FROM:TO",
            help="Days whose average is 100; default: the days read so far, up to the first 365",
        ),
    ] = None,
    home_folder: HomeOption = None,
    workers: WorkersOption = None,
) -> None:
    """Read articles and trade figures, build and publish the index.

    Enabled upstreams are fetched first.
    """
    from pipeline.commands.run import run_index

    run_index(articles, pairs, first, last, baseline, home_folder, workers)


@app.command()
def work(
    articles: Annotated[
        list[Path] | None,
        typer.Option(
            "--articles",
            parser=_parse_path,
            metavar="PATH",
            help="Article file, folder or pattern; the same on all machines; default: the setting articles, else the sample",
        ),
    ] = None,
    first: Annotated[
        date | None, _day_option("--from", "First day; default: first_day of the settings, else the first in the articles")
    ] = None,
    last: Annotated[date | None, _day_option("--to", "Last day; default: last_day of the settings, else the last in the articles")] = None,
    home_folder: HomeOption = None,
    workers: WorkersOption = None,
) -> None:
    """Read article files into a shared lake, together with other machines.

    No upstream may be enabled. Ends when all days are read, or with exit code 1 after a block of days that failed. Then build the index
    with `tension run`.
    """
    from pipeline.commands.work import read_shared_days

    read_shared_days(articles, first, last, home_folder, workers)


@app.command()
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Names of enabled upstreams; default: all of them")] = None,
    first: Annotated[date | None, _day_option("--from", "First day to fetch; default: first_day of the settings")] = None,
    last: Annotated[date | None, _day_option("--to", "Last day to fetch; default: last_day of the settings, else yesterday")] = None,
    home_folder: HomeOption = None,
) -> None:
    """Fetch the enabled upstreams and store their responses.

    To build the index, run `tension run` afterwards.
    """
    from pipeline.commands.fetch import fetch_upstreams

    fetch_upstreams(names, first, last, home_folder)


@app.command()
def sources(home_folder: HomeOption = None) -> None:
    """List the state of each source.

    Last success, rows, newest day, gaps, failures and next fetch.
    """
    from pipeline.commands.sources import show_sources

    show_sources(home_folder)


@app.command()
def extract(
    file: Annotated[Path, typer.Argument(help="Articles, or a gold file with id, date, source and text")],
    to: Annotated[Path, typer.Option("--out", help="Output file: .jsonl, .csv or .parquet")],
    workers: WorkersOption = None,
    extractor: ExtractorOption = None,
) -> None:
    """Find the signals in a file of articles or passages.

    Writes one row per signal, with offsets into the text.
    """
    from pipeline.commands.extract import extract_signals

    extract_signals(file, to, workers, extractor)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="A sentence, a text, or a file of text")],
    day: Annotated[date | None, _day_option("--date", "Day of the text, which determines who was in office")] = None,
    source: Annotated[str, typer.Option(help="Who published it, e.g. White House: a government speaks in its own texts")] = "",
) -> None:
    """Show the signals in a text, and why they were found.

    Lists the probability, the reader and the words behind each signal.
    A note says whether a run would read the text as an article. Of several lines, the first is the title.
    """
    from pipeline.commands.explain import explain_text

    explain_text(text, day, source)


@app.command()
def evaluate(
    gold: Annotated[list[Path], typer.Argument(help="Gold files, JSON Lines")],
    which_half: Annotated[
        Half | None, typer.Option("--half", help="Only the even half (for tuning) or the odd half (for reporting), by sha1 of the id")
    ] = None,
    show_errors: Annotated[int, typer.Option("--errors", min=0, help="Number of errors to list; not allowed with --half odd")] = 0,
    extractor: ExtractorOption = None,
) -> None:
    """Score the extractor on gold files.

    Prints precision, recall and F1 with 95 % intervals, calibration and accuracy of fields.
    """
    if which_half == "odd" and show_errors:
        raise typer.BadParameter("the odd half is for reporting only: its errors must not be listed")
    from pipeline.commands.evaluate import score_reader

    score_reader(gold, which_half, show_errors, extractor)


@app.command()
def audit(
    pair: Annotated[str | None, typer.Option("--pair", help="Only this pair of countries, in either order")] = None,
    channel: Annotated[Channel | None, typer.Option("--channel", help="Only this channel; default: escalation and concession")] = None,
    first: Annotated[date | None, _day_option("--from", "First day of stories")] = None,
    last: Annotated[date | None, _day_option("--to", "Last day of stories")] = None,
    number: Annotated[int, typer.Option("--number", min=1, help="Number of readings")] = 20,
    judge: Annotated[
        str | None, typer.Option("--judge", help="Your name or letter: judge readings that you have not judged yet, one by one")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="With --judge: write the readings to a CSV file instead, to fill in its column verdict")
    ] = None,
    verdicts: Annotated[Path | None, typer.Option("--verdicts", help="Add the verdicts of a CSV file")] = None,
    home_folder: HomeOption = None,
) -> None:
    """List the readings that carry most of the index, and judge them.

    Verdicts are right, wrong or unsure. From them follows which share of the index's mass is right.
    """
    from pipeline.commands.audit import Selection, audit_home

    channels = (channel,) if channel else ("escalation", "concession")
    audit_home(Selection(pair, channels, first, last, number), judge, to, verdicts, home_folder)


@app.command()
def compare(
    before: Annotated[str, typer.Argument(help="Name of a release of this home, or a folder: a release, or another home")],
    after: Annotated[str | None, typer.Argument(help="The same; default: the latest release of this home")] = None,
    pair: Annotated[str | None, typer.Option("--pair", help="Only this pair of countries, in either order")] = None,
    first: Annotated[date | None, _day_option("--from", "First day")] = None,
    last: Annotated[date | None, _day_option("--to", "Last day")] = None,
    number: Annotated[int, typer.Option("--number", min=1, help="Number of sentences and of threats")] = 20,
    home_folder: HomeOption = None,
) -> None:
    """Show what differs between two releases, and which sentences cause it.

    For example after an upgrade, or to see what a changed rule does to real articles.
    """
    from pipeline.commands.compare import compare_releases

    compare_releases(before, after, pair, first, last, number, home_folder)


@app.command()
def validate(
    references: Annotated[
        Path | None,
        typer.Option("--references", help="File or folder of reference series: daily TPU, categorical EPU, GPR; default: none"),
    ] = None,
    pair: Annotated[
        str | None, typer.Option("--pair", help="Pair to compare with references, in either order; default: the one with most evidence")
    ] = None,
    first: Annotated[date | None, _day_option("--from", "First day; default: the first day read")] = None,
    last: Annotated[date | None, _day_option("--to", "Last day; default: the last day read")] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for validation.html and its table; default: the published folder of the home")
    ] = None,
    simulation: Annotated[
        bool, typer.Option("--simulation/--no-simulation", help="Also check the intervals on simulated rates, which takes a minute")
    ] = True,
    home_folder: HomeOption = None,
) -> None:
    """Validate the index and write a report.

    Compares it with dated events, acts listed by others and reference series; computes it without single sources, and by other code.
    """
    from pipeline.commands.validate import validate_home

    validate_home(references, pair, first, last, folder, simulation, home_folder)


@app.command()
def export(
    ending: Annotated[
        ExportFormat | None, typer.Option("--to", help="Format: csv, xlsx, dta (Stata) or parquet; default: that of --out, else csv")
    ] = None,
    to: Annotated[Path | None, typer.Option("--out", help="Output file; default: TABLE.FORMAT in the working folder")] = None,
    table: Annotated[str | None, typer.Option("--table", help="Table or view of the database; default: tension_index")] = None,
    pair: Annotated[
        str | None,
        typer.Option("--pair", help="Only this pair of countries, in either order, with acts on all partners (*) that reach the other"),
    ] = None,
    home_folder: HomeOption = None,
) -> None:
    """Write the published index, or another table, to one file.

    For Excel, Stata and other programs; see docs/tools.md.
    """
    from pipeline.commands.export import export_table

    export_table(ending, to, table, pair, home_folder)


@app.command(name="open")
def open_page(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0: any free one")] = 8420,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser")] = True,
    home_folder: HomeOption = None,
) -> None:
    """Explore the published index with SQL in the browser.

    Serves the published folder to this computer only, until Ctrl-C.
    """
    from pipeline.commands.open import open_explorer

    open_explorer(port, home_folder, opens_browser=browser)


@app.command()
def mcp(
    serves_http: Annotated[bool, typer.Option("--http", help="Serve over HTTP on 127.0.0.1; default: standard input and output")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of --http")] = 8765,
    home_folder: HomeOption = None,
) -> None:
    """Answer AI assistants about the published index (MCP).

    Read only. An assistant starts this command by itself; see docs/tools.md.
    """
    from pipeline.commands.mcp import serve_assistants

    serve_assistants(port if serves_http else None, home_folder)


@app.command()
def status(
    home_folder: HomeOption = None,
    show_all: Annotated[bool, typer.Option("--all", help="Also list the row count of every table")] = False,
) -> None:
    """Show what is published, and what to do next.

    Also: how recent it is, what failed, how many articles were not read, and missing files; `tension verify` finds changed files.
    """
    from pipeline.commands.status import show_status

    show_status(home_folder, show_all)


@app.command()
def verify(home_folder: HomeOption = None) -> None:
    """Compare the files of a home with their recorded hashes.

    Lists what is damaged and what repairs it. Exit code 0: nothing is; 1: runs repair all of it; 2: some needs you, or it is no home.
    """
    from pipeline.commands.verify import verify_home

    verify_home(home_folder)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="New folder for the copy")],
    home_folder: HomeOption = None,
) -> None:
    """Copy a home into a new folder, with hashes.

    The copy is complete or not there: lake, releases, history of runs.
    """
    from pipeline.commands.backup import back_up_home

    back_up_home(target, home_folder)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="Folder that `tension backup` made")],
    home_folder: HomeOption = None,
) -> None:
    """Make a home from a backup.

    Compares every file with its hash. The home must be a new or empty folder.
    """
    from pipeline.commands.backup import restore_home

    restore_home(source, home_folder)


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version")] = False) -> None:
    """Print the version and exit, for `tension --version`.

    Runs before every command; without `--version` it does nothing. The help of `tension` is that of `app`.
    """
    if version:
        out.print(__version__)
        raise typer.Exit


if __name__ == "__main__":
    app()
