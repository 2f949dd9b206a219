"""The rule reader: acts by the lexicon, actors and targets by grammar.

Steps: `phrases` -> `matching` -> `compose`, `bare`, `nominal` (acts) -> `roles` (actor and target) -> `reader`.
"""

from pipeline.signals.readers.rules.reader import RuleReader

__all__ = ["RuleReader"]
