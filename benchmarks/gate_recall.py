"""What share of the articles that people filed under a topic pass the gate: `python benchmarks/gate_recall.py [--topic trade]`.

Needs articles in Parquet with a column `topics` (list of words), as Reuters-21578 has.
"""

import polars as pl
from corpus import options

from pipeline.signals import gate

BAR = 0.80


def main() -> None:
    """Print the share."""
    parser = options("Share of the articles of a topic that pass the gate.")
    parser.add_argument("--topic", default="trade", help="topic [default: %(default)s]")
    given = parser.parse_args()
    if given.articles.suffix != ".parquet" or "topics" not in pl.read_parquet_schema(given.articles):
        parser.error(f"{given.articles} has no topics; give a Parquet file with a column `topics`")
    articles = pl.read_parquet(given.articles, columns=["title", "body", "topics"])
    passing, filed = gate.is_trade_news(articles), articles["topics"].list.contains(given.topic)
    asked, passed, both = int(filed.sum()), int(passing.sum()), int((passing & filed).sum())
    share = both / asked if asked else 0.0
    print(f"{asked:,} of {articles.height:,} articles are filed under {given.topic}; {both:,} of them pass the gate ({share:.1%})")
    print(f"{passed:,} articles pass ({passed / articles.height:.1%} of all)")
    print(f"{'met   ' if share >= BAR else 'MISSED'}  at least {BAR:.0%} of the articles filed under {given.topic} pass")


if __name__ == "__main__":
    main()
