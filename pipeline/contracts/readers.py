"""The names of the readers that a user can choose. Light on purpose: `tension --help` imports it."""

from typing import Literal

ReaderName = Literal["both", "rules", "encoder", "llm"]
