"""The articles of the benchmarks: a given file, Reuters-21578 if present, else the bundled sample."""

import argparse
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipeline.articles.clean import clean_articles
from pipeline.settings import SAMPLE_ARTICLES
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.files.articles import collect_rows, read_articles

REUTERS = Path(__file__).parents[2] / "shared" / "data" / "news" / "reuters21578.parquet"


def build_parser(description: str) -> argparse.ArgumentParser:
    """Build a parser with the option `--articles`."""
    parser = argparse.ArgumentParser(description=description)
    default = REUTERS if REUTERS.is_file() else SAMPLE_ARTICLES
    parser.add_argument("--articles", type=Path, default=default, help="article file or folder [default: %(default)s]")
    return parser


def read_clean_articles(path: Path) -> pl.DataFrame:
    """Read the accepted articles (`ARTICLES`) of a file or folder."""
    return clean_articles(collect_rows(read_articles([ArticleFiles(path=str(path))], last_day=datetime.now(UTC).date()))).articles


def draw_articles(articles: pl.DataFrame, count: int, draw: int = 1) -> pl.DataFrame:
    """Draw `count` articles in the order of the SHA-256 of their ids; draw 2 begins where draw 1 ends."""
    digests = pl.Series([sha256(identifier.encode()).hexdigest() for identifier in articles["article_id"]], dtype=pl.String())
    return articles[digests.arg_sort()].slice((draw - 1) * count, count)
