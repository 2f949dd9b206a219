"""Measure which share of the articles on a topic passes the gate.

    uv run python benchmarks/gate_recall.py [--articles PATH] [--topic trade]

The gate (`pipeline/signals/gate/`) decides which articles are read for signals. Needs a Parquet file of articles with a column `topics`
(list of words), e.g. Reuters-21578.
"""

import polars as pl
from corpus import build_parser

from pipeline.signals.gate.articles import judge_articles

BAR = 0.80


def main() -> None:
    """Print the share of articles that pass."""
    parser = build_parser("Share of the articles of a topic that pass the gate.")
    parser.add_argument("--topic", default="trade", help="topic [default: %(default)s]")
    options = parser.parse_args()
    if options.articles.suffix != ".parquet" or "topics" not in pl.read_parquet_schema(options.articles):
        parser.error(f"{options.articles} has no topics; give a Parquet file with a column `topics`")
    articles = pl.read_parquet(options.articles, columns=["title", "body", "topics"])
    passing, filed = judge_articles(articles)["outcome"] == "read", articles["topics"].list.contains(options.topic)
    filed_count, passed, both = int(filed.sum()), int(passing.sum()), int((passing & filed).sum())
    share = both / filed_count if filed_count else 0.0
    print(f"{filed_count:,} of {articles.height:,} articles are filed under {options.topic}; {both:,} of them pass the gate ({share:.1%})")
    print(f"{passed:,} articles pass ({passed / articles.height:.1%} of all)")
    print(f"{'met   ' if share >= BAR else 'MISSED'}  at least {BAR:.0%} of the articles filed under {options.topic} pass")


if __name__ == "__main__":
    main()
