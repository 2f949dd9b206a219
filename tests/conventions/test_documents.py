import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

from pipeline.contracts.tables import TABLES
from scripts.dictionary import render_dictionary

ROOT = Path(__file__).parents[2]
DICTIONARY = ROOT / "docs" / "data-dictionary.md"
README = ROOT / "README.md"
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", flags=re.IGNORECASE)  # e.g. https:, mailto:, a heading of the same page


def test_the_data_dictionary_is_current() -> None:
    current = DICTIONARY.exists() and DICTIONARY.read_text(encoding="utf-8") == render_dictionary()
    assert current, "docs/data-dictionary.md does not match the contracts; run `make dictionary`"


def test_make_dictionary_writes_the_dictionary() -> None:
    command = [sys.executable, "-m", "scripts.dictionary"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert printed.stdout.decode("utf-8") == render_dictionary()
    assert "scripts.dictionary > docs/data-dictionary.md" in (ROOT / "Makefile").read_text(encoding="utf-8")


def find_links(page: str) -> list[str]:
    """Find the files of the repository that a Markdown page links to, without anchors."""
    code_removed = re.sub(r"```.*?```|`[^`\n]*`", "", page, flags=re.DOTALL)
    return [unquote(link.partition("#")[0]) for link in LINK.findall(code_removed) if not OUTSIDE.match(link)]


def test_links_to_files_are_distinguished_from_other_links() -> None:
    page = "[a](docs/a.md#part) [b](https://b.example/x) ![c](c%20d.svg) [e](#e) [f](mailto:f@f.example) `[g](g.md)` [h](<h.md> 'H')"
    assert find_links(page) == ["docs/a.md", "c d.svg", "h.md"]


def test_the_readme_links_to_files_that_exist() -> None:
    assert [link for link in find_links(README.read_text(encoding="utf-8")) if not (ROOT / link).exists()] == []


def test_pages_of_the_documentation_link_to_files_that_exist() -> None:
    pages = sorted((ROOT / "docs").rglob("*.md"))
    targets = [(page, link) for page in pages for link in find_links(page.read_text(encoding="utf-8"))]
    assert len(targets) > 20
    assert [(page.name, link) for page, link in targets if not (page.parent / link).exists()] == []


def test_no_published_table_has_a_column_with_text_of_articles() -> None:
    texts = {"title", "body", "text", "headline"}
    assert [table.name for table in TABLES.values() if table.published and texts & set(table.schema)] == []
