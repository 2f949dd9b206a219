"""Stories behind values, with sentence and link; which of them to name.

Page and terminal name a story as the reason for a value by the same rule. News is the part of a value that comes from articles; the prior,
which comes from none, is the rest. A tier (`high`, `medium` or `low`) is the confidence in a reading.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple, Protocol

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS, EUROPEAN_UNION
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.scopes import read_eu_members
from pipeline.contracts.tables.contributions import CONTRIBUTIONS, TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, IS_DIRECTED, SIGNALS, STORY_MASS, TENSION_PAIR_DAILY, WEIGHTS
from pipeline.report.names import format_count

#: Columns of SIGNALS that are added to a story's contribution.
SIGNAL_COLUMNS = ("actor", "target", "product", "quote", "source", "url", "published_at", "tier")
#: Below this share of news in a value (percent) no story is named for it: most of it is the prior.
MIN_NEWS_PCT = 50
#: A baseline of fewer days or articles says little about what is usual.
_MIN_BASELINE_DAYS, _MIN_BASELINE_ARTICLES = 28, 100
#: What the prior of a value is, in words for readers.
PRIOR_NOTE = "The prior, which comes from no article, pulls towards 100; expected news that did not come lowers the value."


class ReadTable(Protocol):
    """Function that reads a table, or some of its days or columns.

    `Lake.read` is one.
    """

    def __call__(self, table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """Read the columns (None: all) of the days (None: all)."""
        ...


#: Reads one day of the view `contributions`.
ReadContributions = Callable[[date], pl.DataFrame]


def rank_pairs(daily: pl.DataFrame) -> list[str]:
    """List the pairs of TENSION_PAIR_DAILY; that with most signals first."""
    counts = daily.group_by("pair").agg(pl.col("signal_count").sum())
    return counts.sort("signal_count", "pair", descending=[True, False])["pair"].to_list()


def newest_contributions(read: ReadTable, read_contributions: ReadContributions) -> pl.DataFrame:
    """Read the contributions to all values of the index's last day.

    A contribution is a part of a value, such as that of a story. The index must not be empty. Values that are not published, because too
    little was read, have contributions too. Adds `SIGNAL_COLUMNS`, which are null for parts that are no single story, and `sides` (see
    `add_sides`).
    """
    last = read(TENSION_PAIR_DAILY)["index_date"].max()
    contributions = read_contributions(last)  # type: ignore[arg-type]  # a date; never empty once there is an index
    return add_sides(add_evidence(contributions, read(SIGNALS)), read)


def named_contributions(read: ReadTable, read_contributions: ReadContributions) -> pl.DataFrame:
    """Read the stories to name, of the newest day that has any.

    They are stories of pairs (not of directions) for which `may_be_named` is true, with `SIGNAL_COLUMNS`. It is the newest day on which
    such a story is among the three largest of a value (TOP_CONTRIBUTIONS). Empty if there is no such day.
    """
    enough = read(CHANNEL_DAILY, columns=["index_date", "series", "channel", "prior", "shape"]).filter(compute_news_pct() >= MIN_NEWS_PCT)
    signals = read(SIGNALS)
    named = (
        read(TOP_CONTRIBUTIONS, columns=["index_date", "series", "channel", "signal_id"])
        .filter(~IS_DIRECTED)
        .join(enough, on=["index_date", "series", "channel"], how="semi")
        .join(signals.filter(tier="high"), on="signal_id", how="semi")
    )
    day = named["index_date"].max()
    if day is None:
        return add_evidence(CONTRIBUTIONS.empty(), signals)
    contributions = add_evidence(read_contributions(day), signals)  # type: ignore[arg-type]  # a date
    return contributions.filter(may_be_named() & ~IS_DIRECTED)


def add_evidence(contributions: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """Add `SIGNAL_COLUMNS`, such as sentence, link and tier, to rows of CONTRIBUTIONS.

    `signals`: rows of SIGNALS. The new columns are null in rows without a signal.
    """
    return contributions.join(signals.select("signal_id", *SIGNAL_COLUMNS), on="signal_id", how="left", maintain_order="left")


def add_sides(contributions: pl.DataFrame, read: ReadTable) -> pl.DataFrame:
    """Add `sides`: how a story's points divide between a pair's directions.

    A story may be about acts of both sides, so its points (its contribution) belong to no single actor. They are divided in proportion to
    the story's mass in each direction. `sides` is a list of `series` (a direction) and `points`, the largest first; null for rows that are
    no story of a pair.
    """
    key = ["counts_on", "channel", "story_id"]
    of_pairs = contributions.filter(~IS_DIRECTED & pl.col("story_id").is_not_null())
    keyed = of_pairs.select("index_date", "series", *key, "contribution")
    mass = read(STORY_MASS, columns=["index_date", "series", "channel", "story_id", "mass"]).rename({"index_date": "counts_on"})
    directed = mass.filter(IS_DIRECTED).with_columns(pair=_pair_of(pl.col("series"))).rename({"series": "side", "pair": "series"})
    shares = keyed.join(directed, on=["series", *key]).with_columns(
        points=pl.col("contribution") * pl.col("mass") / pl.col("mass").sum().over("index_date", "series", *key)
    )
    sides = (
        shares.sort("points", "side", descending=[True, False])
        .group_by("index_date", "series", *key, maintain_order=True)
        .agg(sides=pl.struct(pl.col("side").alias("series"), "points"))
    )
    return contributions.join(sides, on=["index_date", "series", *key], how="left", maintain_order="left")


def _pair_of(series: pl.Expr) -> pl.Expr:
    """Return the pair of a direction, sorted by name: CHN-USA of USA>CHN."""
    actor, target = series.str.head(3), series.str.tail(3)
    return pl.concat_str(pl.min_horizontal(actor, target), pl.lit("-"), pl.max_horizontal(actor, target))


def compute_news_pct() -> pl.Expr:
    """Compute how many percent of a value come from articles (news).

    The rest comes from the prior, which pulls the value towards 100. For rows of CHANNEL_DAILY.
    """
    return 100 * (1 - pl.col("prior") / pl.col("shape"))


def may_be_named() -> pl.Expr:
    """Whether a story may be named as the reason for a value.

    It may if its sentence is of tier `high`, and at least half of the value of its day, series and channel is news (the rest is the prior).
    False for rows that are no story. For rows of `add_evidence`, which must include all parts of each value.
    """
    is_prior = pl.col("part") == "prior"
    prior_pct = pl.col("share_pct").filter(is_prior).sum().over("index_date", "series", "channel")
    return (pl.col("part") == "story") & (pl.col("tier") == "high") & (100 - prior_pct >= MIN_NEWS_PCT)


class DataShare(NamedTuple):
    """How much of a pair's tension comes from articles, not the prior.

    `day_count`: days; `value_count`: days with a value; `news_pct`: mean share of news in these values, in percent (None without any);
    `named_count`: days with a value that is news by at least `MIN_NEWS_PCT` percent: for others no story is named.
    """

    pair: str
    day_count: int
    value_count: int
    news_pct: float | None
    named_count: int


def measure_data(read: ReadTable) -> tuple[DataShare, ...]:
    """Measure for each pair how much of its tension comes from articles.

    The pair with most values comes first.
    """
    days = read(TENSION_PAIR_DAILY, columns=["index_date", "pair", "tension"])
    channels = read(CHANNEL_DAILY, columns=["index_date", "series", "channel", "prior", "shape"]).filter(channel="escalation")
    news = channels.select("index_date", news=compute_news_pct(), pair=pl.col("series"))
    has_value = pl.col("tension").is_not_null()
    shares = (
        days.join(news, on=["index_date", "pair"], how="left")
        .group_by("pair")
        .agg(
            pl.len(),
            has_value.sum().alias("values"),
            pl.col("news").filter(has_value).mean(),
            (has_value & (pl.col("news") >= MIN_NEWS_PCT)).sum().alias("named"),
        )
        .sort("values", "pair", descending=[True, False])
    )
    return tuple(DataShare(*row) for row in shares.rows())


def round_news(share: pl.Expr) -> pl.Expr:
    """Round a share of news, in percent, to a whole number.

    A share below `MIN_NEWS_PCT` stays below it, so that it never looks as if it reached the bound.
    """
    whole = share.round()
    return pl.when(share < MIN_NEWS_PCT).then(whole.clip(upper_bound=MIN_NEWS_PCT - 1)).otherwise(whole).cast(pl.Int32)


def describe_news(news_pct: float) -> str:
    """Describe how much of a value is news and how much prior.

    Such as `41 % news, 59 % prior`; `news_pct` is rounded by `round_news`.
    """
    news = pl.select(round_news(pl.lit(news_pct))).item()
    return f"{news} % news, {100 - news} % prior"


def warn_of_baseline(read: ReadTable) -> str:
    """Return a warning if the newest baseline has few days or articles.

    Few means fewer than 28 days or fewer than 100 articles of all sources. Days of its window before the first or after the last day read
    do not count. Empty if it has enough, or before the first run.
    """
    columns = ["valid_from", "source", "article_count", "baseline_from", "baseline_to"]
    newest = read(BASELINE, columns=columns).filter(pl.col("valid_from") == pl.col("valid_from").max()).unique("source")
    if newest.is_empty():
        return ""
    read_days = read(COVERAGE, columns=["index_date"])["index_date"]
    first, last = pl.max_horizontal("baseline_from", pl.lit(read_days.min())), pl.min_horizontal("baseline_to", pl.lit(read_days.max()))
    days, articles = newest.select((last - first).dt.total_days().first() + 1, pl.col("article_count").sum()).row(0)
    if days >= _MIN_BASELINE_DAYS and articles >= _MIN_BASELINE_ARTICLES:
        return ""
    text = f"100 is the average of only {format_count(articles, 'article')} on {format_count(days, 'day')}"
    if days < _MIN_BASELINE_DAYS:
        return f"{text}: do not interpret values yet."
    begin, end = newest.select(pl.col("baseline_from", "baseline_to").first()).row(0)
    advice = "Set another period with --baseline FROM:TO, or remove articles with a wrong day."
    return f"{text} ({begin} to {end}): do not interpret values. {advice}"


def warn_of_members(pairs: Iterable[str]) -> str:
    """Return a warning if a pair has a member of the EU.

    Its trade policy is mostly that of the EU. `pairs`: e.g. `DEU-USA`. Empty if there is none, or if the EU's pair is among them, too.
    """
    members = read_eu_members()
    of_union = {pair: sorted({EUROPEAN_UNION if code in members else code for code in pair.split("-")}) for pair in sorted(pairs)}
    missing = {pair: "-".join(codes) for pair, codes in of_union.items() if "-".join(codes) not in of_union}
    if not missing:
        return ""
    to_add = ",".join(sorted({pair for pair in missing.values() if "-" in pair}))  # without pairs of two members
    add = f"; for it add --pairs {to_add}" if to_add else ""
    return f"{', '.join(missing)}: acts of and towards the EU count for {EUROPEAN_UNION}, not for its members{add}"


def warn_of_unpublished_pairs(read: ReadTable) -> str:
    """Return a warning if the pair with most signals is not published.

    Only signals between two countries that are asserted as news and have a weight in the index are compared. Unpublished pairs that each
    have fewer signals than a published one are no mistake: every archive has some. Empty if that pair is published, and before the first
    run.
    """
    published = read(TENSION_PAIR_DAILY, columns=["pair"])["pair"].unique().to_list()
    signals = read(SIGNALS, columns=["actor", "target", "kind", "status", "modality"])
    counts = (
        signals.filter(pl.col("target") != ALL_PARTNERS, modality="asserted")
        .join(read(WEIGHTS).filter(pl.col("weight") > 0), on=["kind", "status"], how="semi")
        .group_by(pair=_pair_of(pl.concat_str("actor", pl.lit(">"), "target")))
        .len("signals")
        .sort("signals", "pair", descending=[True, False])
    )
    others = counts.filter(~pl.col("pair").is_in(published))
    if not published or others.is_empty() or counts["pair"][0] in published:
        return ""
    pair, count = others.row(0)
    total, pairs = int(others["signals"].sum()), [pair, *sorted(published)]  # also those without signals, which stay published
    verb = "is about a pair that is" if total == 1 else "are about pairs that are"
    return f"{format_count(total, 'signal')} {verb} not published, most often {pair} ({count:,}): add --pairs {','.join(pairs)}"
