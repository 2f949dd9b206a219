"""Read releases while they replace each other; count errors and mixtures.

    uv run --group bench python benchmarks/readers_while_publishing.py [--opens 10000] [--readers 3]

Two releases are published in turns. Each reader opens the database by its link, then one table and the page of `latest`, whose link it
resolves once. A mixture is a database, folder or page with anything of the other release. Exits with 1 after an error or a mixture.
"""

import argparse
import json
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
from forked_runs import DAYS, Forked, fork, run_undisturbed, stamp, write_articles

from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.durable_files import hash_file
from pipeline.report.write import write_report
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import DATABASE, Publisher
from pipeline.warehouse.sql import select_view

QUERY = "select (select release from about), (select sum(tension) from tension_daily)::decimal(18, 6)::varchar"
TABLE = "tension_daily/2025.parquet"


def publish(folder: Path, letter: str, published: Path) -> None:
    """Publish the lake of `home-<letter>` in `folder` to the folder `published`."""
    lake = Lake(folder / f"home-{letter}" / "lake")
    add_report = partial(write_report, lake.read, partial(select_view, lake, CONTRIBUTIONS), is_sample=False)
    Publisher(published).publish(lake, date.fromisoformat(DAYS[-1]), "a benchmark", add_report)


def publish_in_turns(folder: Path, stop: Path) -> None:
    """Publish both lakes in turns until the file `stop` exists; print how often."""
    count = 0
    while not stop.exists():
        publish(folder, "AB"[count % 2], folder / "published")
        count += 1
    print(count)


def describe_releases(folder: Path) -> dict[str, tuple[str, str]]:
    """Publish both lakes; return what a reader sees, by name of release.

    It is a row of the database as JSON, and the hash of a table.
    """
    known = {}
    for letter in "AB":
        publish(folder, letter, folder / "expected")
        release = (folder / "expected" / "latest").resolve()
        with duckdb.connect(str(release / DATABASE), read_only=True) as con:
            (row,) = con.sql(QUERY).fetchall()
        known[release.name] = json.dumps(row), hash_file(release / TABLE)
    return known


def read_again(published: Path, known: dict[str, tuple[str, str]], opens: int) -> None:
    """Open database, table and page by turns; print errors and mixtures.

    `opens` counts all three.
    """
    for _ in range(opens // 3):
        try:
            with duckdb.connect(str(published / DATABASE), read_only=True) as con:
                (row,) = con.sql(QUERY).fetchall()
            release = (published / "latest").resolve()
            table, page = hash_file(release / TABLE), (release / "report.html").read_text(encoding="utf-8")
        except (OSError, duckdb.Error) as error:
            print(f"error: {error}")
            continue
        if json.dumps(row) != known.get(row[0], ("", ""))[0]:
            print(f"mixture: the database is {row}")
        others = [name for name in known if name != release.name and name in page]
        if table != known.get(release.name, ("", ""))[1] or release.name not in page or others:
            print(f"mixture: {release.name} has another table or page")


def main() -> None:
    """Read while another process publishes; count errors and mixtures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opens", type=int, default=10_000)
    parser.add_argument("--readers", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_undisturbed(folder, write_articles(folder))
        described = fork(lambda: print(json.dumps(describe_releases(folder))))
        if described.wait():
            raise SystemExit(described.text())
        known = {release: tuple(seen) for release, seen in json.loads(described.output.read_text(encoding="utf-8")).items()}
        stop = folder / "stop"
        writer = fork(lambda: publish_in_turns(folder, stop))
        while not (folder / "published" / "latest").exists():
            if writer.has_ended():
                raise SystemExit(writer.text())
        each = options.opens // options.readers
        readers: list[Forked] = [fork(lambda: read_again(folder / "published", known, each)) for _ in range(options.readers)]
        codes = [reader.wait() for reader in readers]
        stop.touch()
        codes.append(writer.wait())
        lines = [line for reader in readers for line in reader.output.read_text(encoding="utf-8").splitlines()]
        errors, mixtures = (sum(line.startswith(kind) for line in lines) for kind in ("error", "mixture"))
        print(f"{stamp()} {each // 3 * 3 * options.readers:,} opens during {writer.text()} publishes: {errors} errors, {mixtures} mixtures")
        print(*lines[:10], sep="\n")
    if lines or any(codes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
