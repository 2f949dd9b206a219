"""What every reader of the outside world raises when its input cannot be used."""

from pipeline.errors import UserError


class SourceError(UserError, ValueError):
    """An input cannot be read; the message names it, says what is wrong with it and what to do."""
