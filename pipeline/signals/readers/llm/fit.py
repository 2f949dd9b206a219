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
    """Fit the table of a model's confidences to labelled passages (gold).

    `extractor` must give the model's confidence as probability, unchanged (`IDENTITY`). Also returns the number of readings (signals that
    the model found) that the table is fitted to: asserted ones (reported as news), without those that only an optional gold row matches.
    """
    verdicts = judge_predictions(align(gold, extractor.read_texts(gold.passages)))
    return fit_confidence(list(verdicts.select("probability", "is_right").iter_rows())), verdicts.height


def main(paths: Sequence[str]) -> None:
    """Print the table of probabilities, measured on half of the gold files.

    It is the even half (`select_half`). `paths`: the files, with labelled passages. The language model is that of the settings. The table
    goes to standard output as TOML, warnings about unread texts and rejected signals to standard error.
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
