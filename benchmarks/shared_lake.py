"""Measure a backfill into a shared lake with one and two workers.

    uv run --group server --group bench python benchmarks/shared_lake.py [--articles 400] [--days 56]

The articles are those of the sample, each with a sentence of its own, so that every text is read. The lake is on a SeaweedFS server of this
machine. Each worker reads in one process. Prints a table, and fails if the two lakes differ.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from pipeline.contracts.tables import TABLES
from pipeline.settings import SAMPLE_ARTICLES
from pipeline.warehouse.object_store import open_bucket, run
from pipeline.warehouse.shared_lake import SharedLake
from tests.s3_server import USERS, Proxy, Server, run_proxy

FIRST_DAY = date(2025, 1, 6)


def write_articles(path: Path, count: int, days: int) -> None:
    """Write `count` articles to a file of JSON lines, spread over `days` days.

    They are those of the sample, repeated in order, each with a sentence of its own.
    """
    files = sorted(SAMPLE_ARTICLES.glob("2025-??.jsonl"))
    texts = [
        row
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if (row := json.loads(line)).get("body") and row.get("source")
    ]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = texts[number % len(texts)]
            row = {
                "source": text["source"],
                "published_at": f"{FIRST_DAY + timedelta(days=number * days // count)}T10:00:00Z",
                "title": text["title"],
                "body": f"{text['body']} This is report number {number} of its series.",
            }
            file.write(json.dumps(row) + "\n")


def measure(folder: Path, url: str, workers: int) -> tuple[float, float]:
    """Run `workers` workers on the lake at `url` until all days are read.

    Each is a process `tension work` with a home of its own. Returns seconds and CPU seconds. `RuntimeError` if one fails.
    """
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(Path(sys.executable).with_name("tension")), "work", "--articles", str(folder / "wire.jsonl"), "--workers", "1"]
    environment = os.environ | {"TENSION_LAKE_URL": url}
    processes = []
    for number in range(workers):
        home = folder / f"{workers}-{number}"
        processes.append(subprocess.Popen([*command, "--home", str(home)], env=environment, stdout=sys.stderr))  # noqa: S603 our command
    codes = [process.wait() for process in processes]
    if any(codes):
        raise RuntimeError("a worker failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print time and requests of one worker, and of two together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=400, help="number of articles [default: %(default)s]")
    parser.add_argument("--days", type=int, default=56, help="number of days over which they are spread [default: %(default)s]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_articles(folder / "wire.jsonl", options.articles, options.days)
        server = Server(folder / "s3")
        server.start()
        try:
            with run_proxy(server) as (proxy, port):
                print_table(folder, proxy, port, options.articles)
        finally:
            server.kill()


def print_table(folder: Path, proxy: Proxy, port: int, articles: int) -> None:
    """Measure one and two workers; print time and requests of each.

    They reach the server by `proxy`, at `port`, which records requests. `RuntimeError` if their two lakes differ. Sets AWS variables of
    this process.
    """
    key, secret, _ = USERS["owner"]
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
    }
    print("| workers | s | CPU s | articles per s | reads | writes | lists | MB |\n|---|---|---|---|---|---|---|---|", flush=True)
    lakes = []
    for workers in (1, 2):
        url = f"s3://releases/lake-{workers}"
        proxy.clear()
        seconds, cpu = measure(folder, url, workers)
        methods = Counter(request.partition(" ")[0] for request in proxy.requests)
        lists = sum(request.endswith(("/releases", "/releases/")) for request in proxy.requests)
        megabytes = sum(run(open_bucket(url).list_sizes("objects/")).values()) / 1e6
        figures = f"{articles / seconds:.1f} | {methods['GET'] - lists} | {methods['PUT']} | {lists} | {megabytes:.1f}"
        print(f"| {workers} | {seconds:.0f} | {cpu:.0f} | {figures} |", flush=True)
        lake = SharedLake(folder / f"reader-{workers}", open_bucket(url))
        lakes.append({table.name: lake.recorded_sums(table) for table in TABLES.values()})
    if lakes[0] != lakes[1]:
        raise RuntimeError("the lakes of one and of two workers differ")


if __name__ == "__main__":
    main()
