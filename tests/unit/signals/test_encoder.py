from datetime import date

import polars as pl
import pytest

from pipeline.contracts.vocabulary import INSTRUMENT, KIND, MODALITY, POLARITY, STATUS
from pipeline.signals.candidates import SentenceCandidates, build_candidates, to_frame
from pipeline.signals.context import resolve_references
from pipeline.signals.dates import is_past_event
from pipeline.signals.reader import READINGS_SCHEMA
from pipeline.signals.readers.encoder import encoding, network
from pipeline.signals.readers.encoder.network import EncoderMissingError, load_network
from pipeline.signals.readers.encoder.reader import EncoderReader
from pipeline.signals.segment import split_sentences
from tests.unit.signals.reading import find

TEXT = "Canada will impose a 25 percent tariff on Mexican steel. Mexico accused Canada of breaking its word. It rained in Oslo."


def make_candidates(text: str, day: date | None = None) -> list[SentenceCandidates]:
    return build_candidates(resolve_references("a", day, "x", "", split_sentences(text)))


def encode_first(text: str) -> encoding.Encoded:
    return encoding.encode(load_network().tokenizer, make_candidates(text)[0])


def test_a_plain_measure_is_found_with_kind_and_rate() -> None:
    groups = make_candidates("Canada will impose a 25 percent tariff on Mexican steel.")
    readings = EncoderReader().read(groups).join(to_frame(groups), on="candidate").sort("score", descending=True)
    assert readings.select(READINGS_SCHEMA.names()).schema == READINGS_SCHEMA
    assert readings.select("actor", "target", "kind", "instrument", "rate_pct").row(0) == ("CAN", "MEX", "measure", "tariff", 25.0)


def test_a_sentence_gives_the_same_readings_in_any_batch() -> None:
    groups = make_candidates(TEXT)
    together = EncoderReader(threads=2).read(groups)
    assert pl.concat([EncoderReader().read([group]) for group in groups]).equals(together)
    assert together.height > 1


def test_exchanging_countries_does_not_change_the_scores() -> None:
    """The model sees countries as marks, not names."""
    reader = EncoderReader()
    scores = [
        reader.read(make_candidates(f"{a} will impose a 25 percent tariff on steel from {b}."))["score"].to_list()
        for a, b in (("Chile", "Peru"), ("Norway", "Ghana"))
    ]
    assert scores[0] == scores[1]


def test_every_mention_becomes_the_mark_of_its_country() -> None:
    ids = encode_first("Canada spoke to Mexico, and Mexico to Ottawa.").ids
    after = ids[len(ids) - 1 - ids[::-1][1:].index(ids[-1]) - 1 :]  # what follows the last but one [SEP]
    assert [entry for entry in after if entry in encoding.COUNTRY_MARKS] == [1, 2, 2, 1]


def test_places_are_the_positions_of_the_marks() -> None:
    example = encode_first("Canada spoke to Mexico.")
    assert [example.ids[place] for place in example.places[:-1]] == list(encoding.COUNTRY_MARKS[: len(example.countries)])
    assert example.ids[example.places[-1]] == encoding.ALL_MARK


def test_marks_are_distinct_unused_entries_of_the_vocabulary() -> None:
    assert len(set(encoding.MARKS)) == len(encoding.MARKS)
    assert all(load_network().tokenizer.id_to_token(mark).startswith("[unused") for mark in encoding.MARKS)


def test_a_long_sentence_is_truncated_and_read() -> None:
    example = encode_first("Canada taxed Mexico " + "and again " * 140 + ".")
    assert len(example.ids) < 512
    assert load_network().compute_logits([example])[0].shape[:2] == (len(example.places), len(example.places))


def test_the_labels_are_words_of_the_vocabulary() -> None:
    heads = load_network().heads
    known = {"polarity": POLARITY, "kind": KIND, "modality": MODALITY, "status": STATUS, "instrument": INSTRUMENT}
    assert {name: set(words) for name, words in heads.items() if name != "flag"} == {name: set(v.words) for name, v in known.items()}


def test_what_is_dated_to_an_earlier_year_is_history() -> None:
    groups = make_candidates("In 2018 Canada imposed a 25 percent tariff on Mexican steel.", date(2025, 3, 1))
    readings = EncoderReader().read(groups)
    assert "asserted" not in readings["modality"].to_list()
    assert is_past_event("It began in 2018.", date(2025, 3, 1))
    assert not is_past_event("It began in 2025.", date(2025, 3, 1))


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Canada put seven ores under licence in April.", True),
        ("In December Canada put seven ores under licence.", False),  # an August article: nearer ahead than back
        ("Talks resume in April.", True),
        ("Canada put seven ores under licence in August.", False),
        ("Canada on Friday dropped the charge of April.", False),
        ("Canada held off the charge that it announced in April.", False),
        ("Canada said the charge began in April.", False),
        ("Canada will look at the charge in April.", False),
    ],
)
def test_what_is_dated_to_an_earlier_month_and_nothing_nearer_is_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, date(2025, 8, 25)) is is_back


def test_the_model_file_is_small_enough_to_ship() -> None:
    assert (network._FOLDER / "model.onnx").stat().st_size <= 25_000_000  # type: ignore[attr-defined]  # a file on disk in a checkout


def test_the_error_for_a_missing_package_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(EncoderMissingError, match="onnxruntime"):
        load_network.__wrapped__()


def test_explain_shows_the_reader_and_its_alternatives() -> None:
    findings = find("encoder", TEXT).filter(pl.col("kind") == "measure")
    row = findings.row(0, named=True)
    assert (row["readers"], row["actor_words"], row["rule_id"]) == ("encoder", "Canada", "encoder.measure")
    assert row["alternatives"].startswith("measure ")
