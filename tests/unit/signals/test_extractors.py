from pathlib import Path
from typing import get_args

import pytest

from pipeline.contracts.readers import ReaderName
from pipeline.settings import Settings
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.extractors import make_explainer, make_extractor
from pipeline.signals.readers.encoder import reader
from pipeline.signals.readers.encoder.network import EncoderMissingError, Network


def test_the_default_extractor_uses_rules_and_encoder() -> None:
    assert make_extractor(Settings()).name == "rules+encoder"


def test_without_the_encoder_only_the_rules_read_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Network:
        raise EncoderMissingError("the encoder needs onnxruntime, and it is not installed")

    monkeypatch.setattr(reader, "load_network", fail)
    with pytest.warns(UserWarning, match="reading with the rules only: the encoder needs onnxruntime"):
        assert make_extractor(Settings()).name == "rules"


def test_an_encoder_chosen_by_name_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Network:
        raise EncoderMissingError("the encoder needs onnxruntime, and it is not installed")

    monkeypatch.setattr(reader, "load_network", fail)
    with pytest.raises(EncoderMissingError):
        make_extractor(Settings(extractor="encoder"))


def test_every_extractor_has_the_names_of_its_readers(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, llm_base_url="https://model.example/v1", llm_model="tiny")
    chosen = {name: settings.model_copy(update={"extractor": name}) for name in get_args(ReaderName)}
    names = {name: make_extractor(settings_of_name).name for name, settings_of_name in chosen.items()}
    assert make_explainer(chosen["llm"]).name == "rules+encoder"
    assert names == {"both": "rules+encoder", "rules": "rules", "encoder": "encoder", "llm": "llm"}


def test_an_unknown_mode_is_rejected() -> None:
    with pytest.raises(ValueError, match="choose rules, encoder, both"):
        SentenceExtractor("guess")
