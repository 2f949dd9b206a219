"""Sentences of news that are easily misread: who acts, and whether anything is done."""

import pytest

from pipeline.signals.extract import SentenceExtractor
from tests.unit.signals.reading import asserted


def _read(text: str) -> set[str]:
    """Return what both readers assert, as `CHN>USA measure`."""
    findings = SentenceExtractor("both").explain(text).filter(modality="asserted").to_dicts()
    return {f"{f['actor']}>{f['target']} {f['kind']}" for f in findings}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("US delays tariffs on Peru", {"USA>PER easing"}),
        ("US cuts duty on Norwegian fish", {"USA>NOR easing"}),
        ("US limits Peruvian imports", {"USA>PER measure"}),
        ("UK halts imports of Norwegian fish", {"GBR>NOR measure"}),
        ("US tariffs cut Peruvian exports", set()),
        ("US curbs hit Peruvian fleet", set()),
        ("EU imports of Peruvian fish halt traffic", set()),
    ],
)
def test_the_verb_after_a_short_name_is_no_noun(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals
