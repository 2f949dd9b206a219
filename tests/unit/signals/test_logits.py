"""The model gives bit-identical results on every processor and in every batch."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.readers.encoder.encoding import Encoded
from pipeline.signals.readers.encoder.network import TOKENS_PER_BATCH, Logits, batch_by_length, load_network
from tests.examples import examples
from tests.unit.signals.logits import GOLDEN, hash_logits, make_sentences

ROOT = Path(__file__).resolve().parents[3]
EMULATOR = shutil.which("qemu-x86_64")


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="processors other than x86-64 may round differently")
def test_this_processor_gives_the_golden_logits() -> None:
    assert hash_logits() == GOLDEN.read_text(encoding="utf-8").strip()


@pytest.mark.slow
@pytest.mark.skipif(EMULATOR is None, reason="qemu-x86_64 is not installed; on Debian it is in the package qemu-user")
@pytest.mark.parametrize("processor", ["Haswell", "EPYC"])
def test_an_emulated_processor_without_avx512_gives_the_golden_logits(processor: str) -> None:
    command = [str(EMULATOR), "-cpu", processor, sys.executable, "-W", "ignore", "-m", "tests.unit.signals.logits"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == GOLDEN.read_text(encoding="utf-8").strip()


@cache
def compute_single_logits() -> list[Logits]:
    """Compute the logits of each sentence in a batch of its own."""
    return [load_network().compute_logits([sentence])[0] for sentence in make_sentences()]


@given(st.lists(st.integers(0, len(make_sentences()) - 1), min_size=1, max_size=12))
@examples(25)
def test_a_sentence_has_the_same_logits_in_any_batch(chosen: list[int]) -> None:
    results = load_network().compute_logits([make_sentences()[number] for number in chosen])
    for number, logits in zip(chosen, results, strict=True):
        assert np.array_equal(logits, compute_single_logits()[number])


def test_equal_sentences_are_computed_once() -> None:
    batch_sizes: list[int] = []

    def run(function: Callable[[Sequence[Encoded]], Logits], batches: Iterable[Sequence[Encoded]]) -> Iterator[Logits]:
        for batch in batches:
            batch_sizes.append(len(batch))
            yield function(batch)

    first, second = load_network().compute_logits([make_sentences()[0]] * 2, run)
    assert (batch_sizes, np.array_equal(first, second)) == ([1], True)


def test_batches_have_every_sentence_once_and_equal_lengths() -> None:
    lengths = [9, 80, 9, 400, 80, 9, *[30] * 25]
    batches = list(batch_by_length([Encoded((1,) * length, (0,), (), {}) for length in lengths]))
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    assert all(len({lengths[number] for number in batch}) == 1 for batch in batches)
    assert all(len(batch) == 1 or len(batch) * lengths[batch[0]] <= TOKENS_PER_BATCH for batch in batches)
