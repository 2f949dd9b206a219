"""Join the labels of real passages with their texts, which are not part of the project.

    python -m scripts.real_passages --split train --passages PASSAGES.jsonl --documents DOCUMENTS.parquet > gold.jsonl

Writes a gold file (docs/annotation-guide.md). `PASSAGES` has `id` and `text`; `DOCUMENTS` has `article_id` and `body`, for the passages
that are consecutive paragraphs of a body. `--homes` are folders of runs, for passages that are the beginnings of articles.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.tables.core import ARTICLES
from pipeline.settings import Settings
from pipeline.warehouse.lake import Lake

LABELS = Path(__file__).parents[1] / "pipeline" / "signals" / "training" / "real"
_PASSAGE_TYPES = {"sha256": pl.String, "date": pl.String, "first_paragraph": pl.Int64, "last_paragraph": pl.Int64, "length": pl.Int64}
SPLITS = ("train", "tune", "report", "news")
#: Newspapers and agencies. Their passages are the beginnings of articles, whose ids they have; half of them, by the SHA-1 of the id, are in
#: the split `news`, the others in `tune`.
NEWS_SOURCES = ("guardian", "reuters")
#: Of the other passages that are no runs of paragraphs of a document, one in this many is in the split `report`, by the SHA-1 of its id.
REPORTED = 4


def read_labels() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the tables of passages and of their labels, both without text."""
    passages = pl.read_csv(LABELS / "passages.csv", schema_overrides=_PASSAGE_TYPES)
    labels = pl.read_csv(LABELS / "labels.csv", schema_overrides={"rate_pct": pl.Float64, "value_usd": pl.Float64})
    empty = pl.col("scope", "product").fill_null("")
    return passages.with_columns(pl.col("date").fill_null("")), labels.with_columns(empty)


def join_texts(passages: pl.DataFrame, labels: pl.DataFrame, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the passages with texts and labels, as rows of a gold file.

    `texts`: by id of the passage. `ValueError` if a text is missing, or is not the one that was labelled; the message counts these and
    names the first.
    """
    wrong = [
        identifier
        for identifier, digest in passages.select("id", "sha256").iter_rows()
        if identifier not in texts or digest_text(texts[identifier]) != digest
    ]
    if wrong:
        raise ValueError(f"{len(wrong)} of {passages.height} texts are missing or differ from the labelled ones, the first is {wrong[0]}")
    signals = {key[0]: part.drop("id", "scope").to_dicts() for key, part in labels.partition_by("id", as_dict=True).items()}
    return [
        {"id": row["id"], "date": row["date"], "source": row["source"], "text": texts[row["id"]], "signals": signals.get(row["id"], [])}
        for row in passages.iter_rows(named=True)
    ]


def read_texts(passages: pl.DataFrame, files: list[Path], documents: list[Path], homes: list[Path]) -> dict[str, str]:
    """Read texts by id: from JSON Lines, paragraphs of documents, and articles.

    All texts of `files` (`id`, `text`) are returned. Of `documents` (Parquet: `article_id`, `body`) those paragraphs are returned that
    `passages` names, by document, `first_paragraph` and `last_paragraph`, and of articles in `homes` the first `length` characters of title
    and body; those that are missing are passed over.
    """
    texts: dict[str, str] = {}
    for path in files:
        with path.open(encoding="utf-8") as lines:
            texts |= {row["id"]: row["text"] for row in map(json.loads, lines)}
    for path in documents:
        bodies = dict(pl.read_parquet(path, columns=["article_id", "body"]).iter_rows())
        for identifier, document, first, last in passages.select("id", "document", "first_paragraph", "last_paragraph").iter_rows():
            if document in bodies:
                texts[identifier] = select_paragraphs(bodies[document], first, last)
    beginnings = passages.drop_nulls("length").select("length", article_id="id")
    for home in homes:
        articles = Lake(Settings(home=home).lake).read(ARTICLES, columns=["article_id", "title", "body"])
        for identifier, length, title, body in (
            beginnings.join(articles, on="article_id").select("article_id", "length", "title", "body").rows()
        ):
            texts[identifier] = join_title(title, body)[:length]
    return texts


def join_title(title: str, body: str) -> str:
    """Return title and body of an article, if it has one, one a line."""
    return f"{title}\n{body}" if body else title


def select_paragraphs(body: str, first: int, last: int) -> str:
    """Return the paragraphs from `first` to `last` (inclusive), one a line.

    They are counted from 0, and blank lines separate them.
    """
    paragraphs = [paragraph.strip() for paragraph in body.split("\n\n") if paragraph.strip()]
    return "\n".join(paragraphs[first : last + 1])


def digest_text(text: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_reported(identifier: str) -> bool:
    """Return whether a passage is in the split `report`.

    Only for passages that are neither runs of paragraphs of a document nor news.
    """
    return _hash(identifier) % REPORTED == 0


def is_reported_news(identifier: str) -> bool:
    """Return whether a passage of `NEWS_SOURCES` is in the split `news`."""
    return _hash(identifier) % 2 == 1


def _hash(identifier: str) -> int:
    return int(hashlib.sha1(identifier.encode(), usedforsecurity=False).hexdigest(), 16)


def main() -> None:
    """Print the gold file of a split: its labelled passages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=SPLITS, required=True)
    parser.add_argument("--passages", type=Path, nargs="*", default=[], help="JSON Lines with id and text")
    parser.add_argument("--documents", type=Path, nargs="*", default=[], help="Parquet with article_id and body")
    parser.add_argument("--homes", type=Path, nargs="*", default=[], help="folders of runs whose articles are passages")
    options = parser.parse_args()
    passages, labels = read_labels()
    passages = passages.filter(pl.col("split") == options.split)
    rows = join_texts(
        passages,
        labels.filter(pl.col("id").is_in(passages["id"].implode())),
        read_texts(passages, options.passages, options.documents, options.homes),
    )
    sys.stdout.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


if __name__ == "__main__":
    main()
