"""Let writes of a run fail; check what it prints and leaves.

    uv run --group bench python benchmarks/disk_faults.py [--count 100] [--seed 1] [--finish-every 5]

Every write, rename and fsync below the home (the folder of the run) is counted (`failing_disk.c`, which needs a C compiler). One kind of
operation on one kind of file is drawn, then one of its operations: from there on the disk is full or read-only, or this one operation has
an input/output error. The run must end with a sentence and no traceback, and the publication must be whole. After `--finish-every` such
runs in the same home, a run without faults must publish the same release as a home without faults. Exits with 1 after a failure.
"""

import argparse
import ctypes
import errno
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from forked_runs import find_problems, fork_run, read_release, run_undisturbed, stamp, write_articles

FOREVER = 10**9
#: Kinds of fault: the error, and how many operations in a row fail with it.
FAULTS = {errno.ENOSPC: FOREVER, errno.EROFS: FOREVER, errno.EIO: 1}
#: What to do: every message of a failure must have one of these.
REMEDIES = re.compile(
    r"free some space|choose another (?:folder|home)|check the disk|run the same command again|run again|tension verify|nothing runs"
)
#: Patterns of names that differ between runs, or between files of one kind, and what replaces them.
KINDS = ((r"[0-9a-f]{8}-[0-9a-f-]{27}", "RUN"), (r"lake/(\.new-|\.unsorted-)?[a-z_]+", r"lake/\1TABLE"), (r"\d{4}-\d\d-\d\d", "DAY"))


def run_with_failing_disk() -> int:
    """Compile the library, run this program again with it, and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="failing-disk-") as folder:
        library, source = Path(folder, "failing_disk.so"), Path(__file__).with_name("failing_disk.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)  # noqa: S603, S607 this project
        libraries = f"{library} {os.environ.get('LD_PRELOAD', '')}".strip()
        return subprocess.run([sys.executable, *sys.argv], env=os.environ | {"LD_PRELOAD": libraries}, check=False).returncode  # noqa: S603 itself


def fail_disk(home: Path, first: int, error: int, log: Path) -> Callable[[], None]:
    """Return a function that makes operations on files below `home` fail.

    It affects the process that calls it. Operations from number `first` on fail with `error` (for `EIO` only that one; with `first` 0
    none). The file `log` lists all operations.
    """

    def fail() -> None:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        ctypes.CDLL(None).fail_disk(str(home).encode(), first, FAULTS.get(error, 0), error, descriptor)

    return fail


def to_kind(operation: str) -> str:
    """Return the kind of a logged operation: what it does, with which kind of file."""
    for pattern, name in KINDS:
        operation = re.sub(pattern, name, operation)
    return re.sub(r"(staging|TABLE)/[a-z_]+\b", r"\1/TABLE", operation)


def draw(log: Path, chance: random.Random) -> int:
    """Draw a kind of operation, then one of them; return its number.

    `log`: the operations of a run, one a line, numbered from 1. Each kind (`to_kind`) has the same chance, rare or frequent.
    """
    numbers: dict[str, list[int]] = {}
    for number, line in enumerate(log.read_text(encoding="utf-8").splitlines(), 1):
        numbers.setdefault(to_kind(line), []).append(number)
    return chance.choice(numbers[chance.choice(sorted(numbers))])


def judge(code: int, text: str) -> list[str]:
    """Return what is wrong with exit code and output of a run on a failing disk."""
    problems = ["traceback"] * ("Traceback" in text)
    if code not in {0, 1, 3}:  # published; failed; published, but a table that the index does not need has an earlier version
        problems.append(f"exit code {code}")
    if code == 1 and not REMEDIES.search(text):
        problems.append("no remedy")
    return problems


def main() -> None:
    """Let operations of runs fail; print how each run ends, and the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="number of runs with a fault")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--finish-every", type=int, default=5, help="faults before a run without")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after this time")
    options = parser.parse_args()
    if "failing_disk.so" not in os.environ.get("LD_PRELOAD", ""):
        raise SystemExit(run_with_failing_disk())
    chance, counts, stop_at = random.Random(options.seed), Counter[str](), time.monotonic() + 60 * options.minutes  # noqa: S311 no secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        home, log, letter = folder / "home", folder / "operations.txt", "A"
        articles = write_articles(folder)
        expected = run_undisturbed(folder, articles)
        first = fork_run(home, articles["A"], fail_disk(home, 0, 0, log))
        if first.wait():
            raise SystemExit(first.text())
        operations = log.read_text(encoding="utf-8").splitlines()
        print(f"{stamp()} {len(operations):,} operations of {len(set(map(to_kind, operations)))} kinds in a run", flush=True)
        planned = folder / "planned.txt"
        log.rename(planned)
        while counts["faults"] < options.count and time.monotonic() < stop_at:
            letter = "B" if letter == "A" else "A"
            for _ in range(options.finish_every):
                number, error = draw(planned, chance), chance.choice(sorted(FAULTS))
                forked = fork_run(home, articles[letter], fail_disk(home, number, error, log))
                code, text = forked.wait(), forked.text()
                forked.output.unlink()
                reached = log.read_text(encoding="utf-8").splitlines()
                failed = to_kind(reached[number - 1]) if len(reached) >= number else "nothing"
                problems = judge(code, text) + find_problems(home)
                counts["faults" if failed != "nothing" else "not reached"] += 1
                counts["bad" if problems else "good"] += 1
                print(
                    f"{stamp()} {errno.errorcode[error]} at {number}, {failed}: exit code {code}{f' {problems}' * bool(problems)}",
                    flush=True,
                )
                if problems:
                    print(f"    {text[-900:]}", flush=True)
            finished = fork_run(home, articles[letter])
            problems = [] if finished.wait() == 0 else [f"exit code {finished.code}: {finished.text()[-900:]}"]
            problems += find_problems(home) + ["another release than undisturbed"] * (read_release(home) != expected[letter])
            finished.output.unlink()
            counts["bad repeats" if problems else "right repeats"] += 1
            print(f"{stamp()} {dict(counts)} {problems or ''}", flush=True)
    if counts["bad"] or counts["bad repeats"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
