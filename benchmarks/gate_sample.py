"""Articles that pass the gate, for a person to judge whether they are about trade policy: `python benchmarks/gate_sample.py`.

Drawn in the order of the SHA-256 of their ids, so always the same. Prints to the terminal and keeps nothing: the text is the publisher's.
"""

from hashlib import sha256

from corpus import clean, options

from pipeline.signals import gate

CHARACTERS = 200


def main() -> None:
    """Print title and beginning of each drawn article."""
    parser = options("Passing articles to be judged by hand.")
    parser.add_argument("--count", type=int, default=60, help="how many [default: %(default)s]")
    given = parser.parse_args()
    articles = clean(given.articles)
    passing = articles.filter(gate.is_trade_news(articles)).select("article_id", "title", "body").rows()
    drawn = sorted(passing, key=lambda row: sha256(row[0].encode()).hexdigest())[: given.count]
    for number, (_, title, body) in enumerate(drawn, start=1):
        print(f"{number:>3}  {' '.join(title.split())}\n     {' '.join(body[:CHARACTERS].split())}\n")


if __name__ == "__main__":
    main()
