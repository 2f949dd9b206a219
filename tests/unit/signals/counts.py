"""How many findings of each kind the default reader makes of the bundled sample, and how two such counts differ.

`python -m tests.unit.signals.counts` writes `counts.csv` anew (`make counts`). Look at the difference before you keep it: one entry of a
lexicon can over-count a whole kind for years when nobody looks.
"""

from pathlib import Path

import polars as pl

from pipeline.articles.clean import admit
from pipeline.defs.resources import resources
from pipeline.settings import SAMPLE_ARTICLES, SAMPLE_LAST_DAY, Settings
from pipeline.settings.archives import ArticleFiles
from pipeline.signals.extract import Extractor
from pipeline.sources.files.articles import read_articles, whole

KEPT = Path(__file__).with_name("counts.csv")
BY = ("extractor", "kind", "modality")
SCHEMA = {**dict.fromkeys(BY, pl.String()), "findings": pl.Int64()}


def articles() -> pl.DataFrame:
    """The clean articles of the bundled sample (`ARTICLES`)."""
    return admit(whole(read_articles([ArticleFiles(path=str(SAMPLE_ARTICLES))], last_day=SAMPLE_LAST_DAY))).articles


def default_extractor() -> Extractor:
    """What a run without settings reads with."""
    opened: Extractor = resources(Settings())["extractor"].open()  # type: ignore[attr-defined] # the dictionary holds resources of all kinds
    return opened


def counted(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings by reader, kind and modality, in order of their names."""
    return findings.group_by(BY).agg(findings=pl.len().cast(pl.Int64)).sort(BY).select(*SCHEMA)


def kept() -> pl.DataFrame:
    """The counts in the repository."""
    return pl.read_csv(KEPT, schema=SCHEMA)


def differences(before: pl.DataFrame, now: pl.DataFrame) -> str:
    """A table of what is counted differently, one line for each; empty when nothing is."""
    both = before.join(now, on=BY, how="full", coalesce=True, suffix="_now").with_columns(pl.selectors.numeric().fill_null(0)).sort(BY)
    changed = both.filter(pl.col("findings") != pl.col("findings_now"))
    if changed.is_empty():
        return ""
    total = ("all", "", "", both["findings"].sum(), both["findings_now"].sum())
    lines = [
        f"{extractor:<10} {kind:<14} {modality:<13} {was:>7} {is_now:>7} {is_now - was:>+7}"
        for extractor, kind, modality, was, is_now in (*changed.iter_rows(), total)
    ]
    return "\n".join((f"{'reader':<10} {'kind':<14} {'modality':<13} {'before':>7} {'now':>7} {'change':>7}", *lines))


def rewrite() -> str:
    """Write the counts anew; gives the table of differences."""
    now = counted(default_extractor().extract(articles()))
    told = differences(kept() if KEPT.exists() else now.clear(), now)
    now.write_csv(KEPT)
    return told


if __name__ == "__main__":
    print(rewrite() or "The counts are as they were.")
