import re
from pathlib import Path

import pytest

from pipeline.contracts.model import Vocabulary
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, STATUS
from pipeline.signals.alignment import LEVELS
from pipeline.signals.gold import ROWS_SCHEMA, read_gold

GUIDE = (Path(__file__).parents[3] / "docs" / "annotation-guide.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("vocabulary", [KIND, STATUS, MODALITY, INSTRUMENT], ids=lambda vocabulary: vocabulary.name)
def test_the_guide_explains_every_word_of_the_vocabulary(vocabulary: Vocabulary) -> None:
    assert [word for word in vocabulary.words if f"`{word}`" not in GUIDE] == []


def test_kinds_have_the_polarity_of_the_contract_in_the_guide() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (escalation|concession|dialogue) \|", GUIDE, flags=re.MULTILINE))
    assert rows == dict(KIND_POLARITY)


def test_the_guide_describes_every_field_and_level() -> None:
    assert [name for name in ROWS_SCHEMA if name not in {"id", "quote", "polarity"} and f"`{name}`" not in GUIDE] == []
    assert [level for level in LEVELS if not re.search(rf"^\* \**{level}\**[:,]", GUIDE, flags=re.MULTILINE)] == []


def test_the_format_example_is_a_valid_gold_file(tmp_path: Path) -> None:
    example = re.search(r"```json\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert example is not None
    path = tmp_path / "example.jsonl"
    path.write_text(example[1], encoding="utf-8")
    assert read_gold(path).rows["quote"].to_list() == ["Ottawa will charge 18 percent on Brazilian aluminium from 1 June."]
