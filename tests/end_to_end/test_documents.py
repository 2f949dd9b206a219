"""The generated parts of documents are current, and the examples in the cookbook run on the bundled sample."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.documents import DOCUMENTS, ROOT, find_last_query, run_query
from tests.conftest import SampleRun

COOKBOOK = ROOT / "docs" / "sql-cookbook.md"
TOOLS = ROOT / "docs" / "tools.md"
PYTHON_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
OUTDATED = 5  # exit code of `cog --check`


def run_cog(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.documents", "--home", home, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.slow
def test_generated_parts_of_documents_are_current(sample_run: SampleRun) -> None:
    checked = run_cog(sample_run.home, "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_document_has_a_generated_part() -> None:
    assert [name for name in DOCUMENTS if "<!-- [[[cog " not in (ROOT / name).read_text(encoding="utf-8")] == []


@pytest.mark.slow
def test_a_wrong_answer_is_found_and_replaced(sample_run: SampleRun, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    block = "```sql\nselect 1 as one\n```\n\n<!-- [[[cog print(answer(home)) ]]] -->\n| one |\n|---|\n| {} |\n<!-- [[[end]]] -->\n"
    page.write_text(block.format(7), encoding="utf-8")
    checked = run_cog(sample_run.home, "--check", page)
    assert checked.returncode == OUTDATED
    assert "run `make docs`" in checked.stderr
    assert run_cog(sample_run.home, page).returncode == 0
    assert page.read_text(encoding="utf-8") == block.format(1)


def test_results_are_markdown_tables(sample_run: SampleRun) -> None:
    table = run_query("select true as yes, null as none, 2.0 as two, 0.5 as half, 'a|b' as text", sample_run.database)
    assert table == "| yes | none | two | half | text |\n|---|---|---|---|---|\n| yes |  | 2.0 | 0.5 | a\\|b |"


def test_an_answer_belongs_to_the_last_query_before_it() -> None:
    page = "```sql\nselect 1\n```\n\nblock\n\n```sql\nselect 2\n```\n\nblock\n"
    assert [find_last_query(page, line) for line in (5, 11)] == ["select 1\n", "select 2\n"]
    with pytest.raises(ValueError, match="there is no block of SQL before line 1"):
        find_last_query("block\n", 1)


@pytest.mark.slow
def test_examples_in_python_run(sample_run: SampleRun, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(sample_run.home)
    blocks = [block for page in (COOKBOOK, TOOLS) for block in PYTHON_BLOCK.findall(page.read_text(encoding="utf-8"))]
    code = "\n".join(block for block in blocks if "s3://" not in block)  # a bucket is in test_uploads.py
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "tension.csv").stat().st_size > 0
    assert (tmp_path / "tension.html").stat().st_size > 0
    assert "2025-04-01" in ran.stdout
