"""Count findings on the bundled sample and show changes: `make counts`.

A finding is a signal in one sentence of an article; its kind is what a government does, e.g. `threat`, its modality whether it is news or
e.g. denied. Check the differences before you commit `tests/unit/signals/counts.csv`: one lexicon entry can over-count a whole kind.
"""

from pathlib import Path

import polars as pl

from pipeline.articles.clean import clean_articles
from pipeline.settings import SAMPLE_ARTICLES, SAMPLE_LAST_DAY
from pipeline.settings.archives import ArticleFiles
from pipeline.signals.extract import SentenceExtractor
from pipeline.sources.files.articles import collect_rows, read_articles

COUNTS = Path(__file__).parents[1] / "tests" / "unit" / "signals" / "counts.csv"
BY = ("extractor", "kind", "modality")
SCHEMA = {**dict.fromkeys(BY, pl.String()), "findings": pl.Int64()}


def read_counts() -> pl.DataFrame:
    """Read the counts that are stored in `COUNTS`."""
    return pl.read_csv(COUNTS, schema=SCHEMA)


def extract_sample_findings() -> pl.DataFrame:
    """Extract the bundled sample's findings with both readers."""
    raw = collect_rows(read_articles([ArticleFiles(path=str(SAMPLE_ARTICLES))], last_day=SAMPLE_LAST_DAY))
    return SentenceExtractor().extract(clean_articles(raw).articles)


def count_findings(findings: pl.DataFrame) -> pl.DataFrame:
    """Count findings by extractor, kind and modality."""
    return findings.group_by(BY).agg(findings=pl.len().cast(pl.Int64)).sort(BY).select(*SCHEMA)


def render_differences(before: pl.DataFrame, now: pl.DataFrame) -> str:
    """Render the counts of findings that differ, one a line, and the total of all.

    Each line has the count `before`, the count `now` and the change. Empty if no count changed.
    """
    both = before.join(now, on=BY, how="full", coalesce=True, suffix="_now").with_columns(pl.selectors.numeric().fill_null(0)).sort(BY)
    changed = both.filter(pl.col("findings") != pl.col("findings_now"))
    if changed.is_empty():
        return ""
    total = ("all", "", "", both["findings"].sum(), both["findings_now"].sum())
    lines = [
        f"{extractor:<10} {kind:<14} {modality:<13} {was:>7} {is_now:>7} {is_now - was:>+7}"
        for extractor, kind, modality, was, is_now in (*changed.iter_rows(), total)
    ]
    return "\n".join((f"{'extractor':<10} {'kind':<14} {'modality':<13} {'before':>7} {'now':>7} {'change':>7}", *lines))


def write_counts() -> str:
    """Write the current counts to `COUNTS`, and return the differences as text."""
    now = count_findings(extract_sample_findings())
    changed = render_differences(read_counts() if COUNTS.exists() else now.clear(), now)
    now.write_csv(COUNTS)
    return changed


if __name__ == "__main__":
    print(write_counts() or "The counts are unchanged.")
