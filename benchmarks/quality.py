"""Measure the cost of checking tables.

    uv run python benchmarks/quality.py [--home data] [--rows 1000000] [--against CHECKOUT]

The parts are importing with a first table, all tables of a home (the folder of a `tension run`), and a million rows with twenty rules.
Reports CPU seconds (user and system); the table goes to stdout. CHECKOUT is another checkout with a `.venv`, measured on its own home
`data`, because it may be unable to read tables of this one; its number of rules may differ.
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
from pipeline.quality import validate
from pipeline.warehouse.lake import Lake

ROOT = Path(__file__).parents[1]
LARGE_FRAME_RULES = 20


def load_rules() -> dict[str, Any]:
    """Load the rules of every table, also with the code of older checkouts.

    Returns them by name of the table. `SystemExit` if the checkout has no known function that loads rules.
    """
    for module, function in (("pipeline.quality.rule_files", "load_rules"), ("pipeline.quality.rules", "load")):
        try:
            load = getattr(importlib.import_module(module), function)
        except ImportError:
            continue
        return dict(load(Path(importlib.import_module("pipeline").__path__[0]).parent / "expectations"))
    raise SystemExit("cannot load the rules of this checkout: it has neither pipeline.quality.rule_files nor pipeline.quality.rules")


def measure(home: Path, rows: int) -> dict[str, float]:
    """Measure the CPU seconds of each part in this process.

    `rules` in the result is the number of rules.
    """
    rules = load_rules()
    check = next(getattr(validate, name) for name in ("check_frame", "audit") if hasattr(validate, name))  # `audit` in older checkouts
    lake = Lake(home / "lake")
    frames = {name: lake.read(table) for name, table in TABLES.items()}
    seconds = {"rules": float(sum(len(of_table) for of_table in rules.values()))}

    def measure_step(name: str, tables: list[str]) -> None:
        start = time.process_time()
        for table in tables:
            check(TABLES[table], frames[table], rules[table])
        seconds[name] = time.process_time() - start

    measure_step("import and first table", ["weights"])
    measure_step("all tables, first time", list(TABLES))
    measure_step("all tables, again", list(TABLES))
    frames["signals"] = build_large_frame(rows)
    rules["signals"] = rules["signals"][:LARGE_FRAME_RULES]
    measure_step(f"{rows:,} rows, {len(rules['signals'])} rules", ["signals"])
    return seconds


def build_large_frame(rows: int) -> pl.DataFrame:
    """Build signals that differ in key, day and probability; deterministic."""
    number = pl.int_range(rows, dtype=pl.Int64)
    example = SIGNALS.example().row(0, named=True)
    varied = {
        "signal_id": pl.concat_str(pl.lit("0" * 8), (number + 10_000_000).cast(pl.String)),
        "index_date": pl.lit(date(2015, 1, 1)) + pl.duration(days=number % 3650),
        "probability": (number % 1000 + 1) / 1000,
    }
    return pl.select(varied.get(name, pl.lit(example[name])).cast(dtype).alias(name) for name, dtype in SIGNALS.schema.items())


def measure_checkout(checkout: Path, home: Path, rows: int) -> dict[str, float]:
    """Measure in another process, with the code and environment of a checkout.

    `home`, `rows` and result: as in `measure`.
    """
    python = checkout / ".venv" / "bin" / "python"
    command = [str(python), str(Path(__file__).resolve()), "--measure", "--home", str(home.resolve()), "--rows", str(rows)]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    completed = subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 runs this file
    seconds: dict[str, float] = json.loads(completed.stdout.splitlines()[-1])
    return seconds


def main() -> None:
    """Measure this checkout, and another one if given.

    With `--measure` (hidden), measure in this process, and print the figures as JSON.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=ROOT / "data")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.home, arguments.rows)))
        return
    homes = {ROOT: arguments.home} | ({arguments.against.resolve(): arguments.against / "data"} if arguments.against else {})
    results = [measure_checkout(checkout, home, arguments.rows) for checkout, home in homes.items()]
    print(f"| part | {' | '.join('this' if checkout == ROOT else 'other' for checkout in homes)} |")
    print("|---|" + "---|" * len(homes))
    for part in results[0]:
        cells = [
            f"{result.get(part, float('nan')):,.0f}" if part == "rules" else f"{result.get(part, float('nan')):.2f}" for result in results
        ]
        print(f"| {part} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
