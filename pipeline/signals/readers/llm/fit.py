"""`python -m pipeline.signals.readers.llm.fit GOLD.jsonl …`: measures how often the model is right by its confidence, on the even half.

Belongs here: from gold passages to a table of `confidence.py`, as TOML on standard output. Does not: the arithmetic of the table.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.settings import Settings
from pipeline.signals.alignment import align, judge_predictions
from pipeline.signals.gold import Gold, GoldError, read_gold, select_half
from pipeline.signals.readers.llm.confidence import IDENTITY, Confidence, fit
from pipeline.signals.readers.llm.extractor import LlmExtractor, from_settings
from pipeline.signals.texts import ExtractorError


def measured(extractor: LlmExtractor, gold: Gold) -> tuple[Confidence, int]:
    """The table for the model, and the number of readings that it rests on. `extractor` must give its confidence as it is (`IDENTITY`)."""
    verdicts = judge_predictions(align(gold, extractor.read_texts(gold.passages))).drop_nulls("is_right")
    return fit(list(verdicts.select("probability", "is_right").iter_rows())), verdicts.height


def main(paths: Sequence[str]) -> None:
    """Write the table that the even half of the gold files supports, with where it comes from."""
    gold = read_gold(*map(Path, paths))
    extractor = from_settings(Settings(), confidence=IDENTITY)
    table, readings = measured(extractor, gold.select_passages(select_half(gold.passages, "even")))
    sys.stdout.write(
        f"# {extractor.endpoint.model}, {readings} readings in the even half of {', '.join(Path(path).name for path in paths)}\n"
    )
    sys.stdout.write(f"points = {[list(point) for point in table.points]}\n")
    sys.stderr.write("".join(f"{said}\n" for said in extractor.summary.describe()))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ExtractorError, GoldError) as error:
        sys.exit(f"fit: {error}")
