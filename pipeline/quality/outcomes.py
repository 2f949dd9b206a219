"""The result of a check, with counts and examples."""

from dataclasses import dataclass

from pipeline.quality.rules import Severity


@dataclass(frozen=True)
class Detail:
    """Row counts, examples and a message of one check.

    `failed_rows` is None for a rule that does not judge single rows, or that could not be evaluated. `examples` describes the first
    failures: rows, keys or columns.
    """

    rows_seen: int
    failed_rows: int | None = 0
    examples: tuple[str, ...] = ()
    message: str = ""

    def __add__(self, other: "Detail") -> "Detail":
        """Combine the details of two batches.

        Counts are added (None if one is None); examples and message are those of the first that has any.
        """
        counts = (self.failed_rows, other.failed_rows)
        return Detail(
            self.rows_seen + other.rows_seen,
            None if None in counts else sum(count for count in counts if count is not None),
            self.examples or other.examples,
            self.message or other.message,
        )

    def __str__(self) -> str:
        """Describe the result in one line: `2 of 10 rows: EXAMPLES: MESSAGE`."""
        seen = f"{self.rows_seen:,} {'row' if self.rows_seen == 1 else 'rows'}"
        text = f"{self.failed_rows:,} of {seen}" if self.failed_rows else seen
        text = f"{text}: {'; '.join(self.examples)}" if self.examples else text
        return f"{text}: {self.message}" if self.message else text


@dataclass(frozen=True)
class Outcome:
    """The result of one check of one frame.

    `name` is the name of the Dagster check; `reason` says why the check exists.
    """

    name: str
    passed: bool
    severity: Severity
    reason: str
    detail: Detail

    def __add__(self, other: "Outcome") -> "Outcome":
        """Combine the outcomes of one check on two batches.

        It passed if both passed. If one batch failed, severity and reason are those of that batch; if both failed, a critical failure comes
        before another: a rule that could not be evaluated fails as critical, whatever its severity. Otherwise they are those of the first
        batch.
        """
        first, second = (self, other) if self._gravity >= other._gravity else (other, self)
        return Outcome(self.name, self.passed and other.passed, first.severity, first.reason, first.detail + second.detail)

    @property
    def _gravity(self) -> int:
        """0 if passed, 2 for a critical failure, 1 for another one."""
        return 0 if self.passed else 1 + (self.severity == "critical")
