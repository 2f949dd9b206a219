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
from pipeline.signals.gold import Gold, GoldError, read_gold, select_half


def score_reader(gold: Sequence[Path], which: Literal["even", "odd"] | None, show_errors: int, extractor: ReaderName | None) -> None:
    """Print an extractor's scores on gold files, and its first `show_errors` errors.

    With `show_errors` above 0, also counts all errors by type and source of the passage. `which`: only this half of the passages
    (`select_half`); None: all. `extractor` None: the one of the settings. `GoldError` if a file is invalid or no passage is left.
    """
    labelled = _read_passages(gold, which)
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


def _read_passages(paths: Sequence[Path], which: Literal["even", "odd"] | None) -> Gold:
    """Read gold files, or one half of their passages.

    Raises `GoldError` if a file is invalid, or if there is no passage in the files or in the half.
    """
    gold, names = read_gold(*paths), ", ".join(map(str, paths))
    if gold.passages.is_empty():
        raise GoldError(f"{names} has no passages to score; write one passage per line")
    if which is None:
        return gold
    half = gold.select_passages(select_half(gold.passages, which))
    if half.passages.is_empty():
        raise GoldError(f"the {which} half of {names} has no passages to score; add passages, or leave --half out")
    return half
