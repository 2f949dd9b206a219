"""`tension explain`: the findings in one text, and the words behind them."""

from datetime import date
from pathlib import Path

from pipeline.commands.console import out
from pipeline.report import terminal
from pipeline.settings.load import read_settings
from pipeline.signals.extractors import make_explainer


def explain_text(text: str, day: date | None) -> None:
    """Print the findings in a text, or in the file of that name."""
    content = Path(text).read_text(encoding="utf-8", errors="replace") if _is_file(text) else text
    terminal.explained(out, make_explainer(read_settings()).explain(content, day=day))


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # a text that is too long for a file name
