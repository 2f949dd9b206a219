from pathlib import Path

import polars as pl

from pipeline.signals.gold import PASSAGES_SCHEMA, ROWS_SCHEMA, Gold
from pipeline.signals.readers.encoder.network import load
from pipeline.signals.readers.encoder.training.examples import HEADS, Example, examples, in_batches
from tests.unit.signals.scenes import make_row

TEXT = "Canada taxed Mexican steel. It rained. Ottawa spoke to Mexico."
FIRST, LAST = (0, 27), (39, 62)


def made(*rows: dict[str, object], source: str = "statement", text: str = TEXT) -> list[Example]:
    passages = pl.DataFrame([("p1", None, source, text)], schema=PASSAGES_SCHEMA, orient="row")
    return examples(Gold(passages, pl.DataFrame(rows, schema=ROWS_SCHEMA)), load().tokenizer)


def test_a_label_stands_with_its_sentence_and_pair() -> None:
    found = made(make_row(actor="CAN", target="MEX", span_start=FIRST[0], span_end=FIRST[1]))
    (label,) = found[0].labels
    assert [found[0].encoded.countries[place] for place in label.pair] == ["CAN", "MEX"]
    assert (label.polarity, label.is_news, label.is_optional) == ("escalation", True, False)
    assert found[-1].labels == ()


def test_a_label_of_the_last_sentence_is_not_the_firsts() -> None:
    found = made(make_row(actor="CAN", target="MEX", kind="dialogue", span_start=LAST[0], span_end=LAST[1]))
    assert [len(example.labels) for example in found] == [0, 0, 1]


def test_sentences_without_labels_are_examples_of_nothing() -> None:
    assert all(example.labels == () for example in made())


def test_optional_labels_are_told_apart() -> None:
    (label,) = made(make_row(actor="CAN", target="MEX", span_start=FIRST[0], span_end=FIRST[1], opt=True))[0].labels
    assert label.is_optional


def test_the_first_line_of_a_wire_story_is_its_headline() -> None:
    text = "Canada taxes Mexican steel\nIt rained."
    in_a_story, elsewhere = made(source="wire", text=text), made(source="post", text=text)
    assert in_a_story[0].encoded.ids != elsewhere[0].encoded.ids


def test_the_heads_are_those_of_the_shipped_model() -> None:
    assert {name: tuple(words) for name, words in load().heads.items()} == HEADS


def test_batches_hold_every_example_once_and_like_lengths_together() -> None:
    lengths = [9, 1, 8, 2, 7, 3]
    batches = in_batches(lengths, 2, range(6))
    assert sorted(number for batch in batches for number in batch) == list(range(6))
    assert [[lengths[number] for number in batch] for batch in batches] == [[1, 2], [3, 7], [8, 9]]


def test_nothing_in_use_imports_what_training_needs() -> None:
    folder = Path(load.__wrapped__.__code__.co_filename).parent
    assert not any("import torch" in path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
