"""What a check found: `Outcome`, with its `Detail` in counts and examples. Nothing is decided here."""

from dataclasses import dataclass

from pipeline.quality.rules import Severity


@dataclass(frozen=True)
class Detail:
    """Rows looked at, rows that failed (None where a rule does not judge single rows), a few failing values as text, and a message."""

    rows_seen: int
    failed_rows: int | None = 0
    examples: tuple[str, ...] = ()
    message: str = ""

    def __str__(self) -> str:
        seen = f"{self.rows_seen} {'row' if self.rows_seen == 1 else 'rows'}"
        counted = f"{self.failed_rows} of {seen}" if self.failed_rows else seen
        told = f"{counted}, such as {'; '.join(self.examples)}" if self.examples else counted
        return f"{told}: {self.message}" if self.message else told


@dataclass(frozen=True)
class Outcome:
    """One check of one frame. `name` is the Dagster check's name; `severity` says what a failure means."""

    name: str
    passed: bool
    severity: Severity
    reason: str
    detail: Detail
