"""Parameters of the index: constants, severities, bounds of phases, baseline window."""

import hashlib
import math
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables import columns
from pipeline.contracts.tables.index import WEIGHTS
from pipeline.contracts.vocabulary import KIND, STATUS
from pipeline.errors import UserError

INDEX_VERSION = "2.5"
ETA_ARTICLES = 500  # weight, in articles, with which a source's baseline rate is shrunk towards that of all sources
MISREAD = 0.175  # share of mass taken for misread other news: half of all that is misread (docs/methodology.md)
PRIOR_STORIES = 3  # weight of the prior, in mean stories of the channel
BREADTH_CAP = 20  # source owners beyond this number add nothing to a story's breadth
# least evidence_weight for a value: that of one mean story, next to a prior of three (docs/methodology.md)
LEAST_EVIDENCE = columns.LEAST_EVIDENCE
LEAST_MOVEMENT = 1  # least hold + move for a stalemate to be published; a signal of the day that is surely right adds 1
STORY_HALF_LIVES = 4  # contributions list single stories for this many half-lives; older ones are summed
OPEN_DAYS = 7  # a day takes in late articles for this many days, then its value is final
LEAST_DAYS = 14  # days with articles before a baseline is complete: a few rows with a wrong date of fetching are fewer
BASELINE_LENGTHS = (28, 56, 112, 224, 365)  # days of the versions of the default baseline: measured in docs/methodology.md

WEIGHTS_FILE = Path(__file__).with_name("weights.toml")
PHASES_FILE = Path(__file__).with_name("phases.toml")


class BaselineError(UserError, ValueError):
    """The baseline window is outside the days read, or has no article.

    Or no articles were read at all. The message says what to do.
    """


@cache
def read_weights() -> pl.DataFrame:
    """Read `weights.toml` as the table `weights`.

    One row for each kind and status, with weight 0 where the file has none. `is_action`: counts as an action, not as words.
    `general_share`: share of the weight that an act towards everybody has for each partner; 0 for kinds that need a partner.
    `usual_rate_pct`: rate of a tariff that has this weight; null for kinds whose weight does not depend on a rate.
    """
    kinds = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    general, size = kinds.pop("general"), kinds.pop("size")
    rows = [
        {
            "kind": kind,
            "status": status,
            "channel": kinds[kind]["channel"],
            "is_action": status in kinds[kind]["actions"],
            "weight": float(kinds[kind].get(status, 0.0)),
            "general_share": float(general["share"]) if kind in general["kinds"] else 0.0,
            "usual_rate_pct": float(size["usual_rate_pct"]) if kind in size["kinds"] else None,
        }
        for kind in KIND.words
        for status in STATUS.words
    ]
    return pl.DataFrame(rows, schema=WEIGHTS.schema)


def check_window(setting: Days | None, read: Days | None) -> None:
    """Raise `BaselineError` if the baseline window is outside the days read.

    `read`: first to last day with articles; None, if nothing was read yet, is always an error. `setting`: the window that the user set,
    which must overlap `read` by at least one day, even one without articles; None, the default baseline, needs only `read`.
    """
    if read is None:
        raise BaselineError("no articles have been read yet, so the index has no baseline; materialize the core assets first (tension run)")
    if setting is not None and (setting.last < read.first or setting.first > read.last):
        raise BaselineError(f"the baseline window {setting} is outside the days read, {read}; set another with --baseline FROM:TO")


@cache
def read_phases() -> dict[str, float]:
    """Read the bounds in `phases.toml`, by name."""
    bounds = tomllib.loads(PHASES_FILE.read_text(encoding="utf-8"))
    return {name: float(bound) for name, bound in bounds.items()}


def weights_sha() -> str:
    """Compute a hash of the table `weights`: 12 hexadecimal digits.

    Other severities (`weight`) make another scale, as does a change of any other column (`read_weights`), so baselines with different
    hashes are not comparable.
    """
    return hashlib.sha256(read_weights().write_csv().encode()).hexdigest()[:12]


def model_variables(
    pairs: tuple[str, ...],
    half_life_days: float,
    baseline: tuple[date, date] | None,
    read: Days | None,
    first_day: date | None = None,
) -> dict[str, Any]:
    """Return the DuckDB variables that the models in `sql/` read, by name.

    `pairs`: such as `CHN-USA`. `baseline`: the window that sets 100; None for the default baseline, whose versions begin on `first_day`
    (None: the first day on which an article counts). `read`: first to last day with articles. `BaselineError` as in `check_window`.
    """
    window = Days(*baseline) if baseline else None
    check_window(window, read)
    assert read is not None
    return {
        "pairs": list(pairs),
        "half_life_days": half_life_days,
        "story_days": max(1, math.ceil(STORY_HALF_LIVES * half_life_days)),
        "open_days": OPEN_DAYS,
        "least_days": LEAST_DAYS,
        "baseline_from": window.first if window else None,
        "baseline_to": window.last if window else None,
        "baseline_first_day": first_day,
        "baseline_lengths": list(BASELINE_LENGTHS),
        "eta": ETA_ARTICLES,
        "prior_stories": PRIOR_STORIES,
        "breadth_cap": BREADTH_CAP,
        "least_evidence": LEAST_EVIDENCE,
        "index_version": INDEX_VERSION,
        "weights_sha": weights_sha(),
        "last_day": read.last,
    }
