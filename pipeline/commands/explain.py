"""`tension explain`: the findings in one text, and the words behind them."""

from datetime import date
from pathlib import Path
from textwrap import shorten

import polars as pl

from pipeline.articles.language import UNKNOWN, detect_other_language
from pipeline.commands.console import err, out
from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.vocabulary import READING_OUTCOME
from pipeline.index.parameters import read_weights
from pipeline.report import terminal
from pipeline.settings.load import read_settings
from pipeline.signals.extractors import make_explainer
from pipeline.signals.gate.articles import judge_articles

# Of a sentence that is not read.
_QUOTED_CHARACTERS = 80


def explain_text(text: str, day: date | None, source: str) -> None:
    """Print the findings in a text or a file.

    If `text` is the path of a file, its content is read; a note on stderr says if it only looks like one. `day`: of the text; it decides
    who was in office and what is old news; None: every leader counts. `source`: who published it; if that is a government, it speaks in the
    text. Another note says whether `tension run` would read the text as an article, and if not, why; it is read here in any case. A text
    that seems not to be English gets another note, that only English is read, and without findings nothing else.
    """
    is_file = _is_file(text)
    if not is_file and _looks_like_path(text):
        terminal.print_notes(err, [f"there is no file {text}; it is read as a text"])
    content = Path(text).read_text(encoding="utf-8", errors="replace") if is_file else text
    title, body = _split_title(content)
    (language,) = detect_other_language(pl.Series([title]), pl.Series([body]))
    if language is not None:
        seems = "does not seem to be English" if language == UNKNOWN else f"seems to be {language.capitalize()}"
        terminal.print_notes(err, [f"the text {seems}; only English is read"])
    else:
        terminal.print_notes(err, [_describe_gate(title, body)])
    reader = make_explainer(read_settings())
    if language is None and (left_out := reader.list_left_out(body, title=title, day=day, source=source)):
        quoted = "; ".join(f"\u201c{shorten(sentence, _QUOTED_CHARACTERS)}\u201d" for sentence in left_out)
        terminal.print_notes(err, [f"not read, since a quick look finds no sign of an act or of talks: {quoted}"])
    findings = reader.explain(body, title=title, day=day, source=source)
    # Not for a text in another language without findings: "no signal" would be a statement about a text that was not understood.
    if language is None or not findings.is_empty():
        terminal.print_explanation(out, _add_weight(findings))


def _add_weight(findings: pl.DataFrame) -> pl.DataFrame:
    """Add `has_weight`: whether an act like the finding counts in the index.

    Acts of some kinds do not count with certain statuses, and acts of some kinds do not count if their target is all partners.
    """
    weights = read_weights().select("kind", "status", "weight", "general_share")
    weight = pl.when(target=ALL_PARTNERS).then(pl.col("weight") * pl.col("general_share")).otherwise("weight")
    weighted = findings.join(weights, on=["kind", "status"], how="left", maintain_order="left")
    return weighted.with_columns(has_weight=weight > 0).drop("weight", "general_share")


def _describe_gate(title: str, body: str) -> str:
    """Say whether a run would read an article, and if not, why.

    The gate (`judge_articles`) decides it. Also gives the score of the best sentence: from 0 on, the article is read.
    """
    schema = {"title": pl.String(), "body": pl.String()}
    outcome, score = judge_articles(pl.DataFrame({"title": [title], "body": [body]}, schema=schema)).row(0)
    points = "" if score is None else f" (score {score:,}; read from 0 on)"
    if outcome == "read":
        return f"as an article this text would be read for signals: its best sentence looks like trade policy{points}"
    return f"as an article this text would not be read for signals: {READING_OUTCOME.words[outcome]}{points} (docs/reading.md)"


def _split_title(text: str) -> tuple[str, str]:
    """Split a text into title and body.

    The first of several lines is the title. A single line is a body, like that of a row without a title.
    """
    first, line_end, rest = text.strip().partition("\n")
    return (first, rest.strip()) if line_end else ("", first)


def _looks_like_path(text: str) -> bool:
    """Whether a text is one word with `/` or a file's ending."""
    return len(text.split()) == 1 and ("/" in text or Path(text).suffix[1:].isalnum())


def _is_file(text: str) -> bool:
    """Whether a text is the path of a file."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # OSError: too long for a file name; ValueError: contains a NUL character
