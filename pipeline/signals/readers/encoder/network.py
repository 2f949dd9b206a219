"""The model file: a small transformer, 8-bit, run by ONNX Runtime on one thread.

Belongs here: loading the model and running it on one sentence. Does not: what goes in (`encoding.py`) or what comes out (`reading.py`).
One sentence at a time: the scale of 8-bit numbers depends on all that is run together, so that batches would change the results.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.signals.readers.encoder.encoding import COUNTRIES, Encoded

WHAT_TO_INSTALL = "the packages onnxruntime and tokenizers"
_FOLDER = files("pipeline.signals.readers.encoder") / "model"


class EncoderMissingError(RuntimeError):
    """The encoder cannot be loaded; the message says what to install."""


@dataclass(frozen=True, eq=False)
class Network:
    """A loaded model. `heads` gives for each head its words, in the order in which `answers` has them."""

    session: Any
    tokenizer: Any
    heads: Mapping[str, tuple[str, ...]]
    version: str

    def answers(self, encoded: Encoded) -> NDArray[np.float32]:
        """Raw scores (logits) for every ordered pair of places, of shape (places, places, words of all heads)."""
        count = len(encoded.places)
        places = np.zeros((1, COUNTRIES + 1), dtype=np.int64)
        places[0, :count] = encoded.places
        ids = np.array([encoded.ids], dtype=np.int64)
        (logits,) = self.session.run(None, {"ids": ids, "attention": np.ones_like(ids), "places": places})
        found: NDArray[np.float32] = logits[0, :count, :count]
        return found

    def slices(self) -> dict[str, slice]:
        """Where each head stands in the last dimension of `answers`."""
        ends = np.cumsum([len(words) for words in self.heads.values()]).tolist()
        return {name: slice(end - len(words), end) for (name, words), end in zip(self.heads.items(), ends, strict=True)}


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
    with as_file(_FOLDER / "model.onnx") as path:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    about = json.loads((_FOLDER / "model.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_str((_FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
    return Network(session, tokenizer, {name: tuple(words) for name, words in about["heads"].items()}, about["version"])
