"""Learn the gate's weights from labelled passages and other texts.

    python -m pipeline.signals.gate.training.train --gold GOLD.jsonl ... --documents DOCUMENTS.parquet

`GOLD`: the split `train` of the real passages (`python -m scripts.real_passages`). `DOCUMENTS`: public-domain documents with `article_id`
and `body`, whose paragraphs without a word of trade are examples of other news, like the invented lines of `background.txt`. The invented
training passages are always used. Texts without a licence never are: they only measure the bounds of the gate
(`benchmarks/gate_bounds.py`).
"""

import argparse
import re
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.signals.gate.articles import INTERCEPT, POINTS_PER_UNIT, WEIGHTS
from pipeline.signals.gate.features import ARTICLE_FEATURES, list_features, split_words
from pipeline.signals.gold import Gold, read_gold
from pipeline.signals.segment import split_sentences

BACKGROUND = Path(__file__).with_name("background.txt")
INVENTED = Path(__file__).parents[2] / "training"
#: How much a sentence counts: one with a signal; one without, in a passage about trade; one of invented other news; one of `DOCUMENTS`.
WEIGHT_OF = {"signal": 1.0, "no signal": 0.3, "other news": 100.0, "document": 3.0}
LEAST_SENTENCES = 6
PENALTY = 1e-3
#: Largest weight of `ARTICLE_FEATURES`. The countries of an article say less than those of a sentence: most articles name two.
MOST_FOR_ARTICLE = 0.5
PARAGRAPHS_PER_DOCUMENT = 12
_ABOUT_TRADE = re.compile(
    r"(?i)trade|trading|tariff|dut(?:y|ies)|import|export|sanction|levy|levies|quota|deal|agree|purchas|market access|steel|alumin"
    r"|supply chain|barrier|embargo|entity list|reciproc|retaliat|dumping|invest"
)

Example = tuple[str, str, str]  # passage, text of the sentence, key of WEIGHT_OF


def main() -> None:
    """Learn the weights from the texts of the arguments; write `weights.csv`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, nargs="+", required=True)
    parser.add_argument("--documents", type=Path, required=True)
    options = parser.parse_args()
    examples = [*read_background()]
    for path in (*sorted(INVENTED.glob("batch-*.jsonl")), *options.gold):
        examples.extend(label_sentences(read_gold(path)))
    examples.extend(select_paragraphs(options.documents))
    weights = learn(pl.DataFrame(examples, schema={"passage": pl.String, "text": pl.String, "kind": pl.String}, orient="row"))
    weights.write_csv(WEIGHTS)
    sys.stdout.write(f"{weights.height:,} weights from {len(examples):,} sentences\n")


def read_background() -> Iterator[Example]:
    """Yield the sentences of `background.txt`, as `other news`.

    It has invented news about other things than trade policy. Each line is a passage.
    """
    for number, line in enumerate(BACKGROUND.read_text(encoding="utf-8").splitlines()):
        for sentence in split_sentences(line):
            yield f"background:{number}", sentence.text, "other news"


def label_sentences(gold: Gold) -> Iterator[Example]:
    """Yield the sentences of passages as `signal` or `no signal`.

    A sentence has a signal if the span of a row (of any modality, optional or not) overlaps it by more than half of the shorter of both.
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    for identifier, start, end in gold.rows.select("id", "span_start", "span_end").iter_rows():
        spans.setdefault(identifier, []).append((start, end))
    for identifier, text in gold.passages.select("id", "text").iter_rows():
        for sentence in split_sentences(text):
            has_signal = any(
                min(end, sentence.end) - max(start, sentence.start) > min(end - start, sentence.end - sentence.start) / 2
                for start, end in spans.get(identifier, ())
            )
            yield identifier, sentence.text, "signal" if has_signal else "no signal"


def select_paragraphs(path: Path) -> Iterator[Example]:
    """Yield sentences of paragraphs without a word of trade, as `document`.

    `path`: a Parquet file with `article_id` and `body`. Of each document at most `PARAGRAPHS_PER_DOCUMENT` different paragraphs are taken,
    those with the smallest hashes: a choice that is random and always the same.
    """
    for identifier, body in pl.read_parquet(path, columns=["article_id", "body"], glob=False).sort("article_id").iter_rows():
        others = {text for text in body.split("\n\n") if text.strip() and not _ABOUT_TRADE.search(text)}
        for text in sorted(others, key=lambda text: sha256(text.encode()).digest())[:PARAGRAPHS_PER_DOCUMENT]:
            for sentence in split_sentences(text):
                yield f"{identifier}:{sha256(text.encode()).hexdigest()}", sentence.text, "document"


def learn(examples: pl.DataFrame) -> pl.DataFrame:
    """Fit a logistic regression; return each feature's weight in whole points.

    It predicts whether a sentence has the kind `signal`; `POINTS_PER_UNIT` points are one unit of log odds. `examples`: `passage`, `text`
    and `kind` (a key of `WEIGHT_OF`, which says how much it counts) of sentences. Returns `feature` and `weight`: first the intercept, then
    the features that are in at least `LEAST_SENTENCES` sentences and do not round to 0, by name.
    """
    numbered = examples.with_row_index("sentence").with_columns(article=pl.col("passage").rank("dense").cast(pl.UInt32))
    # Each sentence is split as an article of its own; then `article` is its passage, in which the features also count countries.
    words = split_words(numbered.select(article="sentence", title=pl.lit(""), body="text")).with_columns(sentence=pl.col("article"))
    words = words.drop("article").join(numbered.select("sentence", "article"), on="sentence", maintain_order="left")
    features = list_features(words).unique()
    names = features["feature"].value_counts().filter(pl.col("count") >= LEAST_SENTENCES).sort("feature").select("feature")
    places = features.join(names.with_row_index("column"), on="feature").sort("sentence", "column")
    matrix = csr_matrix((np.ones(places.height), (places["sentence"], places["column"])), shape=(examples.height, names.height))
    fitted = _fit(
        matrix,
        (examples["kind"] == "signal").to_numpy().astype(float),
        examples["kind"].replace_strict(WEIGHT_OF, return_dtype=pl.Float64).to_numpy(),
        [(0, MOST_FOR_ARTICLE) if name in ARTICLE_FEATURES else (None, None) for name in names["feature"]],
    )
    points = pl.Series("weight", np.round(fitted * POINTS_PER_UNIT)).cast(pl.Int64)
    return pl.DataFrame({"feature": [INTERCEPT, *names["feature"]], "weight": [points[-1], *points[:-1]]}).filter(
        (pl.col("weight") != 0) | (pl.col("feature") == INTERCEPT)
    )


def _fit(matrix: csr_matrix, labels: np.ndarray, weights: np.ndarray, bounds: list[tuple[float | None, float | None]]) -> np.ndarray:
    """Minimize the weighted log loss with a quadratic penalty.

    `matrix`: 1 where a sentence (row) has a feature (column); `labels`: 1 or 0 for each sentence; `weights`: how much each counts;
    `bounds`: lowest and highest value for each feature, None for any. Returns a value for each feature and last the intercept, which has no
    penalty.
    """
    weights = weights / weights.sum()
    transposed = matrix.T.tocsr()

    def loss_and_gradient(values: np.ndarray) -> tuple[float, np.ndarray]:
        scores = matrix @ values[:-1] + values[-1]
        errors = weights * (1 / (1 + np.exp(-scores)) - labels)
        loss = weights @ (np.logaddexp(0, scores) - labels * scores) + PENALTY / 2 * values[:-1] @ values[:-1]
        return float(loss), np.append(transposed @ errors + PENALTY * values[:-1], errors.sum())

    start = np.zeros(matrix.shape[1] + 1)
    result = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)], options={"maxiter": 500})
    return np.asarray(result.x)


if __name__ == "__main__":
    main()
