"""The curated list of official acts on trade measures.

It is three CSV files next to this module. `layers.csv`: layers (a legal programme with its goods); `acts.csv`: dated steps of each layer;
`checked.csv`: up to which day each actor's acts were looked up. For a single layer, `layers.csv` may give another such day. Belongs here:
reading the files into the table `measure_acts`. Does not: which layers are in force on a day (`sql/measures`).
"""

from functools import cache
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.measures import MEASURE_ACTS
from pipeline.errors import TensionError

FOLDER = Path(__file__).parent
LAYERS_FILE = FOLDER / "layers.csv"
ACTS_FILE = FOLDER / "acts.csv"
CHECKED_FILE = FOLDER / "checked.csv"


class ActsError(TensionError, ValueError):
    """The files of official acts do not fit together.

    The message gives the file and the values that are not defined.
    """


@cache
def read_acts() -> pl.DataFrame:
    """Read the curated acts as the table `measure_acts`.

    They come from `acts.csv`, `layers.csv` and `checked.csv` in the folder of this module. There is one row per act and target. `ActsError`
    when an act is of an unknown layer or cancels an unknown act, or when `checked.csv` lacks the actor of a layer.
    """
    layers, acts, checked = (_read_csv(path) for path in (LAYERS_FILE, ACTS_FILE, CHECKED_FILE))
    _require_known("layer", acts["layer"], layers["layer"], ACTS_FILE)
    _require_known("actor", layers["actor"], checked["actor"], LAYERS_FILE)
    _require_known("cancels", acts["cancels"].drop_nulls(), acts["act_id"], ACTS_FILE)
    rows = (
        acts.join(layers, on="layer", how="left")
        .join(checked.rename({"checked_through": "actor_checked_through"}), on="actor", how="left")
        .with_columns(checked_through=pl.coalesce("checked_through", "actor_checked_through"))
        .with_columns(target=pl.col("targets").str.split(" "))
        .explode("target")
        .with_columns(pl.col("excepted", "stacking", "note").fill_null(""))
    )
    return MEASURE_ACTS.conform(rows.select(pl.col(name).cast(dtype) for name, dtype in MEASURE_ACTS.schema.items()))


def _read_csv(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, try_parse_dates=True, infer_schema_length=None, glob=False)


def _require_known(name: str, used: pl.Series, known: pl.Series, path: Path) -> None:
    """Raise `ActsError` if the values `used` are not all in `known`.

    `name` and `path`: the column and the file that use them, for the message.
    """
    if unknown := sorted(set(used) - set(known)):
        raise ActsError(f"{path}: {name} {', '.join(unknown)} is not defined. Correct the spelling, or add the missing row")
