"""The daily schedule and the sensor of the inbox."""

import io
import json
import os
import shutil
import time
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.contracts.tables import core
from pipeline.contracts.tables.core import STORY_LINKS
from pipeline.defs import sensors
from pipeline.defs.jobs import JOB, REBUILD
from pipeline.defs.partitions import range_tags
from pipeline.defs.resources import News
from pipeline.settings import Settings
from pipeline.sources.files.articles import ReadReport
from pipeline.sources.files.inbox import QUIET_SECONDS
from pipeline.warehouse.home import HomeError, mark_home
from pipeline.warehouse.lake import Lake
from tests.defs.conftest import Row, build_article, build_quietly

FIRST, LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def evaluate_schedule(settings: Settings, at: datetime) -> list[dg.RunRequest]:
    schedule = build_quietly(settings).resolve_schedule_def("daily")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=at))
    return list(data.run_requests or [])


def test_the_schedule_covers_yesterday_and_the_look_back() -> None:
    (request,) = evaluate_schedule(Settings(lookback_days=7), datetime(2025, 5, 20, 5, 30, tzinfo=UTC))
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-05-12", "2025-05-19")


def test_without_a_look_back_only_yesterday_is_read() -> None:
    (request,) = evaluate_schedule(Settings(lookback_days=0), datetime(2025, 5, 20, 5, 30, tzinfo=UTC))
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-05-19", "2025-05-19")


def test_the_look_back_starts_at_the_first_day_at_the_earliest() -> None:
    (request,) = evaluate_schedule(Settings(lookback_days=7), datetime(2025, 1, 23, 5, 30, tzinfo=UTC))
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-01-20", "2025-01-22")


def test_the_schedule_waits_until_the_first_day_is_over() -> None:
    assert evaluate_schedule(Settings(), datetime(2025, 1, 20, 5, 30, tzinfo=UTC)) == []


def test_two_mornings_request_two_runs() -> None:
    keys = {evaluate_schedule(Settings(), datetime(2025, 5, day, 5, 30, tzinfo=UTC))[0].run_key for day in (20, 21)}
    assert len(keys) == 2


def write_empty_days(home: Path, days: Days) -> Lake:
    """Write days without articles, as if they had been read."""
    lake = Lake(home / "lake")
    with lake.stage("days") as temporary:
        for table in core.TABLES:
            temporary.write_days(table, table.empty(), days)
    return lake


@pytest.mark.parametrize(
    ("first_day", "last_read", "first"),
    [("2025-05-01", "2025-05-04", "2025-05-05"), ("2025-05-01", "2025-05-15", "2025-05-12"), ("2025-05-08", "2025-05-04", "2025-05-08")],
)
def test_the_schedule_reads_all_days_since_the_last_one_read(tmp_path: Path, first_day: str, last_read: str, first: str) -> None:
    write_empty_days(tmp_path, Days(date(2025, 5, 1), date.fromisoformat(last_read)))
    settings = Settings(home=tmp_path, lookback_days=7, first_day=date.fromisoformat(first_day))
    (request,) = evaluate_schedule(settings, datetime(2025, 5, 20, 5, 30, tzinfo=UTC))
    assert (request.tags[FIRST], request.tags[LAST]) == (first, "2025-05-19")


@pytest.mark.parametrize(
    ("job", "tags"),
    [
        (JOB, range_tags(Days(date(2025, 5, 12), date(2025, 5, 19)))),
        pytest.param(JOB, {"dagster/partition": "2025-05-06"}, marks=pytest.mark.slow),
        (REBUILD, {}),
    ],
)
def test_a_run_of_the_ui_that_leaves_a_gap_writes_nothing(tmp_path: Path, job: str, tags: dict[str, str]) -> None:
    settings = Settings(home=tmp_path / "home")
    mark_home(settings.home, is_sample=True)
    lake = write_empty_days(settings.home, Days(date(2025, 5, 1), date(2025, 5, 4)))
    if job == REBUILD:
        lake.files(STORY_LINKS, Days(date(2025, 5, 2), date(2025, 5, 2)))[0].unlink()
    files = sorted(path for path in settings.lake.rglob("*.*"))
    definition = build_quietly(settings).resolve_job_def(job)
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(definition, tags=tags)
        execute_run(InMemoryJob(definition), run, instance)
        events = [log.dagster_event for log in instance.all_logs(run.run_id) if log.dagster_event]
    assert [event.step_key for event in events if event.is_step_start] == []
    assert any("of the days between the first and the last one are not in" in str(event) for event in events)
    assert sorted(path for path in settings.lake.rglob("*.*")) == files


class Inbox:
    """An inbox folder and the cursor of its sensor."""

    def __init__(self, settings: Settings, code_location: dg.Definitions | None = None) -> None:
        self.code_location = code_location or build_quietly(settings)
        self.sensor = self.code_location.resolve_sensor_def("inbox")
        self.folder = settings.inbox
        self.cursor: str | None = None
        self.instance = dg.DagsterInstance.ephemeral()

    def put(self, name: str, *articles: Row) -> Path:
        return self.put_bytes(name, "".join(json.dumps(row) + "\n" for row in articles).encode())

    def put_bytes(self, name: str, content: bytes) -> Path:
        """Write a file with an old modification time."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / name
        path.write_bytes(content)
        a_while_ago = time.time() - 2 * QUIET_SECONDS
        os.utime(path, (a_while_ago, a_while_ago))
        return path

    def evaluate(self) -> tuple[list[dg.RunRequest], str]:
        """Evaluate the sensor once; return its run requests and the skip message."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor, definitions=self.code_location)
            data = self.sensor.evaluate_tick(context)
        self.cursor = data.cursor
        return list(data.run_requests or []), data.skip_message or ""

    def start(self, request: dg.RunRequest) -> dg.DagsterRun:
        """Record a run as the daemon does for a request of this sensor."""
        tags = {"dagster/sensor_name": "inbox", "dagster/run_key": str(request.run_key)}
        run = dg.DagsterRun(JOB, run_id=str(uuid4()), tags=tags, status=dg.DagsterRunStatus.STARTED)
        return self.instance.add_run(run)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dg.Definitions]:
    """Settings of a home, and its code location; tests empty the home."""
    settings = Settings(home=tmp_path_factory.mktemp("inbox") / "home")
    return settings, build_quietly(settings)


@pytest.fixture
def inbox(shared: tuple[Settings, dg.Definitions]) -> Iterator[Inbox]:
    settings, code_location = shared
    shutil.rmtree(settings.home, ignore_errors=True)
    settings.home.mkdir()
    inbox = Inbox(settings, code_location)
    with inbox.instance:
        yield inbox


def build_row(name: str, day: str) -> Row:
    return build_article(name, datetime.fromisoformat(day).date(), "Ruritania taxes glass. It does so from Monday.")


def test_without_an_inbox_the_sensor_says_where_to_put_files(inbox: Inbox) -> None:
    requests, skipped = inbox.evaluate()
    assert requests == []
    assert str(inbox.folder) in skipped


def test_an_empty_inbox_is_skipped(inbox: Inbox) -> None:
    inbox.folder.mkdir()
    requests, skipped = inbox.evaluate()
    assert requests == []
    assert "no new article files" in skipped


def test_a_new_file_requests_a_run_over_the_days_of_its_articles(inbox: Inbox) -> None:
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"), build_row("2", "2025-04-05"))
    ((request,), _) = inbox.evaluate()
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-04-02", "2025-04-05")


def test_before_the_first_day_is_over_a_file_requests_no_run(tmp_path: Path) -> None:
    inbox = Inbox(Settings(home=tmp_path, first_day=datetime.now(UTC).date()))
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    assert inbox.evaluate()[0] == []
    assert "no new article files" in inbox.evaluate()[1]


def test_days_of_a_file_that_are_not_over_are_requested_when_they_are(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.put("today.jsonl", build_row("1", "2025-04-03"))
    inbox.put("wire.jsonl", build_row("2", "2025-04-02"), build_row("3", "2025-04-03"))
    inbox.put("tomorrow.jsonl", build_row("4", "2025-04-04"))
    requested, keys = list[tuple[str, str]](), set[str | None]()
    for day in (3, 4, 5, 6):
        monkeypatch.setattr(clock, "now", lambda day=day: datetime(2025, 4, day, 12, tzinfo=UTC))
        monkeypatch.setattr(sensors, "last_partition", lambda _settings, day=day: date(2025, 4, day - 1))
        for request in inbox.evaluate()[0]:
            requested.append((request.tags[FIRST], request.tags[LAST]))
            keys.add(request.run_key)
        assert inbox.evaluate()[0] == []
    days = [(first.day, last.day) for first, last in (map(date.fromisoformat, one) for one in requested)]
    assert days == [(2, 2), (3, 3), (2, 3), (4, 4)]
    assert len(keys) == 4


def test_a_known_file_requests_no_run(inbox: Inbox) -> None:
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    inbox.evaluate()
    requests, skipped = inbox.evaluate()
    assert requests == []
    assert "no new article files" in skipped


def test_a_changed_file_requests_a_run_with_another_key(inbox: Inbox) -> None:
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    ((first,), _) = inbox.evaluate()
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"), build_row("2", "2025-04-03"))
    ((second,), _) = inbox.evaluate()
    assert second.run_key != first.run_key
    assert (second.tags[FIRST], second.tags[LAST]) == ("2025-04-02", "2025-04-03")


def test_a_touched_file_is_a_changed_file(inbox: Inbox) -> None:
    path = inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    inbox.evaluate()
    os.utime(path, (0, 0))
    assert len(inbox.evaluate()[0]) == 1


def test_a_file_that_is_being_copied_is_skipped_until_complete(inbox: Inbox) -> None:
    path = inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    path.touch()
    requests, skipped = inbox.evaluate()
    assert requests == []
    assert "1 still being copied" in skipped
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"), build_row("2", "2025-04-03"))
    ((request,), _) = inbox.evaluate()
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-04-02", "2025-04-03")


def test_days_around_a_file_are_requested_if_they_were_read(tmp_path: Path) -> None:
    """The links of articles on these days may change."""
    inbox = Inbox(Settings(home=tmp_path, first_day=date(2025, 4, 1)))
    read = Days(date(2025, 3, 20), date(2025, 4, 6))
    with Lake(tmp_path / "lake").stage("story_links") as temporary:
        temporary.write_days(STORY_LINKS, STORY_LINKS.empty(), read)
    inbox.put("a.jsonl", build_row("1", "2025-04-02"))
    inbox.put("b.jsonl", build_row("2", "2025-04-05"))
    inbox.put("c.jsonl", build_row("3", "2025-04-20"))
    days = [(request.tags[FIRST], request.tags[LAST]) for request in inbox.evaluate()[0]]
    assert days == [("2025-04-01", "2025-04-05"), ("2025-04-02", "2025-04-06"), ("2025-04-20", "2025-04-20")]


def test_days_between_a_file_and_the_lake_are_requested_too(tmp_path: Path) -> None:
    inbox = Inbox(Settings(home=tmp_path, first_day=date(2025, 3, 20)))
    write_empty_days(tmp_path, Days(date(2025, 4, 1), date(2025, 4, 6)))
    inbox.put("a.jsonl", build_row("1", "2025-04-20"))
    inbox.put("b.jsonl", build_row("2", "2025-03-21"))
    days = [(request.tags[FIRST], request.tags[LAST]) for request in inbox.evaluate()[0]]
    assert days == [("2025-04-04", "2025-04-20"), ("2025-03-21", "2025-04-03")]


def test_a_file_whose_run_failed_is_tried_twice_more(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.put("good.jsonl", build_row("2", "2025-04-09"))
    ((good,), _) = inbox.evaluate()
    inbox.start(good)
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    requests, keys, start = inbox.evaluate()[0], list[str](), datetime.now(UTC)
    for pause in (timedelta(minutes=10), timedelta(hours=2)):
        (request,) = requests
        keys.append(str(request.run_key))
        run = inbox.start(request)
        monkeypatch.setattr(clock, "now", lambda start=start: start + timedelta(days=1))
        assert inbox.evaluate()[0] == []  # it still runs
        inbox.instance.report_run_failed(run)
        monkeypatch.setattr(clock, "now", lambda start=start, pause=pause: start + pause - timedelta(minutes=1))
        assert inbox.evaluate()[0] == []
        monkeypatch.setattr(clock, "now", lambda start=start, pause=pause: start + pause + timedelta(minutes=1))
        requests, _ = inbox.evaluate()
    (request,) = requests
    assert len({*keys, request.run_key}) == 3
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-04-02", "2025-04-02")
    inbox.instance.report_run_failed(inbox.start(request))
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=9))
    requests, skipped = inbox.evaluate()
    assert (requests, "; failed three times, touch to try again: wire.jsonl;" in skipped) == ([], True)
    os.utime(inbox.folder / "wire.jsonl", (0, 0))
    assert len(inbox.evaluate()[0]) == 1


def test_a_file_whose_second_run_succeeded_is_not_tried_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    inbox.instance.report_run_failed(inbox.start(inbox.evaluate()[0][0]))
    start = datetime.now(UTC)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=1))
    inbox.start(inbox.evaluate()[0][0])
    assert inbox.evaluate() == ([], f"no new article files in {inbox.folder}; put Parquet, JSON or CSV there, also as .gz or .zip")


@pytest.mark.parametrize(("is_sample", "words"), [(True, "this home is for the bundled sample"), (False, "the settings name none")])
def test_settings_without_articles_do_not_read_the_inbox(inbox: Inbox, is_sample: bool, words: str) -> None:
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    mark_home(inbox.folder.parent, is_sample=is_sample)
    day = date(2025, 4, 2)
    with pytest.raises(HomeError, match=words):
        News(Settings(home=inbox.folder.parent)).day_digests(Days(day, day), day, ReadReport())


def test_a_zip_file_requests_a_run(inbox: Inbox) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as members:
        members.writestr("april/wire.json", json.dumps([build_row("1", "2025-04-02")]))
    inbox.put_bytes("news.zip", packed.getvalue())
    ((request,), _) = inbox.evaluate()
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-04-02", "2025-04-02")


def test_a_broken_file_is_logged_and_others_are_read(inbox: Inbox, capsys: pytest.CaptureFixture[str]) -> None:
    inbox.put("wire.jsonl", build_row("1", "2025-04-02"))
    inbox.put_bytes("broken.parquet", b"PAR1 this is none")
    requests, _ = inbox.evaluate()
    assert [request.tags[FIRST] for request in requests] == ["2025-04-02"]
    printed = capsys.readouterr()
    assert "broken.parquet cannot be read" in printed.out + printed.err


def test_a_broken_file_is_tried_only_once(inbox: Inbox) -> None:
    inbox.put_bytes("broken.parquet", b"PAR1 this is none")
    assert inbox.evaluate()[0] == []
    assert "no new article files" in inbox.evaluate()[1]


def test_days_outside_the_settings_are_cut_off(inbox: Inbox) -> None:
    inbox.put("wire.jsonl", build_row("1", "2024-12-30"), build_row("2", "2025-01-22"))
    ((request,), _) = inbox.evaluate()
    assert (request.tags[FIRST], request.tags[LAST]) == ("2025-01-20", "2025-01-22")


def test_a_file_of_other_days_requests_no_run(inbox: Inbox) -> None:
    inbox.put("wire.jsonl", build_row("1", "2024-12-30"))
    assert inbox.evaluate()[0] == []


def test_other_files_in_the_inbox_are_ignored(inbox: Inbox) -> None:
    inbox.folder.mkdir()
    (inbox.folder / "notes.txt").write_text("for later", encoding="utf-8")
    (inbox.folder / ".wire.jsonl.part").write_text("half", encoding="utf-8")
    assert "no new article files" in inbox.evaluate()[1]
