"""The rule reader: acts by the lexicon, actors and targets by grammar.

Steps: `phrases` -> `matching` -> `compose`, `bare`, `nominal`, `adjust` (acts) -> `background` (modality by the tree) -> `roles` (actor and
target) -> `reader`. Terms:

* act: what a sentence says was done or said, before actor and target are known
* mark: a phrase of the lexicon that was found in a sentence; its category is verb, act (a noun such as `removal`), object, operator or
  operator_noun (a noun such as `threat`)
* object: what an act is about, such as `tariffs` or `talks`; variables call it `thing`
* operator: a word that changes an act that follows it, such as `threatens`, `refuses` or `not`; some are also an act alone
* stranger: who speaks or acts for no state, such as an analyst, a journalist or a company
* tree: the syntax of a sentence by a parser; without one, word order must do
"""

from pipeline.signals.readers.rules.reader import RuleReader

__all__ = ["RuleReader"]
