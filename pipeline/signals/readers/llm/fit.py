"""Measure how often the model is right by its confidence: `python -m pipeline.signals.readers.llm.fit GOLD.jsonl …`.

Writes a table for the setting `llm_confidence` as TOML to standard output, measured on the even half (`select_half`) of the annotated
(gold) passages.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.settings.load import SettingsError, read_settings
from pipeline.signals.alignment import align, judge_predictions
from pipeline.signals.gold import Gold, GoldError, read_gold, select_half
from pipeline.signals.readers.llm.confidence import IDENTITY, Confidence, fit_confidence
from pipeline.signals.readers.llm.extractor import LlmExtractor, from_settings
from pipeline.signals.texts import ExtractorError


def measure_confidence(extractor: LlmExtractor, gold: Gold) -> tuple[Confidence, int]:
    """Fit the table of a model to gold; count the readings used.

    `extractor` must give the model's confidence as probability, unchanged (`IDENTITY`). The second value is the number of readings that the
    table is fitted to: asserted ones, without those that only an optional gold row matches.
    """
    verdicts = judge_predictions(align(gold, extractor.read_texts(gold.passages)))
    return fit_confidence(list(verdicts.select("probability", "is_right").iter_rows())), verdicts.height


def main(paths: Sequence[str]) -> None:
    """Write the table measured on the even half of the gold files.

    `paths`: the files. The language model is that of the settings. The table goes to standard output as TOML, warnings about unread texts
    and rejected signals to standard error.
    """
    gold = read_gold(*map(Path, paths))
    extractor = from_settings(read_settings(), confidence=IDENTITY)
    table, readings = measure_confidence(extractor, gold.select_passages(select_half(gold.passages, "even")))
    sys.stdout.write(
        f"# {extractor.endpoint.model}, {readings} readings in the even half of {', '.join(Path(path).name for path in paths)}\n"
    )
    sys.stdout.write(f"points = {[list(point) for point in table.points]}\n")
    sys.stderr.write("".join(f"{message}\n" for message in extractor.summary.describe()))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ExtractorError, GoldError, SettingsError) as error:
        sys.exit(f"fit: {error}")
