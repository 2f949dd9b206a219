"""Names of the reading modes a user can choose. Kept small because `tension --help` imports it."""

from typing import Literal

ReaderName = Literal["both", "rules", "encoder", "llm"]
