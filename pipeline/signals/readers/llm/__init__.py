"""The reader that asks a language model: `prompt` (what is asked) -> `client` (asking) and `cache` (not asking twice) -> `reading` (what of
the answer is believed) -> `extractor` (all joined). `confidence` makes probabilities, `fit` measures them. An extra, off by default."""

from pipeline.signals.readers.llm.extractor import LlmExtractor, from_settings

__all__ = ["LlmExtractor", "from_settings"]
