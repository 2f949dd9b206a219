"""What is known at the end of a day depends on nothing that was first seen later, to the last bit.

Random homes are continued: with later days, late articles, new sources, further parts of stories. Every earlier vintage, every final value
and every interval of the shorter home must be the same in the longer one.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.vintages import VINTAGES
from pipeline.index.parameters import BASELINE_LENGTHS, OPEN_DAYS, model_variables
from pipeline.models.build import build_tables
from tests.unit.index.lake_scenes import Row, article, day, finding, link, random_finding

PAIRS = ("CHN-USA", "JPN-USA")
BUILT = (TENSION_PAIR_DAILY, TENSION_DAILY, VINTAGES)
Tables = Mapping[str, pl.DataFrame]


def draw_articles(random: np.random.Generator, days: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Draw articles of that many days, a third of them seen up to 40 days late, with findings and links to articles known before.

    A source writes up to two articles a day, so that it also reports one act in several of them.
    """
    articles: list[Row] = []
    for number in range(days):
        # A source joins every twenty days; on some days nothing is read.
        for source in "ABCDEFGH"[: 2 + number // 20] if random.random() < 0.85 else ():
            for edition in range(int(random.choice([0, 0, 0, 1, 2]))):
                lag = int(random.choice([0, 0, 0, 0, 1, 2, 6, 7, 8, 12, 40]))
                early = int(random.integers(60)) if random.random() < 0.02 else 0  # dated before the first day
                on = day(number - early)
                seen = datetime.combine(day(number) + timedelta(days=lag), time(12), tzinfo=UTC)
                articles.append(
                    article(f"{source}:{number}.{edition}", on, first_seen_at=seen, published_at=datetime.combine(on, time(11), tzinfo=UTC))
                )
    articles.sort(key=known)
    links = []
    for place, one in enumerate(articles):
        near = [other for other in articles[:place] if abs((other["index_date"] - one["index_date"]).days) <= 3]
        if near and random.random() < 0.4:
            links.append(link(one, near[int(random.integers(len(near)))]))
    findings = [random_finding(one, instrument, random) for one in articles for instrument in ("tariff", "quota")[: random.integers(3)]]
    return articles, findings + [draw_report(one, random) for one in articles if random.random() < 0.4], links


def draw_report(of: Row, random: np.random.Generator) -> Row:
    """Draw a report of one of few acts, which is often a repeat."""
    rate, product = (None, None, 10.0, 25.0)[random.integers(4)], str(random.choice(["", "", "steel"]))
    target = str(random.choice(["USA", "USA", "JPN", "*"]))
    return finding(of, probability=float(random.uniform(0.3, 0.99)), instrument="currency", rate_pct=rate, product=product, target=target)


def known(one: Row) -> tuple[date, datetime, str]:
    return max(one["index_date"], one["first_seen_at"].date()), one["published_at"], one["article_id"]


def build_until(drawn: tuple[list[Row], list[Row], list[Row]], last: date, baseline: tuple[date, date] | None, half_life: float) -> Tables:
    """Build the index from everything known at the end of a day, as a run on that day would have."""
    articles, findings, links = drawn
    chosen = [one for one in articles if known(one)[0] <= last]
    names = {one["article_id"] for one in chosen}
    read = pl.DataFrame(chosen, schema=ARTICLES.schema)
    zero = {name: pl.lit(0, pl.Int64) for name in ("duplicate", "quarantined")}
    counts = read.group_by("index_date", "source").agg(pl.len().cast(pl.Int64).alias("accepted"))
    today = pl.DataFrame({"index_date": [last], "source": ["Z"], "accepted": [0]}, schema=counts.schema)
    coverage = pl.concat([counts, today]).with_columns(article_count="accepted", **zero)
    tables = {
        ARTICLES.name: read,
        FINDINGS.name: pl.DataFrame([one for one in findings if one["article_id"] in names], schema=FINDINGS.schema),
        STORY_LINKS.name: pl.DataFrame([one for one in links if one["article_id"] in names], schema=STORY_LINKS.schema),
        COVERAGE.name: COVERAGE.conform(coverage),
    }
    span = Days(coverage["index_date"].min(), coverage["index_date"].max())  # type: ignore[arg-type]  # never empty
    return build_tables(tables, BUILT, model_variables(PAIRS, half_life, baseline, span))


def rows_of(tables: Tables, table: Table, *condition: pl.Expr) -> pl.DataFrame:
    return tables[table.name].filter(*condition).sort(*table.key)


def final_values(tables: Tables, table: Table) -> pl.DataFrame:
    return rows_of(tables, table, pl.col("obs_status") == "A").drop("known_at", "obs_status")


def assert_continues(before: Tables, after: Tables, last: date) -> None:
    """Compare everything that was final or known at the end of `last`, bit for bit."""
    known_at = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
    vintages = rows_of(before, VINTAGES)
    assert vintages.equals(rows_of(after, VINTAGES, pl.col("known_at") <= known_at))
    for table in (TENSION_PAIR_DAILY, TENSION_DAILY):
        final = final_values(before, table)
        now = after[table.name].join(final, on=table.key, how="semi").sort(*table.key).drop("known_at", "obs_status")
        assert final.equals(now)
    frozen = rows_of(before, BASELINE, pl.col("is_frozen"))
    assert frozen.equals(after[BASELINE.name].join(frozen, on=BASELINE.key, how="semi").sort(*BASELINE.key))


def assert_random_continuations_change_nothing(seeds: range) -> None:
    compared = 0
    for seed in seeds:
        random = np.random.default_rng(seed)
        drawn = draw_articles(random, 130)
        half_life = float(random.choice([3.0, 7.0, 14.0]))
        baseline = None if random.random() < 0.8 else (day(5), day(30))
        ends = sorted(int(one) for one in random.choice(np.arange(20, 130), size=4, replace=False))
        runs = [(day(end), build_until(drawn, day(end), baseline, half_life)) for end in ends]
        for (last, before), (_, after) in pairwise(runs):
            assert_continues(before, after, last)
            compared += before[VINTAGES.name].height
    assert compared


def test_random_continuations_change_nothing_that_was_known() -> None:
    assert_random_continuations_change_nothing(range(1))


@pytest.mark.slow
def test_many_random_continuations_change_nothing_known() -> None:
    assert_random_continuations_change_nothing(range(1, 6))


def test_a_preliminary_baseline_makes_nothing_known() -> None:
    drawn = draw_articles(np.random.default_rng(1), 60)
    old = build_until(drawn, day(50), None, 7.0)
    known_on = min(old[BASELINE.name]["known_on"].to_list())
    assert old[VINTAGES.name]["known_at"].min() == datetime.combine(known_on + timedelta(days=1), time(), tzinfo=UTC)
    young = build_until(drawn, known_on - timedelta(days=1), None, 7.0)
    assert young[TENSION_PAIR_DAILY.name].height > 0
    assert young[VINTAGES.name].is_empty()
    assert not young[BASELINE.name]["is_frozen"].any()


@pytest.fixture(scope="module")
def of_130_days() -> Tables:
    return build_until(draw_articles(np.random.default_rng(2), 130), day(129), None, 7.0)


def test_a_day_uses_the_last_baseline_known_before_it(of_130_days: Tables) -> None:
    versions = dict(of_130_days[BASELINE.name].select("valid_from", "baseline_to").unique().rows())
    assert len(versions) == sum(length + OPEN_DAYS < 129 for length in BASELINE_LENGTHS) > 1
    used: list[dict[str, Any]] = of_130_days[DAILY_MASS.name].select("index_date", "valid_from").unique().to_dicts()
    late = [row for row in used if row["valid_from"] > min(versions)]  # the first version is used for all days before it, too
    assert late
    assert all(
        row["valid_from"] <= row["index_date"] and versions[row["valid_from"]] + timedelta(days=OPEN_DAYS) <= row["index_date"]
        for row in late
    )


def test_the_newest_vintage_uses_the_baseline_of_its_day(of_130_days: Tables) -> None:
    newest = of_130_days[VINTAGES.name].sort("known_at").group_by("index_date", "series").last()
    both = of_130_days[TENSION_PAIR_DAILY.name].join(
        newest, left_on=["index_date", "pair"], right_on=["index_date", "series"], suffix="_known"
    )
    assert {*of_130_days[BASELINE.name]["valid_from"]} - {day(0)} < {*both["index_date"]}
    assert both["tension_known"].to_numpy() == pytest.approx(both["tension"].to_numpy(), rel=1e-9, nan_ok=True)
