from pathlib import Path

import polars as pl

from pipeline.signals.gold import PASSAGES_SCHEMA, ROWS_SCHEMA, Gold
from pipeline.signals.readers.encoder.network import load_network
from pipeline.signals.readers.encoder.training.examples import HEADS, Example, make_batches, make_examples
from tests.unit.signals.scenes import make_row

TEXT = "Canada taxed Mexican steel. It rained. Ottawa spoke to Mexico."
FIRST, LAST = (0, 27), (39, 62)


def read_examples(*rows: dict[str, object], source: str = "statement", text: str = TEXT) -> list[Example]:
    passages = pl.DataFrame([("p1", None, source, text)], schema=PASSAGES_SCHEMA, orient="row")
    return make_examples(Gold(passages, pl.DataFrame(rows, schema=ROWS_SCHEMA)), load_network().tokenizer)


def test_a_label_belongs_to_its_sentence_and_pair() -> None:
    examples = read_examples(make_row(actor="CAN", target="MEX", span_start=FIRST[0], span_end=FIRST[1]))
    (label,) = examples[0].labels
    assert [examples[0].encoded.countries[place] for place in label.pair] == ["CAN", "MEX"]
    assert (label.polarity, label.is_news, label.is_optional) == ("escalation", True, False)
    assert examples[-1].labels == ()


def test_a_label_of_the_last_sentence_is_not_on_the_first() -> None:
    examples = read_examples(make_row(actor="CAN", target="MEX", kind="dialogue", span_start=LAST[0], span_end=LAST[1]))
    assert [len(example.labels) for example in examples] == [0, 0, 1]


def test_the_title_of_a_document_is_context_and_moves_no_label() -> None:
    row = make_row("doc-x1", actor="CAN", target="MEX", span_start=FIRST[0], span_end=FIRST[1])
    passages = pl.DataFrame([("doc-x1", None, "statement", TEXT)], schema=PASSAGES_SCHEMA, orient="row")
    tokenizer = load_network().tokenizer
    gold = Gold(passages, pl.DataFrame([row], schema=ROWS_SCHEMA))
    plain, titled = make_examples(gold, tokenizer), make_examples(gold, tokenizer, {"doc": "Remarks on steel"})
    assert [len(example.labels) for example in titled] == [len(example.labels) for example in plain] == [1, 0, 0]
    assert all(len(one.encoded.ids) > len(other.encoded.ids) for one, other in zip(titled, plain, strict=True))


def test_sentences_without_signals_are_examples_without_labels() -> None:
    assert all(example.labels == () for example in read_examples())


def test_optional_labels_are_marked() -> None:
    (label,) = read_examples(make_row(actor="CAN", target="MEX", span_start=FIRST[0], span_end=FIRST[1], opt=True))[0].labels
    assert label.is_optional


def test_the_first_line_of_a_wire_story_is_its_headline() -> None:
    text = "Canada taxes Mexican steel\nIt rained."
    in_a_story, elsewhere = read_examples(source="wire", text=text), read_examples(source="post", text=text)
    assert in_a_story[0].encoded.ids != elsewhere[0].encoded.ids


def test_the_heads_are_those_of_the_shipped_model() -> None:
    assert {name: tuple(words) for name, words in load_network().heads.items()} == HEADS


def test_batches_have_every_example_once_and_similar_lengths() -> None:
    lengths = [9, 1, 8, 2, 7, 3]
    batches = make_batches(lengths, 2, range(6))
    assert sorted(number for batch in batches for number in batch) == list(range(6))
    assert [[lengths[number] for number in batch] for batch in batches] == [[1, 2], [3, 7], [8, 9]]


def test_the_runtime_does_not_import_torch() -> None:
    folder = Path(load_network.__wrapped__.__code__.co_filename).parent
    assert not any("import torch" in path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
