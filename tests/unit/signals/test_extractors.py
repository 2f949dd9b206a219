from pathlib import Path
from typing import get_args

from pipeline.settings import ReaderName, Settings
from pipeline.signals.extractors import FACTORIES, make


def test_every_reader_that_the_settings_know_can_be_made() -> None:
    assert set(get_args(ReaderName)) == set(FACTORIES)


def test_by_default_articles_are_read_by_rules() -> None:
    assert make(Settings()).name == "rules"


def test_a_reader_carries_the_name_it_is_chosen_by(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, llm_base_url="https://model.example/v1", llm_model="tiny")
    assert {name: factory(settings).name for name, factory in FACTORIES.items()} == {name: name for name in FACTORIES}
