"""A program that runs two Dagster steps; the second waits for a byte on standard input: `python small_run.py FOLDER`."""

import sys
import warnings
from datetime import date
from pathlib import Path

from rich.console import Console

from pipeline.progress import display_progress

with display_progress(Console(stderr=True)) as display:
    import dagster as dg

    from pipeline.contracts.days import Days
    from pipeline.defs.instance import prepare_home
    from pipeline.defs.listener import LOGGERS, listening, report_days

    warnings.simplefilter("ignore")
    span = Days(date(2025, 1, 1), date(2025, 1, 4))

    @dg.asset
    def admission(context: dg.AssetExecutionContext) -> None:
        print("printed by a step", file=sys.stderr)

    @dg.asset(deps=[admission])
    def findings(context: dg.AssetExecutionContext) -> None:
        for batch in report_days(span.split(2), len(span)):
            if batch.last == span.last:
                sys.stdin.read(1)

    job = dg.Definitions(
        assets=[admission, findings],
        jobs=[dg.define_asset_job("read")],
        executor=dg.in_process_executor,
        loggers=LOGGERS,
    ).resolve_job_def("read")
    display.show_preparing()
    display.set_steps([node.name for node in job.graph.nodes])
    home = Path(sys.argv[1])
    prepare_home(home)
    with listening(display), dg.DagsterInstance.from_config(str(home)) as instance:
        result = job.execute_in_process(instance=instance, run_config={"loggers": {"listener": {}}})
print("done" if result.success else "failed")
