"""Make the extractor that the settings choose.

A new extractor needs a name in `contracts.readers.ReaderName` and an entry in `FACTORIES`. Belongs here: the choice by the
settings. Does not: reading.
"""

import warnings
from collections.abc import Callable, Mapping
from functools import partial

from pipeline.settings import Settings
from pipeline.signals.extract import Extractor, SentenceExtractor
from pipeline.signals.readers.encoder.network import EncoderMissingError


def make_extractor(settings: Settings) -> Extractor:
    """Make the extractor that the settings choose.

    `ExtractorError` if a setting of the language model is missing or wrong. `EncoderMissingError` if the encoder is chosen alone and a
    package or its model file is missing; with `both` the rules then read alone.
    """
    return FACTORIES[settings.extractor](settings)


def make_explainer(settings: Settings) -> SentenceExtractor:
    """Make the extractor that explains findings.

    It is the one that the settings choose or, if that is a language model, the one of the mode `both`. Errors are those of
    `make_extractor`, and `TypeError` for an extractor that does not read sentences.
    """
    chosen = settings if settings.extractor != "llm" else settings.model_copy(update={"extractor": "both"})
    extractor = make_extractor(chosen)
    if not isinstance(extractor, SentenceExtractor):
        raise TypeError(f"the extractor {chosen.extractor} cannot explain its findings; choose rules, encoder or both")
    return extractor


def _make_sentence_extractor(settings: Settings, mode: str) -> SentenceExtractor:
    return SentenceExtractor(mode, workers=settings.workers)


def _make_default(settings: Settings) -> SentenceExtractor:
    """Make the extractor with both readers, or with the rules alone.

    The rules read alone, with a warning, if a package or the model file of the encoder is missing.
    """
    try:
        return _make_sentence_extractor(settings, "both")
    except EncoderMissingError as error:
        warnings.warn(
            f"reading with the rules only: {error}. Findings confirmed by two readers, most of the tier high, will be missing", stacklevel=2
        )
        return _make_sentence_extractor(settings, "rules")


def _make_llm(settings: Settings) -> Extractor:
    from pipeline.signals.readers.llm import from_settings  # noqa: PLC0415 no other extractor needs it

    return from_settings(settings)


FACTORIES: Mapping[str, Callable[[Settings], Extractor]] = {
    "both": _make_default,
    "rules": partial(_make_sentence_extractor, mode="rules"),
    "encoder": partial(_make_sentence_extractor, mode="encoder"),
    "llm": _make_llm,
}
