"""Names of reading modes: with which programs articles are read.

`both` means rules and encoder (a neural network), `llm` a language model. A small module, because `tension --help` imports it.
"""

from typing import Literal

ReaderName = Literal["both", "rules", "encoder", "llm"]
