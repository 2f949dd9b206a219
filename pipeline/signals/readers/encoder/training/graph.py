# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["trade-tension-index", "onnx>=1.17"]
# [tool.uv.sources]
# trade-tension-index = { path = "../../../../../", editable = true }
# ///
"""Write the trained network as the shipped ONNX graph.

Its results are bit-identical on every processor with AVX2 and in every batch.

    git show 5e34380:pipeline/signals/readers/encoder/model/model.onnx > old.onnx
    uv run --script pipeline/signals/readers/encoder/training/graph.py old.onnx pipeline/signals/readers/encoder/model/model.onnx

The input is the output of `onnxruntime.quantization.quantize_dynamic` on the export of `train.py`. The weights stay the same; the graph
is rebuilt for two reasons:

* ONNX Runtime's Softmax sums in a different order with AVX-512 than with AVX2. Here attention is `exp(scores) @ [values, 1]` divided by
  its last column: one matrix product gives numerators and denominators, and matrix products are bit-identical.
* Dynamic quantization computes its scales from the whole batch. Here every input of a quantized layer has a fixed range, the widest over at
  least `CALIBRATION_SENTENCES` sentences of the training passages; values beyond it saturate.

The last layer is computed only for the marks (tokens of the countries and of all partners) and the first token, since the head uses no
other states.
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
from pipeline.signals.readers.encoder.network import to_inputs
from pipeline.signals.readers.encoder.training.examples import make_examples

HERE = Path(__file__).resolve().parent
TRAINING = HERE.parents[2] / "training"
LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 384
HEAD_WIDTH = WIDTH // HEADS
CALIBRATION_SENTENCES = 2_000
# Bound of attention scores, so that exp() neither overflows nor vanishes; the scores of the training sentences are within 60.
_SCORE_BOUND = 75.0
_NORM_EPSILON = 1e-12
_ORT = "com.microsoft"

Array = NDArray[Any]
Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Linear:
    """A linear layer with 8-bit integer weights.

    `weights` has shape (inputs, outputs); there is a scale and a bias for each output.
    """

    weights: Array
    scales: Array
    bias: Array

    def scale(self, factor: float) -> "Linear":
        """Return the layer with its outputs multiplied by a factor."""
        return Linear(self.weights, self.scales * np.float32(factor), self.bias * np.float32(factor))

    def append_ones(self) -> "Linear":
        """Return the layer with a constant output 1 after each attention head.

        A head has `HEAD_WIDTH` outputs.
        """
        return Linear(_append_to_heads(self.weights, 0), _append_to_heads(self.scales, 1), _append_to_heads(self.bias, 1))


@dataclass(frozen=True)
class Weights:
    """The weights of the trained network by name.

    `arrays`: all arrays of the exported file; `linears`: the linear layers, named as in `pairs.py`, without `base.`.
    """

    arrays: Mapping[str, Array]
    linears: Mapping[str, Linear]


@dataclass
class _Graph:
    """A graph under construction.

    With `ranges` the linear layers use 8-bit integers. Without, they use floats, and their inputs are outputs of the graph.
    """

    ranges: Ranges | None
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    inputs_of_layers: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add_constant(self, name: str, value: Array | np.generic) -> str:
        """Add a named constant and return its name.

        If a constant has this name already, it is not replaced, and `value` is ignored.
        """
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add_axes(self, *values: int) -> str:
        """Add a constant of int64 values and return its name."""
        return self.add_constant("i" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node of an ONNX operator; return its output's name.

        `inputs`: names of its inputs; `domain`: that of the operator, empty for ONNX's own.
        """
        return self.add_many(operator, 1, *inputs, domain=domain, **attributes)[0]

    def add_many(self, operator: str, outputs: int, *inputs: str, domain: str = "", **attributes: Any) -> list[str]:
        """Add a node with several `outputs` (their number), and return their names.

        Other arguments are as in `add`.
        """
        self.counts[operator] += 1
        names = [f"{operator}_{self.counts[operator]}.{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, domain=domain, **attributes))
        return names

    def quantize(self, values: str, name: str) -> tuple[str, str]:
        """Add nodes that convert the input of layers to 8 bits.

        `values`: name of the input; `name`: of its range. Returns the names of the 8-bit values and of the range. Without `ranges` no node
        is added: the input becomes the output `name` of the graph, and `values` is returned instead of the 8-bit values.
        """
        if self.ranges is None:
            self.inputs_of_layers[name] = values
            return values, name
        low, high = self.ranges[name]
        scale = (high - low) / 255
        step = self.add_constant(f"{name}.scale", np.float32(scale))
        return self.add("QuantizeLinear", values, step, self.add_constant(f"{name}.zero", np.uint8(round(-low / scale)))), name

    def add_linear(self, quantized: tuple[str, str], name: str, layer: Linear) -> str:
        """Add a linear layer and return the name of its float output.

        `quantized` is a result of `quantize`. With `ranges` the product is of 8-bit integers, without of floats.
        """
        values, range_name = quantized
        bias = self.add_constant(f"{name}.bias", layer.bias.astype(np.float32))
        if self.ranges is None:
            weights = layer.weights.astype(np.float32) * layer.scales
            return self.add("Add", self.add("MatMul", values, self.add_constant(f"{name}.weights", weights.astype(np.float32))), bias)
        integers = self.add_constant(f"{name}.weights", layer.weights)
        scales = self.add_constant(f"{name}.scales", layer.scales.astype(np.float32))
        zero = self.add_constant(f"zero.{layer.scales.size}", np.zeros(layer.scales.size, dtype=np.int8))
        return self.add(
            "MatMulIntegerToFloat",
            *(values, integers, f"{range_name}.scale", scales, f"{range_name}.zero", zero, bias),
            domain=_ORT,
        )

    def gather(self, values: str, places: str) -> str:
        """Add a node that selects `values` at each sentence's places."""
        return self.add("GatherND", values, places, batch_dims=1)


def _append_to_heads(values: Array, filling: float) -> Array:
    """Append `filling` to each attention head's `HEAD_WIDTH` values (last axis)."""
    by_head = values.reshape(*values.shape[:-1], HEADS, HEAD_WIDTH)
    last = np.full((*by_head.shape[:-1], 1), filling, dtype=values.dtype)
    return np.concatenate([by_head, last], axis=-1).reshape(*values.shape[:-1], -1)


def read_weights(path: Path) -> Weights:
    """Read the weights of an exported 8-bit network.

    The network was exported by `train.py` and converted by `quantize_dynamic`. Layers with a bias are identified by its name, the three
    layers of the head that have none by their inputs: `whole` reads the first token, `target` the same input as `actor`, and `both` the
    products of marks.
    """
    model = onnx.load(path)
    arrays = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    biases = {name: node for node in model.graph.node if node.op_type == "Add" for name in node.input if name.endswith(".bias")}
    producers = {output: node for node in model.graph.node for output in node.output}
    products = [node for node in model.graph.node if node.op_type == "MatMulInteger"]
    linears: dict[str, Linear] = {}
    inputs_of: dict[str, str] = {}
    for name, node in biases.items():
        product = _find_product(producers, node)
        if product is not None:
            layer = name.removesuffix(".bias").removeprefix("base.")
            inputs_of[layer] = product.input[0]
            linears[layer] = _read_linear(arrays, product, arrays[name])
            products.remove(product)
    for product in products:
        source = producers[product.input[0]].input[0]
        name = "target" if product.input[0] == inputs_of["actor"] else "both" if producers[source].op_type == "Mul" else "whole"
        linears[name] = _read_linear(arrays, product, np.zeros(WIDTH, dtype=np.float32))
    return Weights(arrays, linears)


def _find_product(producers: Mapping[str, Any], add: Any) -> Any:
    """Find the integer product to which a node (`add`) adds a bias.

    `producers`: nodes by their outputs. The nodes are Add <- Mul <- Cast <- MatMulInteger; None if they are others.
    """
    for name in add.input:
        node = producers.get(name)
        for expected in ("Mul", "Cast", "MatMulInteger"):
            if node is None or node.op_type != expected:
                break
            if expected == "MatMulInteger":
                return node
            node = producers.get(node.input[0])
    return None


def _read_linear(arrays: Mapping[str, Array], product: Any, bias: Array) -> Linear:
    """Read the weights and scales of an integer product.

    Raises `ValueError` if they are not symmetric.
    """
    name = product.input[1].removesuffix("_quantized")
    if arrays[f"{name}_zero_point"].any():
        raise ValueError(f"the weights {name} are not symmetric; quantize them with QuantType.QInt8")
    return Linear(arrays[f"{name}_quantized"], arrays[f"{name}_scale"], bias)


def build_model(weights: Weights, ranges: Ranges | None) -> Any:
    """Build the network as an ONNX model.

    Inputs are `ids` (sentences, tokens) and `places` (sentences, 1 + marks), output is `logits` (sentences, marks, marks, labels). The
    first place is the first token, whose state represents the sentence. All sentences of a batch have the same number of tokens. With
    `ranges` None it is the float network for calibration, and the inputs of all layers are outputs too.
    """
    graph = _Graph(ranges)
    places = graph.add("Unsqueeze", "places", graph.add_axes(2))
    states = _add_embedding(graph, weights)
    for number in range(LAYERS):
        states = _add_layer(graph, weights, number, states, places if number == LAYERS - 1 else None)
    logits = _add_head(graph, weights, states)
    graph.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    for name, values in graph.inputs_of_layers.items():
        graph.nodes.append(helper.make_node("Identity", [values], [name]))
    lengths = {"ids": "tokens", "places": "places"}
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["sentences", length]) for name, length in lengths.items()]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("logits", *graph.inputs_of_layers)]
    parts = helper.make_graph(graph.nodes, "encoder", inputs, outputs, list(graph.constants.values()))
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_ORT, 1)]
    return helper.make_model(parts, opset_imports=opsets, ir_version=10, producer_name="trade-tension-index")


def _add_embedding(graph: _Graph, weights: Weights) -> str:
    """Add the normalized sum of the embeddings of words and positions.

    Returns the name of its output.
    """
    name = "embeddings.word_embeddings.weight"
    words, scale, zero = (weights.arrays[f"base.{name}_{part}"] for part in ("quantized", "scale", "zero_point"))
    rows = graph.add("Gather", graph.add_constant(name, words), "ids")
    vectors = graph.add("DequantizeLinear", rows, graph.add_constant(f"{name}.scale", scale), graph.add_constant(f"{name}.zero", zero))
    kinds = _read_table(weights, "token_type_embeddings")[0]  # The model was trained with one token type.
    positions = graph.add_constant("positions", _read_table(weights, "position_embeddings")[:MAX_TOKENS] + kinds)
    length = graph.add("Shape", "ids", start=1, end=2)
    used = graph.add("Slice", positions, graph.add_axes(0), length, graph.add_axes(0))
    return _add_norm(graph, weights, "embeddings.LayerNorm", graph.add("Add", vectors, used))


def _read_table(weights: Weights, name: str) -> Array:
    """Read the table of embeddings `name`, stored in 8 bits, as floats."""
    values, scale, zero = (weights.arrays[f"base.embeddings.{name}.weight_{part}"] for part in ("quantized", "scale", "zero_point"))
    return ((values.astype(np.int32) - int(zero)) * scale).astype(np.float32)


def _add_norm(graph: _Graph, weights: Weights, name: str, values: str) -> str:
    """Add a layer normalization of `values`; return the name of its output.

    `name`: of its weights. `values`: name of its input.
    """
    gain, shift = (graph.add_constant(f"{name}.{part}", weights.arrays[f"base.{name}.{part}"]) for part in ("weight", "bias"))
    return graph.add("LayerNormalization", values, gain, shift, axis=-1, epsilon=_NORM_EPSILON)


def _add_layer(graph: _Graph, weights: Weights, number: int, states: str, places: str | None) -> str:
    """Add a layer of the transformer; return the name of its states.

    `states`: name of its input, the states of the layer before; `number`: that of the layer, from 0. With `places` only the states of these
    tokens are computed; they still attend to all tokens.
    """
    name = f"encoder.layer.{number}"
    linears = weights.linears
    quantized, range_name = graph.quantize(states, f"{name}.attention")
    selected = graph.gather(states, places) if places else states
    query_states = graph.gather(quantized, places) if places and graph.ranges else selected if places else quantized
    queries = linears[f"{name}.attention.self.query"].scale(1 / math.sqrt(HEAD_WIDTH))
    values = linears[f"{name}.attention.self.value"].append_ones()
    query = _split_heads(graph, graph.add_linear((query_states, range_name), f"{name}.query", queries), HEAD_WIDTH, (0, 2, 1, 3))
    key = graph.add_linear((quantized, range_name), f"{name}.key", linears[f"{name}.attention.self.key"])
    value = _split_heads(graph, graph.add_linear((quantized, range_name), f"{name}.value", values), HEAD_WIDTH + 1, (0, 2, 1, 3))
    scores = graph.add("MatMul", query, _split_heads(graph, key, HEAD_WIDTH, (0, 2, 3, 1)))
    bounds = (graph.add_constant(f"score.{sign}", np.float32(sign * _SCORE_BOUND)) for sign in (-1, 1))
    sums = graph.add("MatMul", graph.add("Exp", graph.add("Clip", scores, *bounds)), value)
    numerator, denominator = graph.add_many("Split", 2, sums, graph.add_axes(HEAD_WIDTH, 1), axis=-1)
    mixed = graph.add("Transpose", graph.add("Div", numerator, denominator), perm=[0, 2, 1, 3])
    context = graph.quantize(graph.add("Reshape", mixed, graph.add_axes(0, 0, WIDTH)), f"{name}.context")
    attended = graph.add_linear(context, f"{name}.attention.output", linears[f"{name}.attention.output.dense"])
    middle = _add_norm(graph, weights, f"{name}.attention.output.LayerNorm", graph.add("Add", attended, selected))
    wide = graph.add_linear(graph.quantize(middle, f"{name}.middle"), f"{name}.intermediate", linears[f"{name}.intermediate.dense"])
    bent = graph.quantize(graph.add("Gelu", wide), f"{name}.bent")
    narrow = graph.add_linear(bent, f"{name}.output", linears[f"{name}.output.dense"])
    return _add_norm(graph, weights, f"{name}.output.LayerNorm", graph.add("Add", narrow, middle))


def _split_heads(graph: _Graph, values: str, width: int, order: tuple[int, ...]) -> str:
    """Split the last axis into attention heads; reorder the axes.

    `width`: size of a head.
    """
    return graph.add("Transpose", graph.add("Reshape", values, graph.add_axes(0, 0, HEADS, width)), perm=list(order))


def _add_head(graph: _Graph, weights: Weights, states: str) -> str:
    """Add the output layers, which score every ordered pair of marks.

    Row 0 of `states` is the sentence, the other rows are the marks (tokens of its countries and of all partners). Returns the name of the
    logits, of shape (sentences, actors, targets, labels).
    """
    linears = weights.linears
    whole = graph.add("Slice", states, graph.add_axes(0), graph.add_axes(1), graph.add_axes(1))
    marks = graph.add("Slice", states, graph.add_axes(1), graph.add_axes(MAX_TOKENS), graph.add_axes(1))
    first, second = graph.add("Unsqueeze", marks, graph.add_axes(2)), graph.add("Unsqueeze", marks, graph.add_axes(1))
    quantized = graph.quantize(marks, "marks")
    actor = graph.add(
        "Add",
        graph.add_linear(quantized, "actor", linears["actor"]),
        graph.add_linear(graph.quantize(whole, "sentence"), "whole", linears["whole"]),
    )
    target = graph.add("Unsqueeze", graph.add_linear(quantized, "target", linears["target"]), graph.add_axes(1))
    both = graph.add_linear(graph.quantize(graph.add("Mul", first, second), "products"), "both", linears["both"])
    pairs = graph.add("Add", graph.add("Add", graph.add("Unsqueeze", actor, graph.add_axes(2)), target), both)
    return graph.add_linear(graph.quantize(graph.add("Gelu", pairs), "pairs"), "answer", linears["answer"])


def measure_ranges(weights: Weights, sentences: Iterable[Encoded]) -> dict[str, tuple[float, float]]:
    """Measure the range of every layer's input with the float network.

    Returns the lowest and highest value over all sentences, by the name of the input.
    """
    model = build_model(weights, None)
    names = [entry.name for entry in model.graph.output[1:]]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    for encoded in sentences:
        values = session.run(names, to_inputs([encoded]))
        low = np.minimum(low, [one.min() for one in values])
        high = np.maximum(high, [one.max() for one in values])
    return dict(zip(names, zip(low.tolist(), high.tolist(), strict=True), strict=True))


def write_model(source: Path, target: Path, sentences: Sequence[Encoded]) -> None:
    """Write an exported 8-bit network as the shipped model.

    Ranges are measured on evenly spaced sentences, at least `CALIBRATION_SENTENCES` of them, or all if there are fewer.
    """
    weights = read_weights(source)
    chosen = sentences[:: max(1, len(sentences) // CALIBRATION_SENTENCES)]
    onnx.save(build_model(weights, measure_ranges(weights, chosen)), target)


def main() -> None:
    """Convert an exported network to the shipped model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the exported 8-bit network")
    parser.add_argument("target", type=Path, help="output file of the shipped model")
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(HERE.parent / "model" / "tokenizer.json"))
    examples = make_examples(read_gold(*sorted(TRAINING.glob("*.jsonl"))), tokenizer)
    write_model(options.source, options.target, [example.encoded for example in examples])


if __name__ == "__main__":
    main()
