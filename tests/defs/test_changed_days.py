"""Which days a run builds: those whose inputs changed, and days around them whose links read them."""

import os
import warnings
from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest

from pipeline.articles.stories import DAYS_AROUND
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, STORY_LINKS
from pipeline.contracts.tables.index import TENSION_DAILY
from pipeline.contracts.tables.stories import STORIES, STORY_ARTICLES
from pipeline.definitions import build_reading
from pipeline.defs import daily, launch
from pipeline.defs.launch import Launched, Launcher, Run
from pipeline.defs.resources import Method, News
from pipeline.models.build import build_tables
from pipeline.settings import Settings
from pipeline.warehouse.inputs import DayInputs
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.removed_rows import find_removed_rows
from tests.defs.conftest import Row, SmallHome, build_article

FIRST = date(2025, 3, 3)
SPAN = Days(FIRST, FIRST + timedelta(days=11))
DAY = FIRST + timedelta(days=5)
AROUND = Days(DAY, DAY).extend(3)
TEXTS = (
    "China will impose a 15 percent tariff on U.S. soybeans. The finance ministry in Beijing said so on Monday, and meant it this time.",
    "The United States raised tariffs on Chinese steel to 25 percent. The White House announced it after a long meeting in the evening.",
)


class Silent:
    """A listener that ignores everything."""

    def on_step(self, name: str, event: str) -> None:
        pass

    def on_days(self, done: int, total: int) -> None:
        pass


def plan(settings: Settings, span: Days = SPAN) -> list[Run]:
    return _build_launcher(settings).plan(settings, span)


def run(settings: Settings, span: Days = SPAN) -> Launched:
    """Run what `tension run` would, but only the steps that read articles."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        launched = _build_launcher(settings).launch(settings, plan(settings, span), Silent())
    assert launched.failures == ()
    return launched


def _build_launcher(settings: Settings) -> Launcher:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Launcher(build_reading(settings))


def build_empty_days(lake: Lake, step: daily.DailyStep) -> None:
    """Write empty days of a step, as if it had run."""
    with lake.stage(step.name) as temporary:
        for table in step.makes:
            temporary.write_days(table, table.empty(), SPAN)
    DayInputs(lake, step.name, step.makes).save(step.digests(lake, SPAN))


def test_links_depend_on_three_days_before_and_after(tmp_path: Path) -> None:
    lake, links = Lake(tmp_path), daily.story_links()
    before = links.digests(lake, SPAN)
    with lake.stage("admission") as temporary:
        temporary.write_days(ARTICLES, ARTICLES.empty(), Days(DAY, DAY))
    after = links.digests(lake, SPAN)
    assert [day for day in SPAN if after[day] != before[day]] == list(AROUND)


def test_a_changed_day_is_built_with_the_days_that_read_it(tmp_path: Path) -> None:
    home = SmallHome(tmp_path)
    home.write_articles([build_article("1", FIRST, TEXTS[0])])
    steps = (daily.RawArticles(News(home.settings), SPAN.last), daily.admission(), daily.story_links())
    for step in steps:
        build_empty_days(home.lake, step)
    assert daily.days_to_build(home.lake, steps, SPAN) == []
    home.write_articles([build_article("2", DAY, TEXTS[0])], "late.jsonl")
    assert daily.days_to_build(home.lake, steps, SPAN) == list(AROUND)
    assert daily.days_to_build(home.lake, steps, Days(FIRST, DAY)) == list(Days(AROUND.first, DAY))


def test_a_run_includes_the_last_days_of_the_run_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The links of these days also depend on days after them."""
    monkeypatch.setattr(launch, "DAYS_IN_A_RUN", 5)
    home = SmallHome(tmp_path)
    home.write_articles([build_article("1", FIRST, TEXTS[0])])
    days = [(one.days.first.day, one.days.last.day) for one in plan(home.settings)]
    assert days == [(3, 7), (5, 12), (10, 14)]


def test_a_backfill_links_the_days_after_it_again(tmp_path: Path) -> None:
    """A story first read on the 8th is found to repeat one of the 7th, which a later run reads."""
    later, earlier = Days(DAY, SPAN.last), Days(FIRST, DAY - timedelta(days=1))
    backfilled, at_once = SmallHome(tmp_path / "backfilled"), SmallHome(tmp_path / "at_once")
    for home in (backfilled, at_once):
        home.folder.mkdir()
        home.write_articles([build_article("1", earlier.last, TEXTS[0]), build_article("2", DAY, TEXTS[0], source="Other Post")])
    run(backfilled.settings, later)
    run(backfilled.settings, earlier)
    run(at_once.settings)
    assert at_once.lake.count_rows(STORY_LINKS) == 1
    assert backfilled.lake.read(STORY_LINKS).equals(at_once.lake.read(STORY_LINKS))
    assert plan(backfilled.settings, later) == [Run(Days(SPAN.last, SPAN.last), None)]


def test_changed_links_just_outside_the_days_of_a_run_are_built(tmp_path: Path) -> None:
    """As after `tension work`, which leaves the links of days around its own to the next run."""
    home, links = SmallHome(tmp_path), daily.story_links()
    home.write_articles([build_article("1", FIRST, TEXTS[0])])
    run(home.settings)
    after = Days(AROUND.last + timedelta(days=1), SPAN.last)
    assert daily.days_to_build(home.lake, (links,), after) == []
    with home.lake.stage("admission") as temporary:
        temporary.write_days(ARTICLES, ARTICLES.example().with_columns(index_date=pl.lit(DAY)), Days(DAY, DAY))
    assert daily.days_to_build(home.lake, (links,), after) == [after.first]


@pytest.mark.slow
def test_a_warning_of_several_runs_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "DAYS_IN_A_RUN", 5)
    home = SmallHome(tmp_path)
    home.write_articles([build_article("1", FIRST, TEXTS[0])])
    home.settings.inbox.mkdir(parents=True)
    file = home.settings.inbox / "old.csv"
    file.write_bytes(f"published_at,source,title\n{FIRST},Caf\xe9 Post,Glass\n{SPAN.last},Caf\xe9 Post,Steel\n".encode("cp1252"))
    os.utime(file, (0, 0))  # a file that was just written is not read
    launched = run(home.settings)
    assert [check.check for check in launched.failed_checks] == ["every_encoding_is_known"]
    assert len(home.lake.warnings()) == 1


def test_a_removed_row_is_noted_once_although_runs_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "DAYS_IN_A_RUN", 5)
    home, days = SmallHome(tmp_path), list(SPAN)
    articles = [build_article(str(day.day), day, TEXTS[0]) for day in days]
    home.write_articles(articles)
    run(home.settings)
    home.write_articles([*articles[:3], *articles[4:]])
    assert find_removed_rows(home.lake).is_empty()
    run(home.settings)
    assert find_removed_rows(home.lake)["index_date"].to_list() == [days[3]]


def draw_files(random: Random) -> dict[str, list[Row]]:
    """Draw three files with copies of a few texts, some of them seen days later."""
    files: dict[str, list[Row]] = {name: [] for name in ("a.jsonl", "b.jsonl", "c.jsonl")}
    for number in range(12):
        day = FIRST + timedelta(days=random.randrange(len(SPAN) - 1))
        seen = day + timedelta(days=random.choice((0, 0, 1, 4, 9)))
        article = build_article(
            str(number), day, random.choice(TEXTS), source=f"Post {random.randrange(4)}", fetched_at=f"{seen}T18:00:00Z", url=None
        )
        random.choice(list(files.values())).append(article)
    return files


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 12])  # an article seen late repeats one of a later day that arrives in a later file
def test_files_in_any_order_give_the_same_tables(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run after each file, of a few days at a time, or one run over all files; a repeat has nothing to build."""
    random = Random(seed)  # noqa: S311  # it draws test data, no secrets
    files, one_by_one, at_once = draw_files(random), SmallHome(tmp_path / "one_by_one"), SmallHome(tmp_path / "at_once")
    for home in (one_by_one, at_once):
        home.folder.mkdir()
    for name in random.sample(sorted(files), len(files)):
        one_by_one.write_articles(files[name], name)
        with monkeypatch.context() as patched:
            patched.setattr(launch, "DAYS_IN_A_RUN", 6)
            run(one_by_one.settings)
        assert plan(one_by_one.settings) == [Run(Days(SPAN.last, SPAN.last), None)]
        at_once.write_articles(files[name], name)
    run(at_once.settings)
    assert at_once.lake.count_rows(STORY_LINKS) > DAYS_AROUND
    for home in (one_by_one, at_once):
        build_tables(home.lake, (STORIES, STORY_ARTICLES, TENSION_DAILY), Method(home.settings).variables(home.lake))
    assert one_by_one.read_files() == at_once.read_files()
