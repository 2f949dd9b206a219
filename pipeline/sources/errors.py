"""The error for input files and responses that cannot be read."""

from pipeline.errors import UserError


class SourceError(UserError, ValueError):
    """An input file or response cannot be read.

    The message names it, says what is wrong and what to do.
    """
