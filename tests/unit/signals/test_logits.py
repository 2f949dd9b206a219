"""The model computes the same bits on every processor and in every batch."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.readers.encoder.encoding import Encoded
from pipeline.signals.readers.encoder.network import TOKENS_AT_ONCE, Logits, batches_of_equal_length, load
from tests.unit.signals.logits import GOLDEN, fingerprint, sentences

ROOT = Path(__file__).resolve().parents[3]
EMULATOR = shutil.which("qemu-x86_64")


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="other processors than x86-64 may round differently")
def test_this_processor_gives_the_golden_logits() -> None:
    assert fingerprint() == GOLDEN.read_text(encoding="utf-8").strip()


@pytest.mark.slow
@pytest.mark.skipif(EMULATOR is None, reason="qemu-x86_64 is not installed; on Debian it is in the package qemu-user")
@pytest.mark.parametrize("processor", ["Haswell", "EPYC"])
def test_an_emulated_processor_without_avx512_gives_the_golden_logits(processor: str) -> None:
    command = [str(EMULATOR), "-cpu", processor, sys.executable, "-W", "ignore", "-m", "tests.unit.signals.logits"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == GOLDEN.read_text(encoding="utf-8").strip()


@cache
def alone() -> list[Logits]:
    """The logits of each sentence, read by itself."""
    return [load().logits([sentence])[0] for sentence in sentences()]


@given(st.lists(st.integers(0, len(sentences()) - 1), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_a_sentence_has_the_same_logits_in_any_batch(chosen: list[int]) -> None:
    found = load().logits([sentences()[number] for number in chosen])
    for number, logits in zip(chosen, found, strict=True):
        assert np.array_equal(logits, alone()[number])


def test_equal_sentences_are_run_once() -> None:
    ran: list[int] = []

    def run(function: Callable[[Sequence[Encoded]], Logits], batches: Iterable[Sequence[Encoded]]) -> Iterator[Logits]:
        for batch in batches:
            ran.append(len(batch))
            yield function(batch)

    first, second = load().logits([sentences()[0]] * 2, run)
    assert (ran, np.array_equal(first, second)) == ([1], True)


def test_batches_hold_every_sentence_once_and_only_equal_lengths() -> None:
    lengths = [9, 80, 9, 400, 80, 9, *[30] * 25]
    batches = list(batches_of_equal_length([Encoded((1,) * length, (0,), (), {}) for length in lengths]))
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    assert all(len({lengths[number] for number in batch}) == 1 for batch in batches)
    assert all(len(batch) == 1 or len(batch) * lengths[batch[0]] <= TOKENS_AT_ONCE for batch in batches)
