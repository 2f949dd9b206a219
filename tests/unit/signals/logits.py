"""Hash the logits of fixed sentences, to compare processors.

`python -m tests.unit.signals.logits` prints the hash, also on a processor emulated by qemu-user. Tests compare it with `GOLDEN`.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np

from pipeline.signals.readers.encoder.encoding import ALL_MARK, COUNTRY_MARKS, Encoded
from pipeline.signals.readers.encoder.network import load_network

GOLDEN = Path(__file__).with_name("logits.txt")
TEXTS = (
    "will impose a 25 percent tariff on steel from",
    "dropped the inquiry into solar panels and agreed to buy 12 million tonnes of soya beans a year from",
    "talks resume on Monday",
)


def make_sentences() -> list[Encoded]:
    """Encode each text with two or five countries, and with none to three copies of the text as context."""
    tokenizer = load_network().tokenizer
    start, end = (tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
    encoded = []
    for countries, repeats in ((2, 0), (2, 3), (5, 1)):
        for text in TEXTS:
            marks = COUNTRY_MARKS[:countries]
            words = tokenizer.encode(text, add_special_tokens=False).ids
            ids = (start, *marks, ALL_MARK, end, *(words * repeats), end, marks[0], *words, marks[1], end)
            encoded.append(Encoded(ids, tuple(range(1, countries + 2)), tuple("ABCDE"[:countries]), {}))
    return encoded


def hash_logits() -> str:
    """Compute the SHA-256 of the logits of all sentences, as little-endian floats."""
    digest = sha256()
    for logits in load_network().compute_logits(make_sentences()):
        digest.update(np.ascontiguousarray(logits, dtype="<f4").tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print(hash_logits())
