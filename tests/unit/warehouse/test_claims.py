"""Several machines claim parts of a lake, one claims everything, and a dead one's claim ends."""

import json
import platform
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from pipeline import clock
from pipeline.warehouse import claims
from pipeline.warehouse.claims import CLAIMS, LIFETIME, LakeInUseError, claim, list_claims, require_claim
from pipeline.warehouse.object_store import Bucket, ObjectStoreError, open_bucket, run

pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    (tmp_path / "bucket").mkdir()
    return open_bucket((tmp_path / "bucket").as_uri())


def leave_claim(bucket: Bucket, home: str, part: str | None, age: timedelta) -> None:
    """Leave the claim of a process that was killed that long ago."""
    renewed_at = datetime.now(UTC) - age
    dead = {
        "token": home,
        "writer": "tension work",
        "host": "host-a",
        "process": 7,
        "home": home,
        "part": part,
        "since": renewed_at.isoformat(),
        "renewed_at": renewed_at.isoformat(),
    }
    run(bucket.change(CLAIMS, lambda content: json.dumps([*json.loads(content or b"[]"), dead]).encode()))


def test_different_parts_are_claimed_at_once(bucket: Bucket) -> None:
    leave_claim(bucket, "a", "findings of March", timedelta())
    with claim(bucket, "b", "tension work", "findings of April"):
        assert [one.part for one in list_claims(bucket)] == ["findings of March", "findings of April"]
    assert [one.part for one in list_claims(bucket)] == ["findings of March"]


@pytest.mark.parametrize(("theirs", "ours"), [("March", "March"), (None, "March"), ("March", None), (None, None)])
def test_a_second_writer_is_refused_with_the_first_named(bucket: Bucket, theirs: str | None, ours: str | None) -> None:
    leave_claim(bucket, "a", theirs, timedelta(minutes=1))
    with (
        pytest.raises(LakeInUseError, match=r"is in use: `tension work` on host-a, process 7, .* since 20.* UTC\. Wait .* run again after"),
        claim(bucket, "b", "tension run", ours),
    ):
        pass
    assert len(list_claims(bucket)) == 1


def test_a_claim_that_was_not_renewed_ends(bucket: Bucket) -> None:
    leave_claim(bucket, "a", None, LIFETIME + timedelta(seconds=1))
    with claim(bucket, "b", "tension run"):
        assert [one.home for one in list_claims(bucket)] == ["b"]


def test_a_dead_process_of_the_same_home_does_not_refuse(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of the home shows that it is dead."""
    leave_claim(bucket, "a", None, timedelta())
    monkeypatch.setattr(platform, "node", lambda: "host-a")
    with claim(bucket, "a", "tension run"):
        assert [one.home for one in list_claims(bucket)] == ["a"]


def test_a_copy_of_the_home_on_another_machine_is_refused(bucket: Bucket) -> None:
    leave_claim(bucket, "a", None, timedelta())
    with pytest.raises(LakeInUseError, match="`tension work` on host-a"), claim(bucket, "a", "tension run"):
        pass


def test_a_claim_is_renewed(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "_SECONDS_BETWEEN_RENEWALS", 0.01)
    with claim(bucket, "a", "tension run"):
        [first] = list_claims(bucket)
        while (newest := list_claims(bucket)[0].renewed_at) == first.renewed_at:
            Event().wait(0.01)
        assert newest > first.renewed_at
        require_claim(bucket.url)


def test_who_lost_a_claim_writes_nothing_more(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "_SECONDS_BETWEEN_RENEWALS", 0.01)
    with claim(bucket, "a", "tension run"):
        run(bucket.change(CLAIMS, lambda _: b"[]"))  # another process took over, and has finished
        while not claims._held[bucket.url].is_lost:
            Event().wait(0.01)
        with pytest.raises(LakeInUseError, match="was left to other writers"):
            require_claim(bucket.url)
    with pytest.raises(LakeInUseError, match="without a claim"):
        require_claim(bucket.url)


def test_a_claim_is_lost_before_a_fast_clock_lets_others_take_over(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    with claim(bucket, "a", "tension run"):
        [own] = list_claims(bucket)
        monkeypatch.setattr(clock, "now", lambda: own.ends_at - timedelta(seconds=61))
        require_claim(bucket.url)
        monkeypatch.setattr(clock, "now", lambda: own.ends_at - timedelta(seconds=60))
        with pytest.raises(LakeInUseError, match="could not renew its claim for 4 minutes"):
            require_claim(bucket.url)


def test_a_damaged_list_of_writers_is_named(bucket: Bucket) -> None:
    run(bucket.create(CLAIMS, b"{"))
    with pytest.raises(ObjectStoreError, match=r"writers\.json is damaged; make sure that nothing writes"), claim(bucket, "a", "run"):
        pass
