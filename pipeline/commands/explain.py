"""`tension explain`: the findings in one text, and the words behind them."""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.articles.language import UNKNOWN, detect_other_language
from pipeline.commands.console import err, out
from pipeline.report import terminal
from pipeline.settings.load import read_settings
from pipeline.signals.extractors import make_explainer


def explain_text(text: str, day: date | None) -> None:
    """Print the findings in a text or a file."""
    content = Path(text).read_text(encoding="utf-8", errors="replace") if _is_file(text) else text
    (language,) = detect_other_language(pl.Series([""]), pl.Series([content]))
    if language is not None:
        seems = "does not seem to be English" if language == UNKNOWN else f"seems to be {language.capitalize()}"
        terminal.print_notes(err, [f"the text {seems}; only English is read"])
    terminal.print_explanation(out, make_explainer(read_settings()).explain(content, day=day))


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # OSError: too long for a file name; ValueError: contains a NUL character
