"""Read the weights of a `model.onnx` back for further training.

The inverse of `graph.py`, up to the rounding of its 8-bit weights.
"""

import math
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

_HEADS, _HEAD_SIZE, _VALUE_COLUMNS = 12, 32, 33

Stored = dict[str, NDArray[np.float32]]


def read_weights(model: Path, like: dict[str, Tensor]) -> dict[str, Tensor]:
    """Read the weights of `model.onnx` as a network state.

    `like` is such a state; it gives the names, and the values that the model does not have, such as embeddings of later positions. It is
    not changed. Raises `ValueError` if a weight of the model has another shape than in `like`.
    """
    stored = {entry.name: numpy_helper.to_array(entry) for entry in onnx.load(model).graph.initializer}
    table = "embeddings.word_embeddings.weight"
    positions = like["base.embeddings.position_embeddings.weight"].numpy().copy()
    positions[: len(stored["positions"])] = stored["positions"]
    read = {
        f"base.{table}": (stored[table].astype(np.float32) - int(stored[f"{table}.zero"][0])) * stored[f"{table}.scale"][0],
        "base.embeddings.position_embeddings.weight": positions,
        # The graph adds the types of tokens to their positions.
        "base.embeddings.token_type_embeddings.weight": np.zeros_like(like["base.embeddings.token_type_embeddings.weight"].numpy()),
        **{f"base.embeddings.LayerNorm.{part}": stored[f"embeddings.LayerNorm.{part}"] for part in ("weight", "bias")},
    }
    for layer in range(sum(name.endswith(".query.scales") for name in stored)):
        read |= _read_layer(stored, f"encoder.layer.{layer}.")
    for name in ("actor", "target", "whole", "both", "answer"):
        read |= _name_parts(name, _read_linear(stored, name))
    state = like | {name: torch.tensor(values) for name, values in read.items() if name in like}
    wrong = [name for name, values in state.items() if values.shape != like[name].shape]
    if wrong:
        raise ValueError(f"{model}: the shapes of {', '.join(wrong)} are not those of the network")
    return state


def _read_layer(stored: Stored, source: str) -> Stored:
    """Read the weights of a layer; return them by name.

    The names are those of the network's `state_dict`. `source`: the beginning of their names in `model.onnx`, as `encoder.layer.0.`.
    """
    # `graph.py` divides the query by the root of the head's size, and adds a column of ones to each head's values: undo both.
    scale, width = math.sqrt(_HEAD_SIZE), _HEADS * _HEAD_SIZE
    query, query_bias = _read_linear(stored, f"{source}query")
    value, value_bias = _read_linear(stored, f"{source}value")
    linears = {
        "attention.self.query": (query * scale, query_bias * scale),
        "attention.self.key": _read_linear(stored, f"{source}key"),
        "attention.self.value": (
            value.reshape(_HEADS, _VALUE_COLUMNS, width)[:, :_HEAD_SIZE].reshape(width, width),
            value_bias.reshape(_HEADS, _VALUE_COLUMNS)[:, :_HEAD_SIZE].reshape(width),
        ),
        "attention.output.dense": _read_linear(stored, f"{source}attention.output"),
        "intermediate.dense": _read_linear(stored, f"{source}intermediate"),
        "output.dense": _read_linear(stored, f"{source}output"),
    }
    parts = [_name_parts(f"base.{source}{name}", weights) for name, weights in linears.items()]
    norms = [f"{source}{norm}.{part}" for norm in ("attention.output.LayerNorm", "output.LayerNorm") for part in ("weight", "bias")]
    return {name: values for part in parts for name, values in part.items()} | {f"base.{name}": stored[name] for name in norms}


def _read_linear(stored: Stored, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read weights, of shape (outputs, inputs), and bias of a linear layer.

    `stored`: arrays of the model file by name; `name`: that of the layer.
    """
    weights = stored[f"{name}.weights"].astype(np.float32) * stored[f"{name}.scales"]
    return weights.T, stored[f"{name}.bias"]


def _name_parts(name: str, parts: tuple[NDArray[np.float32], NDArray[np.float32]]) -> Stored:
    """Return weights and bias of a layer, named as in the network."""
    return {f"{name}.weight": parts[0].copy(), f"{name}.bias": parts[1].copy()}
