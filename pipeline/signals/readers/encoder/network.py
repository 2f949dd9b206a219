"""The model file: a small transformer in 8-bit arithmetic, run by ONNX Runtime.

Belongs here: loading the model and running it on sentences. Does not: what goes in (`encoding.py`) or what comes out (`reading.py`).
Results are equal to the bit in any batch and on every x86-64 processor with AVX2; `training/graph.py` says why.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import TensionError
from pipeline.signals.readers.encoder.encoding import Encoded

WHAT_TO_INSTALL = "the packages onnxruntime and tokenizers"
# more in one batch no longer fit into the cache of a core
TOKENS_AT_ONCE = 300
_FOLDER = files("pipeline.signals.readers.encoder") / "model"

Logits = NDArray[np.float32]


class EncoderMissingError(TensionError, RuntimeError):
    """The encoder cannot be loaded; the message says what to install."""


@dataclass(frozen=True, eq=False)
class Network:
    """A loaded model. `heads` gives for each head its words, in the order in which `logits` has them."""

    session: Any
    tokenizer: Any
    heads: Mapping[str, tuple[str, ...]]
    version: str

    def logits(self, sentences: Sequence[Encoded], run: Callable[..., Iterable[Logits]] = map) -> list[Logits]:
        """Raw scores of each sentence for every ordered pair of its places, of shape (places, places, words of all heads).

        Equal sentences are read once. `run` applies a function to batches, in order: `map`, or that of a thread pool.
        """
        distinct = list({(encoded.ids, encoded.places): encoded for encoded in sentences}.values())
        batches = list(batches_of_equal_length(distinct))
        results = run(self._run, ([distinct[number] for number in batch] for batch in batches))
        found: dict[tuple[tuple[int, ...], tuple[int, ...]], Logits] = {}
        for batch, logits in zip(batches, results, strict=True):
            for row, number in enumerate(batch):
                ids, places = distinct[number].ids, distinct[number].places
                found[ids, places] = logits[row, : len(places), : len(places)]
        return [found[encoded.ids, encoded.places] for encoded in sentences]

    def _run(self, batch: Sequence[Encoded]) -> Logits:
        logits: Logits = self.session.run(["logits"], inputs(batch))[0]
        return logits

    def slices(self) -> dict[str, slice]:
        """Where each head is in the last dimension of `logits`."""
        ends = np.cumsum([len(words) for words in self.heads.values()]).tolist()
        return {name: slice(end - len(words), end) for (name, words), end in zip(self.heads.items(), ends, strict=True)}


def inputs(batch: Sequence[Encoded]) -> dict[str, NDArray[np.int64]]:
    """Sentences of equal length as the model's inputs: token ids, and the places of the first token and the marks."""
    places = np.zeros((len(batch), 1 + max(len(encoded.places) for encoded in batch)), dtype=np.int64)
    for row, encoded in enumerate(batch):
        places[row, 1 : 1 + len(encoded.places)] = encoded.places
    return {"ids": np.array([encoded.ids for encoded in batch], dtype=np.int64), "places": places}


def batches_of_equal_length(sentences: Sequence[Encoded]) -> Iterator[list[int]]:
    """The numbers of sentences in batches of one length each, so that nothing is padded; at most `TOKENS_AT_ONCE` tokens together."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for number, encoded in enumerate(sentences):
        by_length[len(encoded.ids)].append(number)
    for length, numbers in sorted(by_length.items()):
        size = max(1, TOKENS_AT_ONCE // length)
        yield from (numbers[start : start + size] for start in range(0, len(numbers), size))


@cache
def load() -> Network:
    """The shipped model, loaded once a process. `EncoderMissingError` where a package or the model file is missing."""
    try:
        import onnxruntime  # noqa: PLC0415 optional: the rules read without it
        from tokenizers import Tokenizer  # noqa: PLC0415 likewise
    except ImportError as error:
        raise EncoderMissingError(f"the encoder needs {WHAT_TO_INSTALL}, and {error.name} is not installed") from error
    if not (_FOLDER / "model.onnx").is_file():
        raise EncoderMissingError(f"the encoder's model file {_FOLDER / 'model.onnx'} is missing; install the package again")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # the graph is run as written: which of its nodes are fused depends on the release of ONNX Runtime, and changes results
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    with as_file(_FOLDER / "model.onnx") as path:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    about = json.loads((_FOLDER / "model.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_str((_FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
    return Network(session, tokenizer, {name: tuple(words) for name, words in about["heads"].items()}, about["version"])
