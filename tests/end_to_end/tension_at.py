"""`tension` as on another day, as a program: `python tension_at.py SECONDS ARGUMENTS`, its clock ahead of the real one by SECONDS."""

import sys
from datetime import UTC, datetime, timedelta

from pipeline import clock

ahead = timedelta(seconds=float(sys.argv.pop(1)))
clock.now = lambda: datetime.now(UTC) + ahead

from pipeline.cli import app  # noqa: E402 - modules bind the clock when they load

app()
