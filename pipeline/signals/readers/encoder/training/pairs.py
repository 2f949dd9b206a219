"""The network that is trained, and its input as tensors.

A mark is a token for a country or a property of a sentence; a place is the position of the mark of a country or of all partners
(`encoding.py`). Belongs here: what teacher and encoder have in common. Does not: training (`train.py`), or the shipped graph (`graph.py`).
"""

import json
import random
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import gelu
from transformers import BertConfig, BertModel

from pipeline.signals.readers.encoder.encoding import COUNTRY_MARKS, MARKS, MAX_COUNTRIES, Encoded
from pipeline.signals.readers.encoder.training.examples import HEADS

PLACES = MAX_COUNTRIES + 1
HEAD_SIZES = [len(words) for words in HEADS.values()]
DROPOUT = 0.1
# Marks are initialized with the embeddings of these words.
_COUNTRY_WORDS = ("china", "france", "japan", "brazil", "canada", "india", "mexico", "germany")
_OTHER_WORDS = ("all", "speaker", "main", "headline", "journalist", "people", "president", "it", "we", "both")


class Pairs(nn.Module):
    """A transformer with a head that scores every ordered pair of places.

    The head combines the last hidden states at the two places and at the first token, and scores all labels of `HEADS`.
    """

    def __init__(self, base: nn.Module) -> None:
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
        """Compute the logits of all pairs of places; arguments from `to_tensors`.

        Their shape is (sentences, actors, targets, labels of all heads); actors and targets are places.
        """
        states = self.base(input_ids=ids, attention_mask=attention).last_hidden_state
        marks = self.drop(torch.gather(states, 1, places.unsqueeze(-1).expand(-1, -1, states.shape[-1])))
        whole = self.whole(self.drop(states[:, 0]))[:, None, None, :]
        pairs = self.actor(marks).unsqueeze(2) + self.target(marks).unsqueeze(1) + whole
        pairs = pairs + self.both(marks.unsqueeze(2) * marks.unsqueeze(1))
        return self.answer(self.drop(gelu(pairs)))


def make_network(folder: Path, tokenizer: Tokenizer) -> Pairs:
    """Load MiniLM, initialize the marks and add a head.

    The embeddings of marks (tokens for a country or a property of a sentence) start from words of similar meaning. The result is the same
    in every run.
    """
    torch.manual_seed(0)
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    # Plain attention without dropout is twice as fast on a CPU.
    config = BertConfig(**settings | {"attention_probs_dropout_prob": 0.0, "attn_implementation": "eager"})
    base = BertModel(config, add_pooling_layer=False)
    weights = load_file(str(folder / "model.safetensors"))
    base.load_state_dict({k: v for k, v in weights.items() if "pooler" not in k and "position_ids" not in k})
    initialize_marks(base.embeddings.word_embeddings.weight, tokenizer)
    return Pairs(base)


@torch.no_grad()
def initialize_marks(table: Tensor, tokenizer: Tokenizer, shift: int = 0) -> None:
    """Set the embeddings of marks to those of similar words, in place.

    `table`: embeddings of words, with that of the token `id` in row `id + shift`. The embeddings of countries are moved half the way to
    their common mean.
    """
    countries = torch.stack([table[tokenizer.token_to_id(word) + shift] for word in _COUNTRY_WORDS])
    middle = countries.mean(0)
    for mark, own in zip(COUNTRY_MARKS, countries, strict=True):
        table[mark + shift] = middle + 0.5 * (own - middle)
    for mark, word in zip(MARKS[MAX_COUNTRIES:], _OTHER_WORDS, strict=True):
        table[mark + shift] = table[tokenizer.token_to_id(word) + shift]


def to_tensors(group: list[Encoded], shuffle: random.Random | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Convert sentences to token ids, attention mask and places.

    Shapes are (sentences, tokens) twice and (sentences, `PLACES`), filled with 0; the attention mask is 1 for tokens. `shuffle` permutes
    the marks of countries, differently in each sentence, so that the model does not learn one country for each mark.
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
