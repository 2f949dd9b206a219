"""Add people's verdicts on readings to those of the bundled sample.

`python -m scripts.sample_verdicts FILE...`: files of `tension audit --out`, with the column `verdict` filled in.
"""

import sys
from pathlib import Path

from pipeline.audit.verdicts import SAMPLE_VERDICTS, add_verdicts, read_verdicts


def main(files: list[Path]) -> None:
    """Add the verdicts of all files, or none if one is missing or has an error."""
    if missing := [str(path) for path in files if not path.is_file()]:
        sys.exit(f"no verdicts were added: there is no file {', '.join(missing)}")
    for path, verdicts in [(path, read_verdicts(path)) for path in files]:
        add_verdicts(SAMPLE_VERDICTS, verdicts)
        sys.stdout.write(f"{verdicts.height} verdicts of {path}\n")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
