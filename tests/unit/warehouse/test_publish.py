"""Releases are immutable, and the database shows what was known at a moment."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.contracts.tables.index import TENSION_DAILY
from pipeline.settings import Settings, shipped_folder
from pipeline.warehouse.lake import Lake, LakeError
from pipeline.warehouse.publish import Publisher, PublishError
from pipeline.warehouse.verify import Damage, find_damage
from pipeline.warehouse.view_columns import TABLE_COLUMNS, VIEW_COLUMNS
from tests.unit.index.lake_scenes import Scene, article, build, day, finding

MACROS = sorted((shipped_folder("sql") / "macros").glob("*.sql"))
LAST_DAY = day(20)


def scene(*, has_late: bool) -> Scene:
    """A baseline of one day, then a threat; with `has_late`, an article of the next day that is seen a week later."""
    articles = [article(f"A:{number:02d}", day(number)) for number in (*range(15), 20)]
    late = article("B:12", day(12), first_seen_at=datetime(2025, 4, 19, 8, tzinfo=UTC))
    findings = [finding(articles[0]), finding(articles[11], "threat"), *([finding(late)] if has_late else [])]
    return Scene([*articles, *([late] if has_late else [])], findings, baseline=(day(0), day(0)))


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of that scene before the late article."""
    return build(tmp_path_factory.mktemp("early"), scene(has_late=False)).lake


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of that scene with it."""
    return build(tmp_path_factory.mktemp("late"), scene(has_late=True)).lake


def query(database: Path, query: str) -> pl.DataFrame:
    with duckdb.connect(str(database), read_only=True) as con:
        con.sql("set TimeZone = 'UTC'")
        rows: pl.DataFrame = con.sql(query).pl()
        return rows


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()}


def as_of(database: Path, moment: str) -> pl.DataFrame:
    return query(database, f"from tension_asof('{moment}') order by index_date, series")


def test_a_folder_with_brackets_can_be_published_to(tmp_path: Path, early: Lake) -> None:
    publisher = Publisher(tmp_path / "home [v2]")
    (tmp_path / "home v").mkdir()
    publisher.publish(early, LAST_DAY, "A test.")
    expected = early.read(TENSION_DAILY).height
    assert expected > 0
    assert publisher.read_latest(TENSION_DAILY).height == expected
    assert query(publisher.database, "select count(*) from tension_daily").item() == expected


def test_a_late_article_makes_a_new_release_with_the_same_past(tmp_path: Path, early: Lake, late: Lake) -> None:
    publisher = Publisher(tmp_path / "published")
    first = publisher.publish(early, LAST_DAY, "A test.")
    before = files(first.folder)
    old = tmp_path / "old.duckdb"
    old.write_bytes(publisher.database.read_bytes())
    second = publisher.publish(late, LAST_DAY, "A test.")
    assert (second.is_new, second.name != first.name) == (True, True)
    assert files(first.folder) == before
    for moment in ("2025-04-12T00:00:00Z", "2025-04-17T12:00:00Z", "2025-04-19T23:59:59Z"):
        assert not as_of(old, moment).is_empty()
        assert as_of(old, moment).equals(as_of(publisher.database, moment))
    after = "2025-04-20T00:00:00Z"
    assert not as_of(old, after).equals(as_of(publisher.database, after))


def test_another_note_makes_another_release(published: tuple[Publisher, Lake]) -> None:
    publisher, lake = published
    first = publisher.latest_name
    second = publisher.publish(lake, LAST_DAY, "Another test.")
    assert (second.is_new, second.name != first) == (True, True)
    assert query(publisher.database, "select release, note from about").row(0) == (second.name, "Another test.")


def test_the_index_as_of_now_is_the_published_index(tmp_path: Path, late: Lake) -> None:
    publisher = Publisher(tmp_path / "published")
    publisher.publish(late, LAST_DAY, "A test.")
    now = as_of(publisher.database, "2026-01-01T00:00:00Z").filter(pl.col("series") == "CHN-USA")
    published = query(publisher.database, "from tension_pair_daily order by index_date")
    for name in ("tension", "tension_lo80", "dialogue_hi95", "stalemate"):
        expected = [value if value is None else pytest.approx(value, rel=1e-9) for value in published[name].to_list()]
        assert now[name].to_list() == expected
        assert now[name].count() > 0
    assert now["index_date"].to_list()[-1] == LAST_DAY
    assert now.select("phase", "obs_status").equals(published.select("phase", "obs_status"))


def test_nothing_is_known_before_the_baseline_is_final(first_release: tuple[Path, Lake]) -> None:
    database = Publisher(first_release[0]).database
    assert as_of(database, "2025-04-11T23:59:59Z").is_empty()
    assert set(as_of(database, "2025-04-12T00:00:00Z")["index_date"]) == {day(number) for number in range(8)}


def test_tension_asof_takes_a_date_or_an_instant(first_release: tuple[Path, Lake]) -> None:
    database = Publisher(first_release[0]).database
    published = [query(database, f"from tension_asof({moment})")["index_date"].max() for moment in MOMENTS]
    assert published == [date(2025, 4, 11)] * 3


MOMENTS = ("date '2025-04-12'", "timestamptz '2025-04-12 01:00:00+01'", "'2025-04-12T00:00:00Z'::timestamptz")


@pytest.fixture(scope="module")
def first_release(tmp_path_factory: pytest.TempPathFactory, early: Lake) -> tuple[Path, Lake]:
    """A published folder with one release, and its lake."""
    folder = tmp_path_factory.mktemp("first") / "published"
    Publisher(folder).publish(early, LAST_DAY, "A test.", write_page)
    return folder, early


def test_every_column_of_the_database_has_a_comment(first_release: tuple[Path, Lake]) -> None:
    database = Publisher(first_release[0]).database
    columns = query(database, "select table_name, column_name, comment from duckdb_columns() where not internal")
    known = set(columns.select("table_name", "column_name").rows())
    assert {("top_stories", "probability"), ("top_stories", "signal_id"), ("today", "phase"), ("about", "release")} <= known
    assert columns.filter(pl.col("comment").fill_null("") == "").rows() == []
    of_macros = query(database, "select macro_name, column_name, meaning from macro_columns")
    assert of_macros.filter(pl.col("meaning") == "").rows() == []
    assert set(of_macros["macro_name"]) == {path.stem for path in MACROS}
    described = {(view, name) for view, names in (VIEW_COLUMNS | TABLE_COLUMNS).items() for name in names}
    assert described <= {*columns.select("table_name", "column_name").rows(), *of_macros.select("macro_name", "column_name").rows()}


def test_every_macro_is_in_the_database_with_a_comment(first_release: tuple[Path, Lake]) -> None:
    macros = query(Publisher(first_release[0]).database, "select function_name, comment from duckdb_functions() where not internal")
    lengths = dict(macros.with_columns(pl.col("comment").str.len_chars()).unique("function_name").iter_rows())
    assert set(lengths) == {path.stem for path in MACROS}
    assert min(lengths.values()) > 40


@pytest.fixture
def published(first_release: tuple[Path, Lake], tmp_path: Path) -> tuple[Publisher, Lake]:
    """A publisher of a copy of that folder, and its lake."""
    shutil.copytree(first_release[0], tmp_path / "published", symlinks=True)
    return Publisher(tmp_path / "published"), first_release[1]


def write_page(folder: Path, _name: str) -> None:
    (folder / "report.html").write_text("<html></html>")


def find_published_damage(publisher: Publisher) -> list[Damage]:
    """Return what is damaged in the published folder; the lakes of these tests lack days."""
    damage = find_damage(Settings(home=publisher.folder.parent), compares_hashes=True)
    return [one for one in damage if one.path.startswith("published")]


def damage_table(latest: Path) -> None:
    path = next((latest / "tension_daily").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:100])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a missing table": lambda latest: shutil.rmtree(latest / "tension_daily"),
    "a truncated table": damage_table,
    "a foreign table": lambda latest: (latest / "signals" / "1999.parquet").write_bytes(b"PAR1"),
    "a foreign page": lambda latest: (latest / "foreign.html").write_text("<script>"),
    "a changed description": lambda latest: (latest / "datapackage.json").write_text("{}"),
    "a missing dictionary": lambda latest: (latest / "data-dictionary.md").unlink(),
    "a database with an overwritten part": lambda latest: overwrite(latest / "trade_tension.duckdb"),
    "a truncated database": lambda latest: (latest / "trade_tension.duckdb").write_bytes(b"DUCK"),
    "a missing database": lambda latest: (latest / "trade_tension.duckdb").unlink(),
    "a missing report": lambda latest: (latest / "report.html").unlink(),
    "missing hashes": lambda latest: (latest / "SHA256SUMS").unlink(),
    "damaged hashes": lambda latest: (latest / "SHA256SUMS").write_text("x"),
    "changed hashes": lambda latest: (latest / "SHA256SUMS").write_text(f"{'0' * 64}  tension_daily/2025.parquet\n"),
}


def overwrite(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(255 - one for one in content[middle : middle + 2000])
    path.write_bytes(content)


#: Damage found by the same comparisons as other kinds.
RARE = {"a foreign table", "a changed description", "a missing dictionary", "a truncated database", "missing hashes", "changed hashes"}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in RARE)) for name in DAMAGES])
def test_a_damaged_release_is_found_and_repaired(published: tuple[Publisher, Lake], name: str) -> None:
    publisher, lake = published
    before = files(publisher.latest.resolve())
    assert find_published_damage(publisher) == []
    DAMAGES[name](publisher.latest)
    (damage,) = find_published_damage(publisher)
    assert (damage.path, damage.is_repaired_by_run) == (f"published/releases/{publisher.latest_name}", True)
    publisher.publish(lake, LAST_DAY, "A test.", write_page)
    assert find_published_damage(publisher) == []
    after = files(publisher.latest.resolve())
    assert {path: content for path, (_, content) in after.items() if ".duckdb" not in path and "SUMS" not in path} == {
        path: content for path, (_, content) in before.items() if ".duckdb" not in path and "SUMS" not in path
    }


def test_latest_is_the_only_link_that_a_release_moves(published: tuple[Publisher, Lake], late: Lake) -> None:
    publisher, _ = published
    links = {path.name: str(path.readlink()) for path in publisher.folder.iterdir() if path.is_symlink()}
    first = publisher.latest_name
    assert links == {
        "latest": f"releases/{first}",
        "trade_tension.duckdb": "latest/trade_tension.duckdb",
        "report.html": "latest/report.html",
    }
    publisher.publish(late, LAST_DAY, "A test.")
    after = {path.name: str(path.readlink()) for path in publisher.folder.iterdir() if path.is_symlink()}
    assert after == links | {"latest": f"releases/{publisher.latest_name}"}
    assert publisher.latest_name != first


def test_leftovers_of_killed_processes_are_removed(published: tuple[Publisher, Lake]) -> None:
    publisher, lake = published
    (publisher.releases / ".staging-123" / "signals").mkdir(parents=True)
    for name in (".trade_tension.duckdb.123.tmp", ".trade_tension.duckdb.123.tmp.wal", ".latest.123"):
        (publisher.folder / name).write_text("")
    publisher.publish(lake, LAST_DAY, "A test.")
    assert list(publisher.folder.rglob(".*")) == []


def test_the_database_stays_in_the_two_newest_releases(published: tuple[Publisher, Lake], late: Lake) -> None:
    publisher, lake = published
    publisher.publish(late, LAST_DAY, "A test.")
    publisher.publish(lake, date(2025, 4, 22), "A test.")
    databases = [path.parent.name for path in sorted(publisher.releases.glob("*/*.duckdb"))]
    assert len(databases) == 2
    assert publisher.latest_name in databases
    assert find_published_damage(publisher) == []
    publisher.publish(lake, date(2025, 4, 22), "A test.")
    assert [path.parent.name for path in sorted(publisher.releases.glob("*/*.duckdb"))] == databases


def test_a_table_of_an_earlier_schema_is_read_as_empty(tmp_path: Path) -> None:
    publisher, earlier = Publisher(tmp_path), TENSION_DAILY.to_published(TENSION_DAILY.example()).drop("tension")
    folder = publisher.latest / TENSION_DAILY.name
    folder.mkdir(parents=True)
    earlier.write_parquet(folder / "2025.parquet")
    assert publisher.read_latest(TENSION_DAILY).equals(TENSION_DAILY.empty())


def test_a_damaged_file_of_the_latest_release_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "latest" / TENSION_DAILY.name
    folder.mkdir(parents=True)
    (folder / "2025.parquet").write_bytes(b"damaged")
    with pytest.raises(LakeError, match=r"2025\.parquet is damaged"):
        Publisher(tmp_path).read_latest(TENSION_DAILY)


def test_damaged_hashes_of_an_old_release_do_not_stop_publishing(published: tuple[Publisher, Lake]) -> None:
    publisher, lake = published
    oldest = publisher.latest.resolve()
    publisher.publish(lake, date(2025, 4, 21), "A test.")
    (oldest / "SHA256SUMS").write_text("x")
    publisher.publish(lake, date(2025, 4, 22), "A test.")
    assert not (oldest / "trade_tension.duckdb").exists()
    assert [damage.problem for damage in find_published_damage(publisher)] == ["SHA256SUMS is damaged"]


def test_a_copied_folder_in_place_of_the_link_is_explained(published: tuple[Publisher, Lake]) -> None:
    publisher, lake = published
    release = publisher.latest.resolve()
    publisher.latest.unlink()
    shutil.copytree(release, publisher.latest)
    with pytest.raises(PublishError, match=r"latest is a folder, not a link; .* Remove it and run again"):
        publisher.publish(lake, LAST_DAY, "A test.")


def test_an_index_of_own_articles_does_not_name_the_sample_as_source(published: tuple[Publisher, Lake]) -> None:
    publisher, _ = published
    assert "invented articles" not in (publisher.latest / "datapackage.json").read_text(encoding="utf-8")


def test_describe_columns_refuses_an_unknown_name(first_release: tuple[Path, Lake]) -> None:
    database = Publisher(first_release[0]).database
    assert {"index_date", "tension"} <= set(query(database, "from describe_columns('today')")["column_name"])
    with pytest.raises(duckdb.Error, match="no table, view or macro failed_checks: from describe_tables"):
        query(database, "from describe_columns('failed_checks')")
