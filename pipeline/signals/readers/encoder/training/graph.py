# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["trade-tension-index", "onnx>=1.17"]
# [tool.uv.sources]
# trade-tension-index = { path = "../../../../../", editable = true }
# ///
"""Write the trained network as the ONNX graph that is shipped: equal bits on every processor with AVX2, and in every batch.

    git show 5e34380:pipeline/signals/readers/encoder/model/model.onnx > old.onnx
    uv run --script pipeline/signals/readers/encoder/training/graph.py old.onnx pipeline/signals/readers/encoder/model/model.onnx

Input is what `onnxruntime.quantization.quantize_dynamic` makes of the export of `train.py`. Its weights are kept as they are; the graph
around them is built here, for two reasons:

* Softmax of ONNX Runtime sums in another order with AVX-512 than with AVX2. Here the attention is `exp(scores) @ [values, 1]`, divided by
  its last column: one matrix product gives numerators and denominators, and matrix products are equal to the bit.
* Dynamic quantization takes its scales from everything that is run together. Here every input of a quantized layer has a fixed range:
  the widest over `CALIBRATED_ON` sentences of the training passages. Beyond it values saturate.

In the last layer only the marks and the first token are computed, since nothing else is read from it.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from pipeline.signals.gold import read_gold
from pipeline.signals.readers.encoder.encoding import Encoded
from pipeline.signals.readers.encoder.network import inputs
from pipeline.signals.readers.encoder.training.examples import examples

HERE = Path(__file__).resolve().parent
TRAINING = HERE.parents[2] / "training"
LAYERS, HEADS, WIDTH, LONGEST = 6, 12, 384, 384
HEAD_WIDTH = WIDTH // HEADS
CALIBRATED_ON = 2_000
# exp() of a score beyond this overflows or vanishes; the scores of the training sentences lie within 60
_SCORE_BOUND = 75.0
_NORM_EPSILON = 1e-12
_ORT = "com.microsoft"

Array = NDArray[Any]
Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Linear:
    """An 8-bit layer: integer weights (inputs, outputs), a scale and a bias for each output."""

    weights: Array
    scales: Array
    bias: Array

    def scaled(self, factor: float) -> "Linear":
        """The layer with its outputs multiplied by a factor."""
        return Linear(self.weights, self.scales * np.float32(factor), self.bias * np.float32(factor))

    def with_ones(self) -> "Linear":
        """The layer with one more output after those of each attention head, which is always 1."""
        return Linear(_after_each_head(self.weights, 0), _after_each_head(self.scales, 1), _after_each_head(self.bias, 1))


@dataclass(frozen=True)
class Weights:
    """The trained network by the names of its parts, as `train.py` has them."""

    arrays: Mapping[str, Array]
    linears: Mapping[str, Linear]


@dataclass
class _Graph:
    """A graph under construction. With `ranges` its linear layers work on 8-bit integers; without, on floats, and their inputs are
    outputs of the graph."""

    ranges: Ranges | None
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    inputs_of_layers: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def constant(self, name: str, value: Array | np.generic) -> str:
        """A named constant, stored once."""
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def axes(self, *values: int) -> str:
        """A constant of int64 values."""
        return self.constant("i" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def add(self, operator: str, *given: str, domain: str = "", **attributes: Any) -> str:
        """One node with one output; gives the name of the output."""
        return self.add_many(operator, 1, *given, domain=domain, **attributes)[0]

    def add_many(self, operator: str, outputs: int, *given: str, domain: str = "", **attributes: Any) -> list[str]:
        """One node with several outputs; gives their names."""
        self.counts[operator] += 1
        names = [f"{operator}_{self.counts[operator]}.{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, given, names, domain=domain, **attributes))
        return names

    def quantize(self, values: str, name: str) -> tuple[str, str]:
        """The input of layers called `name`, in 8 bits if ranges are known."""
        if self.ranges is None:
            self.inputs_of_layers[name] = values
            return values, name
        low, high = self.ranges[name]
        scale = (high - low) / 255
        step = self.constant(f"{name}.scale", np.float32(scale))
        return self.add("QuantizeLinear", values, step, self.constant(f"{name}.zero", np.uint8(round(-low / scale)))), name

    def linear(self, given: tuple[str, str], name: str, layer: Linear) -> str:
        """The float outputs of a linear layer for an input of `quantize`."""
        values, quantized_as = given
        bias = self.constant(f"{name}.bias", layer.bias.astype(np.float32))
        if self.ranges is None:
            whole = layer.weights.astype(np.float32) * layer.scales
            return self.add("Add", self.add("MatMul", values, self.constant(f"{name}.weights", whole.astype(np.float32))), bias)
        weights = self.constant(f"{name}.weights", layer.weights)
        scales = self.constant(f"{name}.scales", layer.scales.astype(np.float32))
        zero = self.constant(f"zero.{layer.scales.size}", np.zeros(layer.scales.size, dtype=np.int8))
        return self.add(
            "MatMulIntegerToFloat",
            *(values, weights, f"{quantized_as}.scale", scales, f"{quantized_as}.zero", zero, bias),
            domain=_ORT,
        )

    def at(self, values: str, places: str) -> str:
        """The rows of each sentence at its places."""
        return self.add("GatherND", values, places, batch_dims=1)


def _after_each_head(values: Array, filling: float) -> Array:
    """Per-output values with one more after every `HEAD_WIDTH` of the last axis."""
    by_head = values.reshape(*values.shape[:-1], HEADS, HEAD_WIDTH)
    last = np.full((*by_head.shape[:-1], 1), filling, dtype=values.dtype)
    return np.concatenate([by_head, last], axis=-1).reshape(*values.shape[:-1], -1)


def read_weights(path: Path) -> Weights:
    """The weights of a network that `train.py` exported and `quantize_dynamic` made 8-bit.

    A layer with a bias is found by its name; the three without one by their inputs: the first token goes to `whole`, what `actor` reads
    to `target` too, and the products of marks to `both`.
    """
    model = onnx.load(path)
    arrays = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    biases = {name: node for node in model.graph.node if node.op_type == "Add" for name in node.input if name.endswith(".bias")}
    made_by = {output: node for node in model.graph.node for output in node.output}
    products = [node for node in model.graph.node if node.op_type == "MatMulInteger"]
    linears: dict[str, Linear] = {}
    inputs_of: dict[str, str] = {}
    for name, node in biases.items():
        product = _product_behind(made_by, node)
        if product is not None:
            layer = name.removesuffix(".bias").removeprefix("base.")
            inputs_of[layer] = product.input[0]
            linears[layer] = _linear(arrays, product, arrays[name])
            products.remove(product)
    for product in products:
        source = made_by[product.input[0]].input[0]
        name = "target" if product.input[0] == inputs_of["actor"] else "both" if made_by[source].op_type == "Mul" else "whole"
        linears[name] = _linear(arrays, product, np.zeros(WIDTH, dtype=np.float32))
    return Weights(arrays, linears)


def _product_behind(made_by: Mapping[str, Any], add: Any) -> Any:
    """The integer product whose scaled result a node adds a bias to: Add <- Mul <- Cast <- MatMulInteger."""
    for name in add.input:
        node = made_by.get(name)
        for expected in ("Mul", "Cast", "MatMulInteger"):
            if node is None or node.op_type != expected:
                break
            if expected == "MatMulInteger":
                return node
            node = made_by.get(node.input[0])
    return None


def _linear(arrays: Mapping[str, Array], product: Any, bias: Array) -> Linear:
    name = product.input[1].removesuffix("_quantized")
    if arrays[f"{name}_zero_point"].any():
        raise ValueError(f"the weights {name} are not symmetric; quantize them with QuantType.QInt8")
    return Linear(arrays[f"{name}_quantized"], arrays[f"{name}_scale"], bias)


def build(weights: Weights, ranges: Ranges | None) -> Any:
    """The network as an ONNX model: `ids` (sentences, tokens) and `places` (sentences, 1 + marks) to `logits` (sentences, marks, marks,
    answers). The first place is that of the first token, which stands for the whole sentence. All sentences of a batch have the same
    number of tokens. With `ranges` None it is the float network for calibration, and every layer's input is an output too."""
    graph = _Graph(ranges)
    places = graph.add("Unsqueeze", "places", graph.axes(2))
    states = _embed(graph, weights)
    for number in range(LAYERS):
        states = _layer(graph, weights, number, states, places if number == LAYERS - 1 else None)
    logits = _judge_pairs(graph, weights, states)
    graph.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    for name, values in graph.inputs_of_layers.items():
        graph.nodes.append(helper.make_node("Identity", [values], [name]))
    lengths = {"ids": "tokens", "places": "places"}
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["sentences", length]) for name, length in lengths.items()]
    shown = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("logits", *graph.inputs_of_layers)]
    parts = helper.make_graph(graph.nodes, "encoder", given, shown, list(graph.constants.values()))
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_ORT, 1)]
    return helper.make_model(parts, opset_imports=opsets, ir_version=10, producer_name="trade-tension-index")


def _embed(graph: _Graph, weights: Weights) -> str:
    name = "embeddings.word_embeddings.weight"
    words, scale, zero = (weights.arrays[f"base.{name}_{part}"] for part in ("quantized", "scale", "zero_point"))
    rows = graph.add("Gather", graph.constant(name, words), "ids")
    vectors = graph.add("DequantizeLinear", rows, graph.constant(f"{name}.scale", scale), graph.constant(f"{name}.zero", zero))
    kinds = _table(weights, "token_type_embeddings")[0]  # the model was trained with one kind of token
    positions = graph.constant("positions", _table(weights, "position_embeddings")[:LONGEST] + kinds)
    length = graph.add("Shape", "ids", start=1, end=2)
    used = graph.add("Slice", positions, graph.axes(0), length, graph.axes(0))
    return _normalize(graph, weights, "embeddings.LayerNorm", graph.add("Add", vectors, used))


def _table(weights: Weights, name: str) -> Array:
    values, scale, zero = (weights.arrays[f"base.embeddings.{name}.weight_{part}"] for part in ("quantized", "scale", "zero_point"))
    return ((values.astype(np.int32) - int(zero)) * scale).astype(np.float32)


def _normalize(graph: _Graph, weights: Weights, name: str, values: str) -> str:
    gain, shift = (graph.constant(f"{name}.{part}", weights.arrays[f"base.{name}.{part}"]) for part in ("weight", "bias"))
    return graph.add("LayerNormalization", values, gain, shift, axis=-1, epsilon=_NORM_EPSILON)


def _layer(graph: _Graph, weights: Weights, number: int, states: str, places: str | None) -> str:
    """One layer of the transformer; with `places` for these places alone."""
    name = f"encoder.layer.{number}"
    linears = weights.linears
    read, as_name = graph.quantize(states, f"{name}.attention")
    kept = graph.at(states, places) if places else states
    asking = graph.at(read, places) if places and graph.ranges else kept if places else read
    queries = linears[f"{name}.attention.self.query"].scaled(1 / math.sqrt(HEAD_WIDTH))
    values = linears[f"{name}.attention.self.value"].with_ones()
    query = _by_head(graph, graph.linear((asking, as_name), f"{name}.query", queries), HEAD_WIDTH, (0, 2, 1, 3))
    key = graph.linear((read, as_name), f"{name}.key", linears[f"{name}.attention.self.key"])
    value = _by_head(graph, graph.linear((read, as_name), f"{name}.value", values), HEAD_WIDTH + 1, (0, 2, 1, 3))
    scores = graph.add("MatMul", query, _by_head(graph, key, HEAD_WIDTH, (0, 2, 3, 1)))
    bounds = (graph.constant(f"score.{sign}", np.float32(sign * _SCORE_BOUND)) for sign in (-1, 1))
    sums = graph.add("MatMul", graph.add("Exp", graph.add("Clip", scores, *bounds)), value)
    above, below = graph.add_many("Split", 2, sums, graph.axes(HEAD_WIDTH, 1), axis=-1)
    mixed = graph.add("Transpose", graph.add("Div", above, below), perm=[0, 2, 1, 3])
    context = graph.quantize(graph.add("Reshape", mixed, graph.axes(0, 0, WIDTH)), f"{name}.context")
    attended = graph.linear(context, f"{name}.attention.output", linears[f"{name}.attention.output.dense"])
    middle = _normalize(graph, weights, f"{name}.attention.output.LayerNorm", graph.add("Add", attended, kept))
    wide = graph.linear(graph.quantize(middle, f"{name}.middle"), f"{name}.intermediate", linears[f"{name}.intermediate.dense"])
    bent = graph.quantize(graph.add("Gelu", wide), f"{name}.bent")
    narrow = graph.linear(bent, f"{name}.output", linears[f"{name}.output.dense"])
    return _normalize(graph, weights, f"{name}.output.LayerNorm", graph.add("Add", narrow, middle))


def _by_head(graph: _Graph, values: str, width: int, order: tuple[int, ...]) -> str:
    return graph.add("Transpose", graph.add("Reshape", values, graph.axes(0, 0, HEADS, width)), perm=list(order))


def _judge_pairs(graph: _Graph, weights: Weights, states: str) -> str:
    """The head: every ordered pair of marks (rows 1 and on of `states`) and the whole sentence (row 0)."""
    linears = weights.linears
    whole = graph.add("Slice", states, graph.axes(0), graph.axes(1), graph.axes(1))
    marks = graph.add("Slice", states, graph.axes(1), graph.axes(LONGEST), graph.axes(1))
    first, second = graph.add("Unsqueeze", marks, graph.axes(2)), graph.add("Unsqueeze", marks, graph.axes(1))
    read = graph.quantize(marks, "marks")
    actor = graph.add(
        "Add", graph.linear(read, "actor", linears["actor"]), graph.linear(graph.quantize(whole, "sentence"), "whole", linears["whole"])
    )
    target = graph.add("Unsqueeze", graph.linear(read, "target", linears["target"]), graph.axes(1))
    both = graph.linear(graph.quantize(graph.add("Mul", first, second), "products"), "both", linears["both"])
    pairs = graph.add("Add", graph.add("Add", graph.add("Unsqueeze", actor, graph.axes(2)), target), both)
    return graph.linear(graph.quantize(graph.add("Gelu", pairs), "pairs"), "answer", linears["answer"])


def measure_ranges(weights: Weights, sentences: Iterable[Encoded]) -> dict[str, tuple[float, float]]:
    """The widest range of every layer's input over sentences, run through the float network."""
    model = build(weights, None)
    names = [entry.name for entry in model.graph.output[1:]]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    for encoded in sentences:
        found = session.run(names, inputs([encoded]))
        low = np.minimum(low, [values.min() for values in found])
        high = np.maximum(high, [values.max() for values in found])
    return dict(zip(names, zip(low.tolist(), high.tolist(), strict=True), strict=True))


def write(source: Path, target: Path, sentences: Sequence[Encoded]) -> None:
    """Write the shipped form of an exported 8-bit network, its ranges taken from `CALIBRATED_ON` of the sentences, evenly spread."""
    weights = read_weights(source)
    chosen = sentences[:: max(1, len(sentences) // CALIBRATED_ON)]
    onnx.save(build(weights, measure_ranges(weights, chosen)), target)


def main() -> None:
    """Read an exported network and write it in the form that is shipped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the exported 8-bit network")
    parser.add_argument("target", type=Path, help="where the shipped model goes")
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(HERE.parent / "model" / "tokenizer.json"))
    found = examples(read_gold(*sorted(TRAINING.glob("*.jsonl"))), tokenizer)
    write(options.source, options.target, [example.encoded for example in found])


if __name__ == "__main__":
    main()
