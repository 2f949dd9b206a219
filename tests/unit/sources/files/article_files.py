"""Write files of articles for tests, and read them."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.settings.archives import ArticleFiles
from pipeline.sources.files.articles import collect_rows, read_articles
from pipeline.sources.files.streams import LIMITS, Limits

ROW = {"published_at": "2025-04-04T10:30:00Z", "source": "Strelsau Post", "title": "Ruritania taxes glass", "body": "It did so today."}


def write_lines(path: Path, *rows: dict[str, Any] | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8")
    return path


def write_text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8", newline="")
    return path


def archives(*paths: Path) -> list[ArticleFiles]:
    return [ArticleFiles(path=str(path)) for path in paths]


def read(*paths: Path, limits: Limits = LIMITS, **archive: Any) -> pl.DataFrame:
    """Read all rows of the files and folders, each an archive with these settings."""
    return collect_rows(read_articles([ArticleFiles(path=str(path), **archive) for path in paths], limits))
