"""Print articles that pass the gate, for a person to judge.

    uv run python benchmarks/gate_sample.py [--articles PATH] [--count 60]

The gate (`pipeline/signals/gate/`) decides which articles are read for signals; the person judges whether those that pass are about trade
policy. The selection is deterministic (order of the SHA-256 of ids). Nothing is stored, because the text belongs to its publisher.
"""

from corpus import build_parser, draw_articles, read_clean_articles

from pipeline.signals.gate.articles import judge_articles

CHARACTERS = 200


def main() -> None:
    """Print title and first characters of each selected article."""
    parser = build_parser("Passing articles to be judged.")
    parser.add_argument("--count", type=int, default=60, help="number of articles [default: %(default)s]")
    options = parser.parse_args()
    articles = read_clean_articles(options.articles)
    passing = articles.filter(judge_articles(articles)["outcome"] == "read")
    for number, (title, body) in enumerate(draw_articles(passing, options.count).select("title", "body").iter_rows(), start=1):
        print(f"{number:>3}  {' '.join(title.split())}\n     {' '.join(body[:CHARACTERS].split())}\n")


if __name__ == "__main__":
    main()
