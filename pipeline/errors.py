"""The base of every error whose cause a user can fix.

    UserError
    ├── ContractError      a stored table does not have the columns that this version expects
    ├── SettingsError      an option, a TENSION_* variable or tension.toml is wrong
    ├── SourceError        an article file, a reference file or an upstream cannot be read
    ├── GoldError          a gold file cannot be read
    ├── ExtractorError     the reader of articles lacks something, or could read nothing
    ├── ClusterError       the Dask cluster cannot be reached or lost its workers
    ├── HomeError          the home folder holds something else
    └── ValidationError    a home or window cannot be validated

The command line prints the message of such an error and ends with exit code 1. Any other exception is a defect and keeps its traceback.
"""


class UserError(Exception):
    """Something a user can fix; the message says what failed, on which input, and what to do."""
