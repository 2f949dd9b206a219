"""Write the explorer next to the published releases.

`explorer.html` and its folder `explorer/` are the same for all releases: the page reads everything else from the newest database. Large
files are compressed, and the page expands them, so any static web server will do.
"""

import hashlib
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

from pipeline.durable_files import SUMS, hash_file, read_sums, replace_file, write_sums
from pipeline.explorer.questions import Question, cookbook_file, read_questions
from pipeline.report import palette
from pipeline.report.charts import finish_chart
from pipeline.report.page import load_templates
from pipeline.report.scripts import page_scripts
from pipeline.report.write import REPORT
from pipeline.settings import SAMPLE_NOTE

EXPLORER = "explorer.html"
FOLDER = "explorer"
_HERE = Path(__file__).parent
_ASSETS = _HERE / "assets"
#: What the page may load: its own files, an engine compiled from one of them, and a worker, which inherits this policy; nothing from
#: another server.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self' blob:; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)
#: Colours of series in a chart: they differ in lightness too, and are legible on light and dark paper.
_SERIES = (palette.TENSION, palette.CONCESSION, palette.STALEMATE, palette.DIALOGUE, palette.QUIET, palette.INK)

#: Why a table may have no rows, for the explanation of an answer without rows.
_WHY_EMPTY = {
    "official_signals": "it is filled by the upstream federal_register, which is not enabled or found nothing",
    "gdelt_daily": "it is filled by the upstream gdelt, which is not enabled",
    "quarantine": "no row was rejected",
    "duplicates": "no row was the copy of another",
    "verdicts": "nobody has judged a reading; tension audit asks for it",
}


def write_explorer(folder: Path) -> Path:
    """Write the explorer to the published folder; return the page's path.

    Files that are up to date are not written again.
    """
    contents = {path.name: path.read_bytes() for path in (*_ASSETS.iterdir(), _HERE / "explorer.js")}
    contents["vega.js"] = page_scripts()[0].encode()
    contents[f"../{EXPLORER}"] = render_explorer(read_questions(cookbook_file().read_text(encoding="utf-8"))).encode()
    for name, content in contents.items():
        replace_file(folder / FOLDER / name, content)
    write_sums(folder / FOLDER, {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()})
    return folder / EXPLORER


def find_damaged(folder: Path) -> list[Path]:
    """List files of the explorer that are missing or damaged.

    `folder`: the published folder. If the file of hashes is missing or damaged, only that is listed. The list is empty if the page and the
    explorer's folder are both missing, as in an earlier version.
    """
    has_explorer = (folder / EXPLORER).exists() or (folder / FOLDER).exists()
    try:
        sums = read_sums(folder / FOLDER)
    except ValueError:
        sums = {}
    if has_explorer and not sums:
        return [folder / FOLDER / SUMS]
    return [folder / FOLDER / name for name, digest in sums.items() if _hash(folder / FOLDER / name) != digest]


def _hash(path: Path) -> str:
    return hash_file(path) if path.is_file() else ""


def render_explorer(questions: tuple[Question, ...]) -> str:
    """Render the page as HTML."""
    style = finish_chart({})
    numbered = list(enumerate(questions))
    config = {
        "queries": [{"title": question.title, "note": question.note, "sql": question.sql} for question in questions],
        "sampleNote": SAMPLE_NOTE,
        "schema": style["$schema"],
        "style": style["config"],
        "dark": dict(palette.DARK),
        "series": _SERIES,
        "named": dict(palette.NAMED),
        "muted": palette.MUTED,
        "empty": _WHY_EMPTY,
    }
    template = load_templates(_HERE).get_template("explorer.html.j2")
    return template.render(
        page=SimpleNamespace(title="Trade Tension: explore with SQL"),
        palette=palette,
        policy=POLICY,
        folder=FOLDER,
        report=REPORT,
        sections=[(section, list(group)) for section, group in groupby(numbered, lambda one: one[1].section)],
        config=config,
    )
