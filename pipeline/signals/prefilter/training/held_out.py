"""Articles left out of the prefilter's training, to measure it on."""

from hashlib import sha1

_ONE_IN = 4


def is_held_out(article_id: str) -> bool:
    """Whether training leaves out an article.

    It does for one in four, by the SHA-1 of the id.
    """
    return int(sha1(article_id.encode(), usedforsecurity=False).hexdigest(), 16) % _ONE_IN == 0
