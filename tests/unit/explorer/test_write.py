import gzip
import json
import re
from pathlib import Path

from pipeline.explorer.questions import Question
from pipeline.explorer.write import POLICY, find_damaged, render_explorer, write_explorer

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
#: A file of WebAssembly starts with these bytes.
WASM = b"\0asm"


def test_the_page_refers_only_to_files_next_to_it(tmp_path: Path) -> None:
    page = write_explorer(tmp_path)
    assert page == tmp_path / "explorer.html"
    text = page.read_text(encoding="utf-8")
    addresses = set(re.findall(r'(?:src|href)="([^"#]+)"', text))
    assert addresses == {"report.html", "explorer/duckdb.js", "explorer/explorer.js", "explorer/LICENSES.txt"}
    files = {path.name for path in (tmp_path / "explorer").iterdir()}
    assert files == {"LICENSES.txt", "duckdb-worker.js.gz", "duckdb.js", "duckdb.wasm.gz", "explorer.js", "vega.js", "SHA256SUMS"}
    loaded = set(
        re.findall(r'(?:unpack\(|readJson\(|new URL\()"([^"]+)"', (tmp_path / "explorer" / "explorer.js").read_text(encoding="utf-8"))
    )
    assert loaded - files == {"latest/datapackage.json", "latest.json"}
    assert gzip.decompress((tmp_path / "explorer" / "duckdb.wasm.gz").read_bytes()).startswith(WASM)


def test_files_that_are_up_to_date_are_not_written_again(tmp_path: Path) -> None:
    write_explorer(tmp_path)
    (tmp_path / "explorer" / "duckdb.js").write_text("damaged")
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    write_explorer(tmp_path)
    changed = [path.name for path, inode in before.items() if path.stat().st_ino != inode]
    assert changed == ["duckdb.js"]
    assert find_damaged(tmp_path) == []
    assert "damaged" not in (tmp_path / "explorer" / "duckdb.js").read_text(encoding="utf-8")[:100]


def test_damaged_and_missing_files_are_listed(tmp_path: Path) -> None:
    assert find_damaged(tmp_path) == []
    write_explorer(tmp_path)
    (tmp_path / "explorer.html").write_text("damaged")
    (tmp_path / "explorer" / "vega.js").unlink()
    assert sorted(path.name for path in find_damaged(tmp_path)) == ["explorer.html", "vega.js"]
    (tmp_path / "explorer" / "SHA256SUMS").write_text("x\n")
    assert [path.name for path in find_damaged(tmp_path)] == ["SHA256SUMS"]
    (tmp_path / "explorer" / "SHA256SUMS").unlink()
    assert [path.name for path in find_damaged(tmp_path)] == ["SHA256SUMS"]


def test_the_policy_allows_no_inline_script_and_no_other_server() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert rules["connect-src"] == "'self' blob:"
    assert not re.search(r"https?:|\*|'unsafe-eval'|data:", " ".join(text for name, text in rules.items() if name != "img-src"))
    text = render_explorer(())
    assert f'content="{POLICY.replace(chr(39), "&#39;")}"' in text
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all("src=" in attributes or "application/json" in attributes for attributes in scripts)
    assert not re.search(r"<[^>]+\son\w+=", text)


def test_questions_are_escaped() -> None:
    text = render_explorer((Question(HOSTILE, HOSTILE, HOSTILE, HOSTILE),))
    assert "<img" not in text
    assert "<script>" not in text
    (config,) = re.findall(r'id="config">(.*?)</script>', text)
    assert json.loads(config)["queries"] == [{"title": HOSTILE, "note": HOSTILE, "sql": HOSTILE}]
