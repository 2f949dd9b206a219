"""The optional reader that uses a language model.

Steps: `prompt` (request) -> `client` and `cache` (answer) -> `reader` (validation) -> `extractor` (findings). `confidence` converts
confidences to probabilities; `fit` measures these on annotated (gold) passages.
"""

from pipeline.signals.readers.llm.extractor import LlmExtractor, from_settings

__all__ = ["LlmExtractor", "from_settings"]
