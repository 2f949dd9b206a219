"""Print articles that the gate stops, to be judged.

    uv run python benchmarks/gate_unread.py [--articles PATH] [--draw 2] [--count 100]

The gate (`pipeline/signals/gate/`) decides which articles are read for signals; to be judged is whether those that it stops are about
trade policy between states. The order is that of the SHA-256 of the ids; draw 2 goes on where draw 1 ends. No text is stored, because it
belongs to its publisher; the verdicts are in `tests/gold/unread-articles.csv`.
"""

from corpus import build_parser, draw_articles, read_clean_articles

from pipeline.signals.gate.articles import judge_articles

CHARACTERS = 300


def main() -> None:
    """Print id, outcome, score, title and first characters of each selected article."""
    parser = build_parser("Unread articles to be judged.")
    parser.add_argument("--count", type=int, default=100, help="number of articles [default: %(default)s]")
    parser.add_argument("--draw", type=int, default=1, help="number of the draw, from 1 on [default: %(default)s]")
    options = parser.parse_args()
    articles = read_clean_articles(options.articles)
    stopped = articles.with_columns(judge_articles(articles)).remove(outcome="read")
    drawn = draw_articles(stopped, options.count, options.draw).select("article_id", "outcome", "score", "title", "body")
    for identifier, outcome, score, title, body in drawn.iter_rows():
        print(f"{identifier} | {outcome} {score or ''} | {' '.join(title.split())}\n    {' '.join(body.split())[:CHARACTERS]}")


if __name__ == "__main__":
    main()
