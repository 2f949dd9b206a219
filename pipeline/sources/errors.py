"""The error raised when an input file or a response cannot be read."""

from pipeline.errors import UserError


class SourceError(UserError, ValueError):
    """An input cannot be read; the message names it, says what is wrong and what to do."""
