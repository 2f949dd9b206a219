"""The readers that may be chosen, by name. A new one is a name in `contracts.readers.ReaderName` and a line here.

Belongs here: from settings to an extractor. Does not: reading. What a reader needs is imported when it is chosen.
"""

import warnings
from collections.abc import Callable, Mapping
from functools import partial

from pipeline.settings import Settings
from pipeline.signals.extract import Extractor, SentenceExtractor
from pipeline.signals.readers.encoder.network import EncoderMissingError


def make(settings: Settings) -> Extractor:
    """The extractor that the settings choose. `ExtractorError` where something that it needs is not set or not installed."""
    return FACTORIES[settings.extractor](settings)


def explaining(settings: Settings) -> SentenceExtractor:
    """The reader that explains what it finds in a text: the chosen one where it reads sentence by sentence, else the default."""
    chosen = settings if settings.extractor != "llm" else settings.model_copy(update={"extractor": "both"})
    made = make(chosen)
    if not isinstance(made, SentenceExtractor):
        raise TypeError(f"the reader {chosen.extractor} explains nothing")
    return made


def _sentences(settings: Settings, way: str) -> SentenceExtractor:
    return SentenceExtractor(way, workers=settings.workers, cluster=settings.cluster)


def _both(settings: Settings) -> SentenceExtractor:
    """Both readers; where the encoder cannot be loaded the rules read alone, and say so."""
    try:
        return _sentences(settings, "both")
    except EncoderMissingError as error:
        warnings.warn(f"only the rules read: {error}. Agreement of two readers, and most of the tier high, is lost", stacklevel=2)
        return _sentences(settings, "rules")


def _llm(settings: Settings) -> Extractor:
    from pipeline.signals.readers.llm import from_settings  # noqa: PLC0415 an extra: the base install may lack what it needs

    return from_settings(settings)


FACTORIES: Mapping[str, Callable[[Settings], Extractor]] = {
    "both": _both,
    "rules": partial(_sentences, way="rules"),
    "encoder": partial(_sentences, way="encoder"),
    "llm": _llm,
}
