"""The rule reader: `vocabulary` (the lexicon as entries) -> `matching` (words marked) -> `compose`, `bare`, `grammar` (what kind)
-> `roles` (who, to whom) -> `reading` (all joined)."""

from pipeline.signals.readers.rules.reading import RuleReader

__all__ = ["RuleReader"]
