"""Names of reading modes. A small module, because `tension --help` imports it."""

from typing import Literal

ReaderName = Literal["both", "rules", "encoder", "llm"]
