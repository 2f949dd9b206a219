"""`tension …`: the commands, their options and their help texts.

What a command does is in `pipeline/commands/`, imported when the command runs: `tension --help` must not load what a run needs.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline import __version__
from pipeline.commands.console import exit_on_user_error, out
from pipeline.contracts.readers import ReaderName

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Trade Tension: news articles and trade figures in, a daily, directed, evidence-linked tension index out.",
)

Half = Literal["even", "odd"]

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder for the lake, the published files and the history of runs [default: data]")
]

Chosen = Annotated[
    ReaderName | None, typer.Option("--extractor", help="Reader: both, rules, encoder, or llm (a language model) [default: both]")
]


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
    workers: Annotated[
        int | None, typer.Option("--workers", help="Threads or processes that read articles [default: one for each core]")
    ] = None,
) -> None:
    """Read articles and trade figures, make the index, check it and publish it: the whole Dagster job, in this process."""
    with exit_on_user_error():
        from pipeline.commands.run import run_index

        run_index(articles, pairs, first, last, baseline, home_folder, workers)


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
    with exit_on_user_error():
        from pipeline.commands.fetch import fetch_upstreams

        fetch_upstreams(names, first, last, home_folder)


@app.command()
def sources(home_folder: Home = None) -> None:
    """Each source: when it last answered, how many rows it gave, how new they are, what is missing, and when it is asked next."""
    with exit_on_user_error():
        from pipeline.commands.sources import show_sources

        show_sources(home_folder)


@app.command()
def extract(
    file: Annotated[Path, typer.Argument(help="Articles, or a gold file with id, date, source and text")],
    to: Annotated[Path, typer.Option("--out", help="Where the signals go: .jsonl, .csv or .parquet")],
    workers: Annotated[int | None, typer.Option("--workers", help="Threads or processes that read [default: one for each core]")] = None,
    extractor: Chosen = None,
) -> None:
    """Find the signals in articles or passages: one row for each, with offsets into the text."""
    with exit_on_user_error():
        from pipeline.commands.extract import extract_signals

        extract_signals(file, to, workers, extractor)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="A sentence, a text, or a file of text")],
    day: Annotated[date | None, typer.Option("--date", parser=_day, metavar="DAY", help="Day of the text: who was in office")] = None,
) -> None:
    """Show what is found in a text, how sure, by which reader and by which words."""
    with exit_on_user_error():
        from pipeline.commands.explain import explain_text

        explain_text(text, day)


@app.command()
def evaluate(
    gold: Annotated[list[Path], typer.Argument(help="Gold files, JSON Lines")],
    which: Annotated[
        Half | None, typer.Option("--half", help="Only the even half (tuning) or the odd half (reporting) by the sha1 of the id")
    ] = None,
    show_errors: Annotated[int, typer.Option("--errors", help="List so many errors; never on the odd half")] = 0,
    extractor: Chosen = None,
) -> None:
    """Score the reader against gold files: precision, recall and F1 with 95 % intervals, calibration, accuracy of the fields."""
    if which == "odd" and show_errors:
        raise typer.BadParameter("the odd half is for reporting only: its errors are not looked at")
    with exit_on_user_error():
        from pipeline.commands.evaluate import score_reader

        score_reader(gold, which, show_errors, extractor)


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
    with exit_on_user_error():
        from pipeline.commands.validate import validate_home

        validate_home(references, pair, first, last, folder, simulation, home_folder)


@app.command()
def status(home_folder: Home = None) -> None:
    """What this home holds: days read, rows, releases, and what to do next."""
    with exit_on_user_error():
        from pipeline.commands.status import show_status

        show_status(home_folder)


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version")] = False) -> None:
    """Trade Tension."""
    if version:
        out.print(__version__)
        raise typer.Exit
