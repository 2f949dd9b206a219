from pathlib import Path
from typing import get_args

import pytest

from pipeline.contracts.readers import ReaderName
from pipeline.settings import Settings
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.extractors import FACTORIES, make
from pipeline.signals.readers.encoder import reading
from pipeline.signals.readers.encoder.network import EncoderMissingError, Network


def test_every_reader_that_the_settings_know_can_be_made() -> None:
    assert set(get_args(ReaderName)) == set(FACTORIES)


def test_by_default_rules_and_encoder_read_together() -> None:
    assert make(Settings()).name == "rules+encoder"


def test_without_the_encoder_the_rules_read_alone_and_say_what_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Network:
        raise EncoderMissingError("the encoder needs onnxruntime, and it is not installed")

    monkeypatch.setattr(reading, "load", missing)
    with pytest.warns(UserWarning, match="only the rules read: the encoder needs onnxruntime"):
        assert make(Settings()).name == "rules"


def test_a_reader_that_is_asked_for_by_name_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Network:
        raise EncoderMissingError("the encoder needs onnxruntime, and it is not installed")

    monkeypatch.setattr(reading, "load", missing)
    with pytest.raises(EncoderMissingError):
        make(Settings(extractor="encoder"))


def test_a_reader_carries_the_name_it_is_chosen_by(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, llm_base_url="https://model.example/v1", llm_model="tiny")
    named = {name: factory(settings).name for name, factory in FACTORIES.items()}
    assert named == {"both": "rules+encoder", "rules": "rules", "encoder": "encoder", "llm": "llm"}


def test_a_way_of_reading_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="choose rules, encoder, both"):
        SentenceExtractor("guess")
