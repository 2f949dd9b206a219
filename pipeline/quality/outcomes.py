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

    def __add__(self, other: "Detail") -> "Detail":
        """Of two parts of one table: what was counted together, examples and message of the first that has any."""
        counted = (self.failed_rows, other.failed_rows)
        return Detail(
            self.rows_seen + other.rows_seen,
            None if None in counted else sum(count for count in counted if count is not None),
            self.examples or other.examples,
            self.message or other.message,
        )

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

    def __add__(self, other: "Outcome") -> "Outcome":
        """The same check of two parts of one table: passed where both passed. A failure's severity and words go before a success's."""
        first, second = (self, other) if not self.passed or other.passed else (other, self)
        return Outcome(self.name, self.passed and other.passed, first.severity, first.reason, first.detail + second.detail)
