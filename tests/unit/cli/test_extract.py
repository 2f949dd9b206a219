"""`tension extract`: rows from articles or gold passages, in each format."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, STATUS
from pipeline.report.names import format_count
from pipeline.sources.errors import SourceError
from pipeline.sources.files.texts import read_texts, write_rows
from tests.unit.cli.conftest import Command, flat

COLUMNS = [
    "article_id", "span_start", "span_end", "actor", "target", "kind", "polarity", "status", "modality", "instrument", "is_retaliation",
    "is_conditional", "rate_pct", "value_usd", "product", "probability", "rule_id",
]  # fmt: skip
TEXTS = {
    "p1": "China will impose a 34 percent tariff on all U.S. goods. Markets fell on the “news”. 🐟 The U.S. condemned the tariff.",
    "p2": "The mayor opened a new library on Monday.",
}
READ: dict[str, Callable[[Path], pl.DataFrame]] = {".jsonl": pl.read_ndjson, ".csv": pl.read_csv, ".parquet": pl.read_parquet}


@pytest.fixture
def passages(tmp_path: Path) -> Path:
    path = tmp_path / "passages.jsonl"
    rows = [{"id": name, "date": "2025-04-04", "source": "own", "text": text, "signals": []} for name, text in TEXTS.items()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    row = {
        "article_id": "a1", "source": "Strelsau Post", "published_at": "2025-04-04T10:00:00Z",
        "title": "Beijing answers — with 34 percent", "body": "China will impose a 34 percent tariff on all U.S. goods. It said so.",
    }  # fmt: skip
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", READ)
def test_gold_passages_become_rows_in_each_format(command: Command, passages: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"signals{ending}"
    result = command("extract", passages, "--out", out)
    assert result.exit_code == 0, result.output
    rows = READ[ending](out)
    assert set(COLUMNS) <= set(rows.columns)
    assert rows.height > 0
    assert set(rows["article_id"]) == {"p1"}
    assert f"{format_count(rows.height, 'signal')} from 2 texts" in flat(result.output)


@pytest.mark.parametrize("ending", READ)
def test_the_three_formats_have_the_same_rows(command: Command, passages: Path, tmp_path: Path, ending: str) -> None:
    command("extract", passages, "--out", tmp_path / "first.parquet")
    command("extract", passages, "--out", tmp_path / f"signals{ending}")
    first, again = pl.read_parquet(tmp_path / "first.parquet"), READ[ending](tmp_path / f"signals{ending}")
    texts = ["article_id", "quote", "actor", "target", "kind", "status", "modality", "instrument", "rule_id"]
    assert again.select(texts).rows() == first.select(texts).rows()
    assert again["probability"].to_list() == pytest.approx(first["probability"].to_list())


def test_the_quote_is_the_text_between_the_offsets(command: Command, passages: Path, tmp_path: Path) -> None:
    command("extract", passages, "--out", tmp_path / "signals.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows
    assert [row["quote"] for row in rows] == [TEXTS[row["article_id"]][row["span_start"] : row["span_end"]] for row in rows]


def test_offsets_span_title_blank_line_and_body(command: Command, articles: Path, tmp_path: Path) -> None:
    command("extract", articles, "--out", tmp_path / "signals.jsonl")
    article = json.loads(articles.read_text(encoding="utf-8"))
    text = f"{article['title']}\n\n{article['body']}"
    rows = [json.loads(line) for line in (tmp_path / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    assert "China will impose a 34 percent tariff on all U.S. goods." in {row["quote"] for row in rows}
    assert all(row["quote"] == text[row["span_start"] : row["span_end"]] for row in rows)


def test_an_article_keeps_its_own_id(command: Command, articles: Path, tmp_path: Path) -> None:
    command("extract", articles, "--out", tmp_path / "signals.parquet")
    assert set(pl.read_parquet(tmp_path / "signals.parquet")["article_id"]) == {"a1"}


def test_articles_with_an_empty_id_are_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    row = {"source": "Strelsau Post", "published_at": "2025-04-04T10:00:00Z"}
    rows = [row | {"article_id": empty, "title": f"Headline {number}"} for number, empty in enumerate(("", " "))]
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    assert read_texts(path)["id"].to_list() == ["articles.jsonl#1", "articles.jsonl#2"]


def test_an_article_with_a_repeated_id_is_dropped_as_in_a_run(command: Command, articles: Path, tmp_path: Path) -> None:
    articles.write_text(articles.read_text(encoding="utf-8") * 2, encoding="utf-8")
    result = command("extract", articles, "--out", tmp_path / "signals.parquet")
    assert result.exit_code == 0, result.output
    assert "from 1 text " in flat(result.output)
    assert "they repeat the id, source and day of another: 1, such as articles.jsonl#2" in flat(result.stderr)


def test_a_row_that_cannot_be_read_is_reported(command: Command, tmp_path: Path) -> None:
    row = '2025-04-04,Post,"China will impose a tariff on U.S. goods"\n'
    text = "published_at,source,title\n" + row + '2025-04-04,Post,"China "taxes" "glass\n' + row
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    result = command("extract", tmp_path / "a.csv", "--out", tmp_path / "signals.parquet")
    assert result.exit_code == 0, result.output
    assert "from 2 texts" in flat(result.stdout)
    assert "a.csv: rows left out because they cannot be read: 1, such as a.csv#2 (" in flat(result.stderr)


def test_every_word_is_in_its_vocabulary(command: Command, passages: Path, tmp_path: Path) -> None:
    command("extract", passages, "--out", tmp_path / "signals.parquet")
    rows = pl.read_parquet(tmp_path / "signals.parquet")
    for vocabulary in (KIND, STATUS, MODALITY, INSTRUMENT):
        assert set(rows[vocabulary.name]) <= set(vocabulary.words)
    assert [KIND_POLARITY[kind] for kind in rows["kind"]] == rows["polarity"].to_list()
    assert rows["probability"].is_between(0, 1, closed="right").all()


def test_texts_without_signals_give_a_file_without_rows(command: Command, passages: Path, tmp_path: Path) -> None:
    passages.write_text(json.dumps({"id": "p2", "text": TEXTS["p2"]}) + "\n", encoding="utf-8")
    assert command("extract", passages, "--out", tmp_path / "signals.parquet").exit_code == 0
    rows = pl.read_parquet(tmp_path / "signals.parquet")
    assert rows.is_empty()
    assert set(COLUMNS) <= set(rows.columns)


def test_the_folder_of_the_output_is_created(command: Command, passages: Path, tmp_path: Path) -> None:
    assert command("extract", passages, "--out", tmp_path / "new" / "signals.csv").exit_code == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["signals.csv"]


def test_text_that_looks_like_a_formula_is_quoted_in_csv(tmp_path: Path) -> None:
    rows = pl.DataFrame({"source": ["=1+1", " @sum", "-5", "+x", "Strelsau Post", None], "start": [-1] * 6})
    write_rows(rows, tmp_path / "x.csv")
    written = pl.read_csv(tmp_path / "x.csv", has_header=True)
    assert written["source"].to_list() == ["'=1+1", "' @sum", "'-5", "'+x", "Strelsau Post", None]
    assert written["start"].to_list() == [-1] * 6


@pytest.mark.parametrize("line", ["[" * 200_000, '{"id": ' + "1" * 5_000 + ', "text": ""}'])
def test_hostile_json_is_an_error_with_the_name_of_the_file(tmp_path: Path, line: str) -> None:
    for before in ("", '{"id": "a", "text": "b"}\n'):
        (tmp_path / "a.jsonl").write_text(before + line + "\n", encoding="utf-8")
        with pytest.raises(SourceError, match=r"a\.jsonl"):
            read_texts(tmp_path / "a.jsonl")


def test_half_a_surrogate_pair_in_a_passage_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(r'{"id": "a", "text": "b\ud800c"}', encoding="utf-8")
    assert read_texts(tmp_path / "a.jsonl")["text"].to_list() == ["b?c"]
