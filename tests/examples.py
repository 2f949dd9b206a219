"""Settings of Hypothesis: `make test` draws a quarter of the examples that `make check` draws."""

from hypothesis import settings

FAST = "fast"
_ALL = settings().max_examples
settings.register_profile(FAST, max_examples=_ALL // 4)


def examples(count: int) -> settings:
    """Make Hypothesis draw up to `count` examples for a test, the same in each run; a quarter with the profile `FAST`."""
    return settings(deadline=None, derandomize=True, max_examples=max(1, count * settings().max_examples // _ALL))
