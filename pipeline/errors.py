"""Base classes of the package's errors.

The command line prints a `UserError` as a message and exits with its code, or with 1 after an `OSError`; others keep their traceback.

    TensionError
    ├── UserError                a user can fix the cause
    │   ├── AnswerError          a question of an assistant cannot be answered
    │   ├── AuditError           readings in a home cannot be judged (`tension audit`)
    │   ├── BackupError          a backup cannot be made or restored
    │   ├── BaselineError        the baseline window has no articles
    │   ├── CompareError         two releases cannot be compared
    │   ├── ContractError        data does not match its contract
    │   ├── ExportError          the index cannot be exported
    │   ├── ExtractorError       articles could not be read, or a setting of a language model is wrong
    │   ├── GapError             days between the first and the last one are missing in the lake
    │   ├── GoldError            a file of annotated passages (gold) is invalid
    │   ├── HistoryError         Dagster's history of runs cannot be read or written
    │   ├── HistoryStorageError  the package for a history of runs in Postgres is not installed
    │   ├── HomeError            the home contains the data of other articles, or cannot be used
    │   │   └── HomeInUseError   another process writes to the home
    │   │       └── LakeInUseError  another process writes to the shared lake
    │   ├── InterruptedRunError  a person or a supervisor ended the command
    │   ├── LakeError            the lake is damaged, of a later format, or for other articles
    │   ├── ObjectStoreError     an object store cannot be used
    │   │   └── FolderError      the folder of a `file` URL cannot be used
    │   ├── OpenError            the explorer cannot be served
    │   ├── PairError            a text is not a pair of countries
    │   ├── QueryError           a query to the published database is refused or failed
    │   ├── SelectionError       options select nothing, e.g. a pair without rows
    │   ├── SettingsError        an option, a TENSION_* variable or tension.toml is wrong
    │   │   └── OptionError      an option is wrong
    │   ├── SourceError          an article file, a reference file or an upstream cannot be read
    │   ├── UploadError          a release cannot be uploaded
    │   ├── ValidationError      a home, pair or range of days cannot be validated
    │   ├── VerdictError         a file of verdicts (judgements of readings) cannot be used
    │   └── WorkError            machines that read one backfill do not agree
    ├── ActsError                the files of official acts do not fit together
    ├── BadAnswerError           the answer of a language model is unreadable
    ├── BudgetSpentError         the budget of a language model is used up
    ├── CriticalCheckError       a batch failed a critical check
    ├── CrossTableCheckError     a file of a cross-table check is missing or wrong
    ├── DamagedError             the body of a response cannot be decoded
    ├── DeadlineError            a response took too long
    ├── EncoderMissingError      the encoder cannot be loaded
    ├── EvaluationError          gold or predictions cannot be scored
    ├── ForecastError            a forecast is not possible
    ├── LexiconError             a lexicon file is invalid
    ├── ModelError               a SQL model or query failed
    ├── NotAFeedError            a text is not a feed
    ├── PublishError             publishing failed
    ├── RefusedError             a query is no SELECT, or reads what is not published
    ├── RowError                 a row of a response is not a trade figure
    ├── RuleError                an expectation file is invalid
    ├── StoppedError             a language model cannot be used any more
    ├── TooLargeError            the body of a response is too large
    ├── UnreadError              a language model could not read an article
    └── UnsafeAddressError       a URL or host must not be fetched
"""

from typing import ClassVar


class TensionError(Exception):
    """Base of all errors of the package."""


class UserError(TensionError):
    """An error whose cause the user can fix.

    The message says what failed, on which input, and what to do.
    """

    #: Exit code of a command that ends with this error.
    exit_code: ClassVar[int] = 1
