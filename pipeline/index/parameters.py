"""What the index is computed with: the constants of the method, the weights, and the baseline window. One place, named in every output."""

import hashlib
import math
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.index import WEIGHTS
from pipeline.contracts.vocabulary import KIND, STATUS

INDEX_VERSION = "1.0"
ETA_ARTICLES = 500  # articles of prior weight that draw a source's baseline rate towards that of all sources
PRIOR_STORIES = 3  # the prior weighs as much as this many mean stories of the channel
BREADTH_CAP = 20  # owners of sources beyond this number add nothing to a story's breadth
STORY_HALF_LIVES = 4  # contributions name single stories for this many half-lives; older ones are added up
BASELINE_DAYS = 365

WEIGHTS_FILE = Path(__file__).with_name("weights.toml")
PHASES_FILE = Path(__file__).with_name("phases.toml")


class BaselineError(ValueError):
    """The baseline window holds nothing that was read; the message says what was read."""


@cache
def weights() -> pl.DataFrame:
    """`weights.toml` as the table `weights`: every kind and status, 0 where the file names no weight."""
    given = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    rows = [
        {
            "kind": kind,
            "status": status,
            "channel": given[kind]["channel"],
            "is_action": status in given[kind]["actions"],
            "weight": float(given[kind].get(status, 0.0)),
        }
        for kind in KIND.words
        for status in STATUS.words
    ]
    return pl.DataFrame(rows, schema=WEIGHTS.schema)


def baseline_window(given: tuple[date, date] | None, read: Days | None) -> Days:
    """The window that sets 100: the one given, else the first 365 days read. `BaselineError` when nothing was read in it."""
    if read is None:
        raise BaselineError("no articles have been read yet, so the index has no baseline; materialise the core assets first (tension run)")
    if given is None:
        return Days(read.first, min(read.last, read.first + timedelta(days=BASELINE_DAYS - 1)))
    window = Days(*given)
    if window.last < read.first or window.first > read.last:
        raise BaselineError(f"the baseline window {window} lies outside the days read, {read}; give another with --baseline FROM:TO")
    return window


@cache
def phases() -> dict[str, float]:
    """The bounds of `phases.toml`, by name."""
    given = tomllib.loads(PHASES_FILE.read_text(encoding="utf-8"))
    return {name: float(bound) for name, bound in given.items()}


def weights_sha() -> str:
    """Fingerprint of the weights: another table of weights is another scale."""
    return hashlib.sha256(weights().write_csv().encode()).hexdigest()[:12]


def variables(pairs: tuple[str, ...], half_life_days: float, baseline: tuple[date, date] | None, read: Days | None) -> dict[str, Any]:
    """DuckDB variables for the models in `sql/`, by name. `read`: the days read; `baseline`: none for the default."""
    window = baseline_window(baseline, read)
    assert read is not None
    return {
        "pairs": list(pairs),
        "half_life_days": half_life_days,
        "story_days": max(1, math.ceil(STORY_HALF_LIVES * half_life_days)),
        "baseline_from": window.first,
        "baseline_to": window.last,
        "baseline_is_over": read.last >= window.last and (baseline is not None or len(window) == BASELINE_DAYS),
        "eta": ETA_ARTICLES,
        "prior_stories": PRIOR_STORIES,
        "breadth_cap": BREADTH_CAP,
        **phases(),
        "index_version": INDEX_VERSION,
        "weights_sha": weights_sha(),
        "last_day": read.last,
    }
