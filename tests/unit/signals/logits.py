"""A fingerprint of what the encoder computes: the SHA-256 of the logits of fixed sentences.

`python -m tests.unit.signals.logits` prints it, on this processor or on one that qemu-user emulates. Tests compare it with `GOLDEN`.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np

from pipeline.signals.readers.encoder.encoding import ALL_MARK, COUNTRY_MARKS, Encoded
from pipeline.signals.readers.encoder.network import load

GOLDEN = Path(__file__).with_name("logits.txt")
# invented
TEXTS = (
    "will impose a 25 percent tariff on steel from",
    "dropped the inquiry into solar panels and agreed to buy 12 million tonnes of soya beans a year from",
    "talks resume on Monday",
)


def sentences() -> list[Encoded]:
    """Each text with two or five marked countries and up to three times itself as context, as the model reads it."""
    tokenizer = load().tokenizer
    start, end = (tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
    found = []
    for countries, repeats in ((2, 0), (2, 3), (5, 1)):
        for text in TEXTS:
            marks = COUNTRY_MARKS[:countries]
            words = tokenizer.encode(text, add_special_tokens=False).ids
            ids = (start, *marks, ALL_MARK, end, *(words * repeats), end, marks[0], *words, marks[1], end)
            found.append(Encoded(ids, tuple(range(1, countries + 2)), tuple("ABCDE"[:countries]), {}))
    return found


def fingerprint() -> str:
    """SHA-256 of the logits of all sentences, as little-endian floats in their order."""
    digest = sha256()
    for logits in load().logits(sentences()):
        digest.update(np.ascontiguousarray(logits, dtype="<f4").tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print(fingerprint())
