"""Run `tension` with its clock SECONDS ahead of the real one: `python tension_at.py SECONDS ARGUMENTS`."""

import sys
from datetime import UTC, datetime, timedelta

from pipeline import clock

ahead = timedelta(seconds=float(sys.argv.pop(1)))
clock.now = lambda: datetime.now(UTC) + ahead

from pipeline.cli import app  # noqa: E402 - modules bind the clock when they load

app()
