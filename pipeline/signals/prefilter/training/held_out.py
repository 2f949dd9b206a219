"""Which articles the prefilter did not learn from, so that it can be measured on them."""

from hashlib import sha1

_ONE_IN = 4


def is_held_out(article_id: str) -> bool:
    """Whether training leaves out an article: one in four, by the SHA-1 of its id."""
    return int(sha1(article_id.encode(), usedforsecurity=False).hexdigest(), 16) % _ONE_IN == 0
