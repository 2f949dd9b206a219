"""`tension extract`: write the signals in a file of articles or passages."""

from pathlib import Path

from pipeline.commands.console import err, say
from pipeline.contracts.readers import ReaderName
from pipeline.report import terminal
from pipeline.report.names import format_count
from pipeline.settings.archives import find_archives
from pipeline.settings.load import read_settings
from pipeline.signals.extractors import make_extractor
from pipeline.sources.files.texts import check_output, read_texts, write_rows


def extract_signals(file: Path, to: Path, workers: int | None, extractor: ReaderName | None) -> None:
    """Write the signals in the texts of `file` to the file `to`.

    There is one row for each signal, as .jsonl, .csv or .parquet by the extension of `to`; their number is printed, and notes on rows that
    were left out. `workers` and `extractor` None: those of the settings. Raises the errors of `check_output`, before any text is read, if
    `to` cannot be written.
    """
    check_output(to)
    notes: list[str] = []
    settings = read_settings(workers=workers, extractor=extractor)
    (archive,) = find_archives([file], settings.articles)
    texts = read_texts(file, notes, archive)
    reader = make_extractor(settings)
    findings = reader.read_texts(texts)
    write_rows(findings, to)
    terminal.print_notes(err, [*notes, *reader.summary.describe()])
    say(f"{format_count(findings.height, 'signal')} from {format_count(texts.height, 'text')} in {to}")
