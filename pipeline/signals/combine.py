"""What two independent readers found, side by side: the evidence that a probability is made of.

Belongs here: which readings of the two are about the same thing, and whose fields stand. Does not: how much it all weighs
(`calibrate.py`). Two readings are about the same thing when actor, target and polarity agree; that both found it is the best sign that it
is there.
"""

import polars as pl

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.reader import READINGS_SCHEMA

SAME = ("candidate", "polarity")

# rules_say: whether the rules assert it ("asserted"), find it without asserting it ("denied"), or are silent ("silent")
EVIDENCE_SCHEMA = pl.Schema(
    {
        **READINGS_SCHEMA,
        "polarity": pl.String(),
        "rules_say": pl.String(),
        "encoder_score": pl.Float64(),
        "alternatives": pl.String(),
        "readers": pl.String(),
    }
)


def combine(by_rules: pl.DataFrame, by_encoder: pl.DataFrame) -> pl.DataFrame:
    """Readings (`READINGS_SCHEMA`) of both readers as one frame of `EVIDENCE_SCHEMA`, in the order of the candidates.

    Where both assert the same, the fields are the rules', which know the words. `encoder_score` is 0 where the encoder is silent. Of
    readings that are not asserted both readers' are kept.
    """
    rules = by_rules.with_columns(polarity=_polarity())
    encoder = by_encoder.with_columns(polarity=_polarity(), alternatives=pl.col("words").list.join(", "))
    asserted = encoder.filter(pl.col("modality") == "asserted").unique(SAME, keep="first", maintain_order=True)
    told = asserted.select(*SAME, "alternatives", encoder_score="score")
    joint = rules.join(told, on=SAME, how="left", maintain_order="left").with_columns(
        rules_say=pl.when(pl.col("modality") == "asserted").then(pl.lit("asserted")).otherwise(pl.lit("denied")),
        readers=pl.when(pl.col("encoder_score").is_null() | (pl.col("modality") != "asserted"))
        .then(pl.lit("rules"))
        .otherwise(pl.lit("rules+encoder")),
    )
    certain = rules.filter(pl.col("modality") == "asserted")
    denied = rules.filter(pl.col("modality") != "asserted").select(SAME).unique().with_columns(rules_say=pl.lit("denied"))
    of_encoder_alone = (
        encoder.join(certain, on=SAME, how="anti", maintain_order="left")
        .join(denied, on=SAME, how="left", maintain_order="left")
        .with_columns(encoder_score="score", rules_say=pl.col("rules_say").fill_null("silent"), readers=pl.lit("encoder"))
        .with_columns(words=pl.lit([], dtype=pl.List(pl.String)))  # the encoder weighs the whole sentence
    )
    return (
        pl.concat([joint.select(_filled()), of_encoder_alone.select(_filled())])
        .sort("candidate", "polarity", "readers", "rule_id", maintain_order=True)
        .select(EVIDENCE_SCHEMA.names())
    )


def alone(readings: pl.DataFrame, reader: str) -> pl.DataFrame:
    """The readings of one reader that reads without the other, as evidence (`EVIDENCE_SCHEMA`)."""
    nothing = pl.DataFrame(schema=READINGS_SCHEMA)
    return combine(readings, nothing) if reader == "rules" else combine(nothing, readings)


def _polarity() -> pl.Expr:
    return pl.col("kind").replace_strict(dict(KIND_POLARITY), default=None, return_dtype=pl.String())


def _filled() -> list[pl.Expr]:
    absent = {"encoder_score": pl.lit(0.0), "alternatives": pl.lit("")}
    return [pl.col(name).fill_null(absent[name]) if name in absent else pl.col(name) for name in EVIDENCE_SCHEMA]
