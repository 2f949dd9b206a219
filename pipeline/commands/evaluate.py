"""`tension evaluate`: score a reader on gold files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pipeline.commands.console import err, out, say
from pipeline.contracts.readers import ReaderName
from pipeline.index.parameters import read_weights
from pipeline.report import scores, terminal
from pipeline.settings.load import read_settings
from pipeline.signals.evaluate import evaluate, list_errors
from pipeline.signals.extractors import make_extractor
from pipeline.signals.gold import read_gold, select_half


def score_reader(gold: Sequence[Path], which: Literal["even", "odd"] | None, show_errors: int, extractor: ReaderName | None) -> None:
    """Print the scores of a reader, and its first `show_errors` errors.

    With `show_errors` above 0, also counts all errors by type and source. `which`: only this half of the passages; None: all. `extractor`
    None: the one of the settings.
    """
    labelled = read_gold(*gold)
    if which is not None:
        labelled = labelled.select_passages(select_half(labelled.passages, which))
    reader = make_extractor(read_settings(extractor=extractor))
    findings = reader.read_texts(labelled.passages)
    terminal.print_notes(err, reader.summary.describe())
    report = evaluate(labelled, findings, weights=read_weights())
    part = "all passages" if which is None else f"the {which} half"
    say(f"reader {reader.name} {reader.version}; {part} of {', '.join(path.name for path in gold)}")
    out.print(scores.render_scores(report.to_frame(), report.to_reliability_frame()))
    if show_errors:
        mistakes = list_errors(labelled, findings)
        out.print(scores.errors_by_source(mistakes), scores.errors_table(mistakes, limit=show_errors), sep="\n")
