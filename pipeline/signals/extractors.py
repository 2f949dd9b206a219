"""The readers that may be chosen, by name. A new one is a name in `settings.ReaderName` and a line here.

Belongs here: from settings to an extractor. Does not: reading. What a reader needs is imported when it is chosen.
"""

from collections.abc import Callable, Mapping

from pipeline.settings import Settings
from pipeline.signals.extract import Extractor, RuleExtractor


def make(settings: Settings) -> Extractor:
    """The extractor that the settings choose. `ExtractorError` where something that it needs is not set or not installed."""
    return FACTORIES[settings.extractor](settings)


def _rules(settings: Settings) -> Extractor:
    return RuleExtractor(workers=settings.workers)


def _llm(settings: Settings) -> Extractor:
    from pipeline.signals.readers.llm import from_settings  # noqa: PLC0415 an extra: the base install may lack what it needs

    return from_settings(settings)


FACTORIES: Mapping[str, Callable[[Settings], Extractor]] = {"rules": _rules, "llm": _llm}
