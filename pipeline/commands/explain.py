"""`tension explain`: the findings in one text, and the words behind them."""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.articles.language import UNKNOWN, detect_other_language
from pipeline.commands.console import err, out
from pipeline.contracts.vocabulary import READING_OUTCOME
from pipeline.report import terminal
from pipeline.settings.load import read_settings
from pipeline.signals.extractors import make_explainer
from pipeline.signals.gate.articles import judge_articles
from pipeline.signals.segment import split_sentences


def explain_text(text: str, day: date | None) -> None:
    """Print the findings in a text or a file.

    Notes on stderr say why `tension run` would not read the text as an article.
    """
    content = Path(text).read_text(encoding="utf-8", errors="replace") if _is_file(text) else text
    (language,) = detect_other_language(pl.Series([""]), pl.Series([content]))
    if language is not None:
        seems = "does not seem to be English" if language == UNKNOWN else f"seems to be {language.capitalize()}"
        terminal.print_notes(err, [f"the text {seems}; only English is read"])
    elif (reason := _explain_gate(content)) is not None:
        terminal.print_notes(err, [f"as an article this text would not be read for signals: {reason} (docs/reading.md)"])
    findings = make_explainer(read_settings()).explain(content, day=day)
    # "no signal" would be a statement about a text that nobody understood
    if language is None or not findings.is_empty():
        terminal.print_explanation(out, findings)


def _explain_gate(text: str) -> str | None:
    """Return why the gate would stop this text, or None."""
    outcome, score = judge_articles(_to_article(text)).row(0)
    if outcome == "read":
        return None
    return READING_OUTCOME.words[outcome] + ("" if score is None else f"; its best sentence has the score {score:,}, and 0 is needed")


def _to_article(text: str) -> pl.DataFrame:
    """Return the text as an article with title and body.

    The first line is the title, the rest the body. A single line is a title if it has one sentence, else a body.
    """
    first, _, rest = text.strip().partition("\n")
    if not rest and len(split_sentences(first)) > 1:
        first, rest = "", first
    return pl.DataFrame({"title": [first], "body": [rest.strip()]}, schema={"title": pl.String(), "body": pl.String()})


def _is_file(text: str) -> bool:
    """Whether a text is the path of a file."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # OSError: too long for a file name; ValueError: contains a NUL character
