"""Kill runs at random instants, and check what is published.

    uv run --group bench python benchmarks/kills.py [--count 500] [--seed 1] [--finish-every 5] [--bucket]

Two files of articles of the same days take turns, so that every run publishes another release. Kills are spread evenly over the processor
time of a run. After `--finish-every` kills in the same home (folder of the runs), a run is let finish: its release must be the same as that
of a home without kills, and Dagster's history must have no run that blocks the next. With `--bucket` (needs the group `server`) each run
also uploads its release to an S3 server of this machine, kills fall into the second half of runs, and the release in the bucket must be
whole too. Exits with 1 after a failure.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from forked_runs import (
    Forked,
    count_unfinished_runs,
    find_problems,
    fork,
    fork_run,
    list_in_fork,
    read_release,
    run_undisturbed,
    stamp,
    write_articles,
)


def kill_at(forked: Forked, cpu_seconds: float) -> bool:
    """Kill a process when it has used this processor time.

    Returns true if it was killed, false if it ended before.
    """
    while not forked.has_ended():
        if forked.cpu_seconds() >= cpu_seconds:
            os.kill(forked.pid, signal.SIGKILL)
            return forked.wait() == -signal.SIGKILL
        time.sleep(0.002)
    return False


@contextlib.contextmanager
def serve_bucket(folder: Path) -> Iterator[str]:
    """Run an S3 server; yield the URL to which runs upload.

    Sets the environment variables for that, which stay set. `Server.start` uses a client with threads, so it is called in a forked process:
    threads of this process would be missing in the runs, which are forked later.
    """
    from tests.s3_server import USERS, Server  # noqa: PLC0415 needs packages of another group

    server, pid = Server(folder / "s3"), folder / "pid"

    def start() -> None:
        server.start()
        pid.write_text(str(server.pid), encoding="ascii")

    forked = fork(start)
    if forked.wait():
        raise SystemExit(f"the server did not start: {forked.text()}")
    url, (key, secret, _) = "s3://releases/kills", USERS["owner"]
    os.environ |= {
        "TENSION_PUBLISH_TO": url,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }
    try:
        yield url
    finally:
        os.kill(int(pid.read_text(encoding="ascii")), signal.SIGKILL)


def find_bucket_problems(url: str, release: str | None = None) -> list[str]:
    """Return what is wrong with the release in a bucket, which must have one.

    If `release` is given, it must have this name.
    """

    def list_problems() -> Iterator[str]:
        from pipeline.warehouse.object_store import open_bucket  # noqa: PLC0415 starts threads
        from tests.s3_server import read_release as read_uploaded  # noqa: PLC0415 as above

        try:
            uploaded = read_uploaded(open_bucket(url))
        except AssertionError as error:
            yield f"in the bucket: {error}"
            return
        if uploaded is None or (release and uploaded != release):
            yield f"the release in the bucket is {uploaded}"

    return list_in_fork(list_problems)


def measure_run(home: Path, articles: Path) -> float:
    """Run over a file of articles; return the run's processor seconds, without imports.

    `SystemExit` if the run fails.
    """
    forked, seconds = fork_run(home, articles), 0.0
    while not forked.has_ended():
        seconds = forked.cpu_seconds()
        time.sleep(0.01)
    if forked.code:
        raise SystemExit(f"the run exits with {forked.code}: {forked.text()}")
    forked.output.unlink()
    return seconds


def main() -> None:
    """Kill runs; print the counts of kills, of whole publications and of right repeats.

    Exits with 1 if a publication was not whole, or a repeat was bad.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500, help="number of kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--finish-every", type=int, default=5, help="kills before a run is let finish")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after this time")
    parser.add_argument("--bucket", action="store_true", help="upload releases to an S3 server")
    options = parser.parse_args()
    chance, counts, stop_at = random.Random(options.seed), Counter[str](), time.monotonic() + 60 * options.minutes  # noqa: S311 no secret
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        articles = write_articles(folder)
        expected = run_undisturbed(folder, articles)
        url = stack.enter_context(serve_bucket(folder)) if options.bucket else None
        home = folder / "home"
        for letter in "BA":  # the second run is as long as those that follow
            longest = measure_run(home, articles[letter])
        print(f"{stamp()} a run takes {longest:.1f} s of processor time after its imports", flush=True)
        while counts["kills"] < options.count and time.monotonic() < stop_at:
            was_killed = False
            for _ in range(options.finish_every):
                if not was_killed:  # after a run that ended, the same articles would leave nothing to do
                    letter = "B" if letter == "A" else "A"
                forked = fork_run(home, articles[letter])
                was_killed = kill_at(forked, chance.uniform(longest / 2 if url else 0, longest))
                forked.output.unlink()
                counts["kills" if was_killed else "ended before the kill"] += 1
                problems = find_problems(home) + (find_bucket_problems(url) if url else [])
                counts["not whole" if problems else "whole"] += was_killed
                if problems:
                    print(f"{stamp()} NOT WHOLE: {problems}", flush=True)
            finished = fork_run(home, articles[letter])
            problems = [] if finished.wait() == 0 else [f"exit code {finished.code}: {finished.text()[-500:]}"]
            problems += find_problems(home)
            problems += ["another release than undisturbed"] * (read_release(home) != expected[letter])
            problems += find_bucket_problems(url, expected[letter].split("\n")[0]) if url else []
            problems += ["the history has unfinished runs"] * (count_unfinished_runs(home) > 0)
            finished.output.unlink()
            counts["bad repeats" if problems else "right repeats"] += 1
            print(f"{stamp()} {dict(counts)} {problems or ''}", flush=True)
            leftovers = [path.name for path in (home / "published").rglob(".*")]
            if leftovers:
                print(f"{stamp()} leftovers: {leftovers}", flush=True)
            shutil.rmtree(home / "dagster")  # its history of dead runs grows by megabytes
    if counts["not whole"] or counts["bad repeats"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
