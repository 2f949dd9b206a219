"""Trade acts that Wikipedia's Current Events report (`independent_acts.csv`).

Nobody of this project chose the bullet points. Two annotators mapped all 228 of them to acts, blind to each other and to the index; 84 hold
no act. The file has facts and no text: number and SHA-256 of the bullet, day, countries, polarity, kind, how sure each annotator was.
Source: Wikipedia, Portal:Current events (CC BY-SA 4.0), as collected by ianrastall/current-events-context.
"""

from pathlib import Path

import polars as pl

ACTS_FILE = Path(__file__).with_name("independent_acts.csv")

INDEPENDENT_ACTS = pl.Schema(
    {
        "line": pl.Int64(),  # number of the bullet, from 1
        "bullet": pl.String(),  # first 12 hexadecimal digits of the SHA-256 of its text
        "act_date": pl.Date(),
        "actor": pl.String(),
        "target": pl.String(),  # `*`: all countries
        "polarity": pl.String(),
        "kind": pl.String(),  # of the first annotator who has the act
        "first": pl.String(),  # of the first annotator: `sure`, `doubtful`, or empty without the act
        "second": pl.String(),  # the same of the second annotator
    }
)

#: An act is sure if both annotators have it (same bullet, countries and polarity, days at most one apart) and at least one is sure.
IS_SURE = (pl.col("first") != "") & (pl.col("second") != "") & ~((pl.col("first") == "doubtful") & (pl.col("second") == "doubtful"))


def read_independent_acts() -> pl.DataFrame:
    """Read the trade acts that Wikipedia reports, in file order.

    The columns are those of INDEPENDENT_ACTS, `act_id` and `is_sure`: whether both annotators have the act, and at least one is sure.
    """
    acts = pl.read_csv(ACTS_FILE, schema=INDEPENDENT_ACTS, empty_string_is_null=False, glob=False)
    return acts.with_columns(act_id=pl.concat_str("line", "actor", "target", "kind", separator="-"), is_sure=IS_SURE)


def measure_agreement(acts: pl.DataFrame) -> float:
    """Compute the agreement of the two annotators: F1, from 0 to 1.

    It is twice the number of acts that both have, divided by the sum of the numbers that each has; doubtful acts count as well. `acts`:
    rows of `read_independent_acts`.
    """
    first, second, both = (
        acts.filter(condition).height
        for condition in (pl.col("first") != "", pl.col("second") != "", (pl.col("first") != "") & (pl.col("second") != ""))
    )
    return 2 * both / (first + second)
