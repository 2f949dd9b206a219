"""Make the extractor that the settings choose.

Belongs here: the choice by the settings. Does not: reading, or the names of extractors (`contracts.readers.ReaderName`).
"""

import warnings

from pipeline.settings import Settings
from pipeline.signals.extract import Extractor, SentenceExtractor
from pipeline.signals.readers.encoder.network import EncoderMissingError


def make_extractor(settings: Settings) -> Extractor:
    """Make the extractor that the settings choose.

    `ExtractorError` if a setting of the language model is missing or wrong; other errors are those of `make_explainer`.
    """
    if settings.extractor != "llm":
        return make_explainer(settings)
    from pipeline.signals.readers.llm import from_settings  # noqa: PLC0415 no other extractor needs it

    return from_settings(settings)


def make_explainer(settings: Settings) -> SentenceExtractor:
    """Make the extractor that explains findings.

    It is the one that the settings choose or, if that is a language model, the one of the mode `both`. If a package or the model file of
    the encoder is missing, the mode `both` becomes `rules`, with a warning; `EncoderMissingError` if the encoder is chosen alone.
    """
    mode = "both" if settings.extractor == "llm" else settings.extractor
    try:
        return SentenceExtractor(mode, workers=settings.workers)
    except EncoderMissingError as error:
        if mode != "both":
            raise
        warnings.warn(
            f"reading with the rules only: {error}. Findings confirmed by two readers, most of the tier high, will be missing", stacklevel=2
        )
        return SentenceExtractor("rules", workers=settings.workers)
