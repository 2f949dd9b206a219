# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["trade-tension-index", "onnx>=1.17", "torch>=2.6"]
# [tool.uv.sources]
# trade-tension-index = { path = "../../../../", editable = true }
# ///
"""Learn the prefilter's `weights.npz` from what the readers find.

    uv run --script pipeline/signals/prefilter/training/train.py --articles HOME/lake/articles

`HOME`: of a run on public-domain documents; one in four is left out (`held_out.py`). With the invented passages of
`pipeline/signals/training/` they are read without the prefilter, and it learns in which sentences something is found. Words begin as the
main components of the encoder's own, which are not changed, so that it also knows words that the texts lack.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import polars as pl
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pad

from pipeline.contracts.tables.core import ARTICLES
from pipeline.signals.candidates import build_candidates, to_frame
from pipeline.signals.doubts import add_doubts
from pipeline.signals.extract import collect_readings, combine_readings, resolve_texts, score_evidence
from pipeline.signals.gold import read_gold
from pipeline.signals.prefilter.sentences import WEIGHTS, WINDOW, unify_marks
from pipeline.signals.prefilter.training.held_out import is_held_out
from pipeline.signals.readers.encoder.encoding import encode
from pipeline.signals.readers.encoder.network import load_network
from pipeline.signals.relevance import add_relevance
from pipeline.signals.texts import add_title_length, articles_to_texts, judge

SIGNALS = Path(__file__).resolve().parents[2]
INVENTED = SIGNALS / "training"
ENCODER = SIGNALS / "readers" / "encoder" / "model" / "model.onnx"
MODE = "both"
COMPONENTS, WIDTH, CONTEXT_FILTERS, SENTENCE_FILTERS = 96, 64, 64, 128
EPOCHS, BATCH, RATE, DROPOUT = 8, 256, 4e-3, 0.2
#: Texts that are read at once.
CHUNK_TEXTS = 1_000
#: What a sentence with evidence counts, as a multiple of one without: this, and `BY_PROBABILITY` times the highest probability.
WITH_EVIDENCE, BY_PROBABILITY = 2.0, 6.0
#: Evidence of another modality than `asserted` has no probability that counts; it counts as this one.
UNASSERTED = 0.2
_LARGEST = 127


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence as the encoder's input, and the highest probability in it.

    `evidence` is 0 if the readers find nothing.
    """

    ids: tuple[int, ...]
    evidence: float


class Convolution(nn.Module):
    """The prefilter in floats, with dropout."""

    def __init__(self, words: Tensor) -> None:
        super().__init__()
        self.register_buffer("words", words)
        self.project = nn.Linear(words.shape[1], WIDTH, bias=False)
        self.filters = nn.Linear(WINDOW * WIDTH, CONTEXT_FILTERS + SENTENCE_FILTERS)
        self.weigh = nn.Linear(CONTEXT_FILTERS + SENTENCE_FILTERS, 1)

    def forward(self, ids: Tensor, parts: Tensor) -> Tensor:
        """Return the log odds of evidence.

        `ids`, of shape (sentences, tokens); `parts`: 1 for tokens of the sentence, 0 for its context, -1 after its end.
        """
        inputs = self.project(nn.functional.dropout(self.words[ids], DROPOUT / 2, self.training)) * (parts >= 0)[..., None]
        padded = pad(inputs, (0, 0, 1, 1))
        windows = torch.cat([padded[:, start : start + ids.shape[1]] for start in range(WINDOW)], dim=2)
        context, sentence = self.filters(windows).relu().split([CONTEXT_FILTERS, SENTENCE_FILTERS], dim=2)
        best = [(part * (parts == number)[..., None]).amax(1) for number, part in enumerate((context, sentence))]
        log_odds: Tensor = self.weigh(nn.functional.dropout(torch.cat(best, dim=1), DROPOUT, self.training))[:, 0]
        return log_odds


def read_texts(folder: Path) -> pl.DataFrame:
    """Read the invented passages, and the documents that pass the gate.

    `folder`: of the table `articles`. The result has the columns of `TEXTS_SCHEMA` and `title_length`.
    """
    passages = [add_title_length(read_gold(path).passages) for path in sorted(INVENTED.glob("batch-*.jsonl"))]
    articles = ARTICLES.conform(pl.concat(pl.read_parquet(path, glob=False) for path in sorted(folder.rglob("*.parquet"))))
    articles = articles.filter(~pl.col("article_id").map_elements(is_held_out, pl.Boolean()))
    return pl.concat([*passages, articles_to_texts(articles, judge(articles))])


def label(texts: pl.DataFrame) -> Iterator[Example]:
    """Yield each sentence with two countries, and what the readers find."""
    tokenizer = load_network().tokenizer
    groups = build_candidates(resolve_texts(texts.iter_rows()))
    collected = combine_readings(MODE, collect_readings(MODE, groups, threads=2))
    about = to_frame(groups, set(collected["candidate"]))
    evidence = score_evidence(add_relevance(add_doubts(collected, about), about), MODE)
    counted = pl.when(pl.col("modality") == "asserted").then("probability").otherwise(UNASSERTED)
    highest = dict(evidence.group_by("candidate").agg(counted.max().alias("counted")).iter_rows())
    for group in groups:
        yield Example(encode(tokenizer, group).ids, max(highest.get(row["candidate"], 0.0) for row in group))


def read_words() -> Tensor:
    """Return the main components of the encoder's words.

    Shape (token ids, `COMPONENTS`), with mean 0 and standard deviation 1.
    """
    arrays = {entry.name: numpy_helper.to_array(entry) for entry in onnx.load(ENCODER).graph.initializer}
    words = torch.from_numpy(arrays["embeddings.word_embeddings.weight"].astype(np.float32))
    words = words - words.mean(0)
    components = torch.linalg.eigh(words.T @ words).eigenvectors[:, -COMPONENTS:]
    projected = words @ components
    return projected / projected.std()


def to_tensors(examples: list[Example], separator: int) -> tuple[Tensor, Tensor]:
    """Convert sentences to `ids` and `parts` of `Convolution.forward`."""
    longest = max(len(example.ids) for example in examples)
    ids, parts = torch.zeros(len(examples), longest, dtype=torch.long), torch.full((len(examples), longest), -1)
    for row, example in enumerate(examples):
        sentence = example.ids.index(separator, example.ids.index(separator) + 1) + 1
        ids[row, : len(example.ids)] = torch.tensor(list(unify_marks(example.ids)))
        parts[row, :sentence], parts[row, sentence : len(example.ids)] = 0, 1
    return ids, parts


def learn(examples: list[Example], words: Tensor, separator: int) -> Convolution:
    """Train the network on sentences, in batches of similar length."""
    torch.manual_seed(0)
    network = Convolution(words)
    random = np.random.default_rng(0)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4)
    examples = sorted(examples, key=lambda example: len(example.ids))
    starts = np.arange(0, len(examples), BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * len(starts))
    for epoch in range(EPOCHS):
        total = 0.0
        for start in random.permutation(starts).tolist():
            batch = examples[start : start + BATCH]
            evidence = torch.tensor([example.evidence for example in batch])
            weight = torch.where(evidence > 0, WITH_EVIDENCE + BY_PROBABILITY * evidence, 1.0)
            loss = binary_cross_entropy_with_logits(network(*to_tensors(batch, separator)), (evidence > 0).float(), weight)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        sys.stderr.write(f"epoch {epoch + 1}: loss {total / len(examples):.4f}\n")
    return network.eval()


def quantize(network: Convolution) -> dict[str, NDArray[np.int64]]:
    """Convert the network to whole numbers, as `Prefilter` has them.

    Words and filters have 8 bits, each filter with its own scale; its weight makes up for that.
    """
    with torch.no_grad():
        words = network.project(network.words).numpy().astype(np.float64)
    filters, biases, weights = (
        tensor.detach().numpy().astype(np.float64) for tensor in (network.filters.weight.T, network.filters.bias, network.weigh.weight[0])
    )
    by_word = _LARGEST / np.quantile(np.abs(words), 0.9999)
    by_filter = _LARGEST / np.abs(filters).max(axis=0)
    scaled = weights / (by_word * by_filter)
    by_weight = 32_000 / np.abs(scaled).max()
    return {
        "words": np.clip(np.rint(words * by_word), -_LARGEST, _LARGEST).astype(np.int8),
        "filters": np.rint(filters * by_filter).astype(np.int8),
        "biases": np.rint(biases * by_word * by_filter).astype(np.int32),
        "context_filters": np.array(CONTEXT_FILTERS),
        "weights": np.rint(scaled * by_weight).astype(np.int32),
        "intercept": np.rint(network.weigh.bias.detach().numpy()[0] * by_weight).astype(np.int64),
        "unit": np.rint(by_weight).astype(np.int64),
    }


def main() -> None:
    """Read the texts, learn, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True)
    texts = read_texts(parser.parse_args().articles)
    examples: list[Example] = []
    for number, chunk in enumerate(texts.iter_slices(CHUNK_TEXTS)):
        examples += label(chunk)
        sys.stderr.write(f"{number * CHUNK_TEXTS + chunk.height:,} of {texts.height:,} texts read: {len(examples):,} sentences\n")
    separator = load_network().tokenizer.token_to_id("[SEP]")
    arrays = quantize(learn(examples, read_words(), separator))
    np.savez_compressed(WEIGHTS, **arrays)


if __name__ == "__main__":
    main()
