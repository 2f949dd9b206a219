"""What checking tables costs: the import, every table of a home once and again, and a million rows against twenty rules.

    uv run python benchmarks/quality.py [--home data] [--rows 1000000] [--against CHECKOUT]

CPU seconds (user and system), each part in a process of its own, table to stdout. The home is one that `tension run` made; `--against`
names another checkout with a `.venv`, measured in turn with this one on the same home. Its rules may differ in number.
"""

import argparse
import importlib
import json
import os
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.index import SIGNALS
from pipeline.quality.validate import check_frame
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake

ROOT = Path(__file__).parents[1]
RULES_OF_THE_LARGE_FRAME = 20


def load_rules() -> dict[str, Any]:
    """The rules of every table, also in a checkout from before rules were derived from contracts."""
    for module, function in (("pipeline.quality.rule_files", "load_rules"), ("pipeline.quality.rules", "load")):
        try:
            load = getattr(importlib.import_module(module), function)
        except ImportError:
            continue
        return dict(load(shipped_folder("expectations")))
    raise SystemExit("this checkout has no rules that the benchmark can load")


def measure(home: Path, rows: int) -> dict[str, float]:
    """CPU seconds of each part, in this process."""
    rules = load_rules()
    lake = Lake(home / "lake")
    frames = {name: lake.read(table) for name, table in TABLES.items()}
    took = {"rules": float(sum(len(of_table) for of_table in rules.values()))}

    def step(name: str, tables: list[str]) -> None:
        start = time.process_time()
        for table in tables:
            check_frame(TABLES[table], frames[table], rules[table])
        took[name] = time.process_time() - start

    step("import and first table", ["weights"])
    step("all tables, first time", list(TABLES))
    step("all tables, again", list(TABLES))
    frames["signals"] = large_frame(rows)
    rules["signals"] = rules["signals"][:RULES_OF_THE_LARGE_FRAME]
    step(f"{rows:,} rows, {len(rules['signals'])} rules", ["signals"])
    return took


def large_frame(rows: int) -> pl.DataFrame:
    """Signals that differ in key, day and probability, the same in every run."""
    number = pl.int_range(rows, dtype=pl.Int64)
    example = SIGNALS.example().row(0, named=True)
    varied = {
        "signal_id": pl.concat_str(pl.lit("0" * 8), (number + 10_000_000).cast(pl.String)),
        "index_date": pl.lit(date(2015, 1, 1)) + pl.duration(days=number % 3650),
        "probability": (number % 1000 + 1) / 1000,
    }
    return pl.select(varied.get(name, pl.lit(example[name])).cast(dtype).alias(name) for name, dtype in SIGNALS.schema.items())


def run(checkout: Path, home: Path, rows: int) -> dict[str, float]:
    """The measurement in another process, with that checkout's code and environment."""
    python = checkout / ".venv" / "bin" / "python"
    command = [str(python), str(Path(__file__).resolve()), "--measure", "--home", str(home.resolve()), "--rows", str(rows)]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 ourselves
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return took


def main() -> None:
    """Measure this checkout, and another one where it is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=ROOT / "data")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.home, arguments.rows)))
        return
    checkouts = [ROOT, *([arguments.against.resolve()] if arguments.against else [])]
    results = [run(checkout, arguments.home, arguments.rows) for checkout in checkouts]
    print(f"| part | {' | '.join('this' if checkout == ROOT else 'other' for checkout in checkouts)} |")
    print("|---|" + "---|" * len(checkouts))
    for part in results[0]:
        cells = [
            f"{result.get(part, float('nan')):,.0f}" if part == "rules" else f"{result.get(part, float('nan')):.2f}" for result in results
        ]
        print(f"| {part} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
