"""Questions of the explorer: headings and queries of the SQL cookbook."""

import re
from pathlib import Path
from typing import NamedTuple

from pipeline.settings import shipped_folder

COOKBOOK = "sql-cookbook.md"
_QUERY = re.compile(r"```sql\n(.*?)\n```", re.DOTALL)
_NO_PROSE = re.compile(r"```.*?```|<!-- \[\[\[.*?\[\[\[end\]\]\] -->|<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r"(?<=[.?!:])\s+")


class Question(NamedTuple):
    """A question of the explorer with its query.

    `section` and `title` are headings; `note` is the text before the query, back to the heading or the query before it, without Markdown.
    If a heading has several queries, the heading is the title of the first. The title of any other is the last question of its note, else
    the note's last sentence.
    """

    section: str
    title: str
    note: str
    sql: str


def cookbook_file() -> Path:
    """Return the cookbook's path, in a checkout or a wheel."""
    return shipped_folder("docs") / COOKBOOK


def read_questions(markdown: str) -> tuple[Question, ...]:
    """Read all queries of the cookbook, in order.

    They are the SQL code blocks below a heading of the third level that is below one of the second; SQL elsewhere is skipped.
    """
    questions = []
    for section, part in _split_by_heading(markdown, "## "):
        for heading, text in _split_by_heading(part, "### "):
            start = 0
            for match in _QUERY.finditer(text):
                prose = [_to_plain(paragraph) for paragraph in _NO_PROSE.sub("", text[start : match.start()]).split("\n\n")]
                note = " ".join(filter(None, prose))
                title = heading if start == 0 else _choose_title(note)
                questions.append(Question(section, title, note, match[1]))
                start = match.end()
    return tuple(questions)


def _split_by_heading(markdown: str, mark: str) -> list[tuple[str, str]]:
    """Return each heading with this `mark` (`## `), and the text below.

    Text before the first heading is left out.
    """
    parts = re.split(rf"^{mark}(.*)$", markdown, flags=re.MULTILINE)
    return [(_to_plain(title), text) for title, text in zip(parts[1::2], parts[2::2], strict=True)]


def _choose_title(note: str) -> str:
    """Choose the last question of a text, else its last sentence.

    A colon at its end is removed.
    """
    sentences = _SENTENCE.split(note)
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return (questions or sentences)[-1].rstrip(":")


def _to_plain(text: str) -> str:
    """Remove link targets, marks of bold and code, and line ends."""
    return " ".join(_LINK.sub(r"\1", text).replace("`", "").replace("**", "").split())
