"""Combine the readings of two independent readers into evidence.

A reading is a signal that one reader finds in a candidate (actor and target that a sentence may be about). It is asserted if it is news,
and negated if the sentence denies it (`modality`). A rule is sure (`SURE_SIGN`) if the grammar leaves no doubt about the polarity, or that
nothing happened. Belongs here: which readings are about the same thing, and whose fields are used. Does not: their probability
(`calibrate.py`).
"""

import polars as pl

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.doubts import DEEDS
from pipeline.signals.reader import PAST, READINGS_SCHEMA, RULED_OUT, SURE_SIGN
from pipeline.signals.readers.rules.causes import PERSUADED
from pipeline.signals.readers.rules.grammar import RESOLVED
from pipeline.signals.readers.rules.pairs import LOST, WON
from pipeline.signals.readers.rules.rates import ANNOUNCED
from pipeline.signals.readers.rules.rulings import RULED
from pipeline.signals.readers.rules.shipments import SHIPPED
from pipeline.signals.readers.rules.singled_out import OTHERS
from pipeline.signals.readers.rules.talks import OVER

#: Two readings are about the same thing if candidate (actor and target in a sentence) and polarity are equal.
SAME = ("candidate", "polarity")

#: A reading of the encoder that the rules deny counts only from this score on.
LEAST_AGAINST_DENIAL = 0.5

#: The encoder's kind replaces that of the rules if its score exceeds that of every other kind of the polarity by so much.
SURE_MARGIN = 0.6

#: The encoder's instrument is right more often (`tension evaluate tests/gold/contrast-a.jsonl`: 95 % with `--extractor encoder`, 80 % with
#: `--extractor rules`), except where the rules find this one.
SURE_INSTRUMENT = "tariff"

#: The encoder was trained on few rulings of courts, duties on goods that one state sells to another, states that win a cut or delay of
#: duties or lose a relief, states persuaded to grant one, rates that a state says others will bear, threats and refusals in the form of a
#: denial (`will not hesitate to`, `is not afraid of a trade war`), reliefs of all but one partner, and talks that `are over`: where it
#: finds nothing in a reading of their rules (`_LITTLE_KNOWN`), it counts as undecided. The score is set, not fitted. Of 13 such readings
#: of rulings in labelled files (mostly invented sentences) 11 were right, one had only an optional label, and one was wrong; what it
#: showed (`in favour of`) was then ruled out. Of five readings of the others in the development sets (none of a persuaded state, a trade
#: war that is not feared or a relief of all but one) four are right, and one is only hoped for.
UNDECIDED = 0.5
_LITTLE_KNOWN = (RULED, SHIPPED, WON, LOST, PERSUADED, ANNOUNCED, RESOLVED, OTHERS, OVER)

# Fields of a reading that belong to its kind, and are replaced with it.
_KIND_FIELDS = ("kind", "status", "is_retaliation", "is_conditional", "rate_pct", "value_usd")

# Kinds that are ruled out for a state that only suffers such an act (`RULED_OUT`).
_SUFFERED = DEEDS | {"threat"}
_OPPOSITE = {"escalation": "concession", "concession": "escalation"}
# Polarity that the encoder gives an act, and that of a sure rule which knows better; it takes postponed talks for refused ones.
_MISREAD = (*_OPPOSITE.items(), ("escalation", "dialogue"))

# rules_say: the rules assert the signal ("asserted"), find it but do not assert it ("denied"), or do not find it ("silent").
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
    """Combine the readings of both readers into evidence (`EVIDENCE_SCHEMA`).

    Both are of `READINGS_SCHEMA`; the result is sorted by candidate. All readings of the rules remain, except those that only rule out one
    of the encoder (`RULED_OUT`). Their `encoder_score` is that of the encoder's first asserted reading of the same candidate and polarity
    (`SAME`), or 0 if there is none. For an asserted reading of a sure rule it is that of the opposite polarity, if that is higher: both
    readers find an act, and the rule knows its polarity. For a ruling and what else the encoder knows little of, it is at least
    `UNDECIDED`. Where the encoder is sure of another kind, that kind replaces the rules' one (`_correct_kinds`). The encoder's instrument
    replaces that of the rules, unless theirs is `SURE_INSTRUMENT`.

    Readings of the encoder remain too, with their own score, except those of a candidate and polarity

    * that the rules assert,
    * that a sure rule negates,
    * that the encoder asserts although a sure rule asserts the opposite polarity, if the encoder gives that one no higher score,
    * that the rules negate, and the encoder asserts with a score below `LEAST_AGAINST_DENIAL`,
    * for which both readers find an act (`DEEDS`) or both a threat, and the rules date it in the past,

    and except those that the rules rule out (`RULED_OUT`): the kind itself and, if it is an act or threat, all acts and threats of the
    polarity.
    """
    is_suffered = pl.col("rule_id").str.ends_with(RULED_OUT)
    rules, suffered = (by_rules.filter(part).with_columns(polarity=_map_polarity()) for part in (~is_suffered, is_suffered))
    encoder = by_encoder.with_columns(polarity=_map_polarity(), alternatives=pl.col("words").list.join(", "))
    by_kind = [*SAME, "kind"]
    is_done = pl.col("kind").is_in(_SUFFERED)
    deeds = encoder.filter(is_done).join(suffered.filter(is_done), on=SAME, how="semi")
    not_done = pl.concat([deeds, encoder.join(suffered, on=by_kind, how="semi")]).select(by_kind).unique()
    asserted_by_encoder = encoder.filter(pl.col("modality") == "asserted").unique(SAME, keep="first", maintain_order=True)
    scores = asserted_by_encoder.select(*SAME, "alternatives", encoder_score="score", encoder_instrument="instrument")
    opposite = pl.col("polarity").replace_strict(_OPPOSITE, default=None, return_dtype=pl.String())
    against = (
        asserted_by_encoder.join(pl.DataFrame(_MISREAD, schema=("polarity", "of_rule"), orient="row"), on="polarity", maintain_order="left")
        .select("candidate", polarity="of_rule", opposite_score="score")
        .drop_nulls()
    )
    is_sure = (pl.col("modality") == "asserted") & pl.col("rule_id").str.ends_with(SURE_SIGN)
    scored = (
        _correct_kinds(rules, asserted_by_encoder.join(not_done, on=by_kind, how="anti", maintain_order="left"))
        .join(scores, on=SAME, how="left", maintain_order="left")
        .join(against, on=SAME, how="left", maintain_order="left")
    )
    with_rules = scored.with_columns(
        encoder_score=pl.when(is_sure & pl.any_horizontal(pl.col("rule_id").str.starts_with(rule) for rule in _LITTLE_KNOWN))
        .then(pl.max_horizontal("encoder_score", "opposite_score", pl.lit(UNDECIDED)))
        .when(is_sure)
        .then(pl.max_horizontal("encoder_score", "opposite_score"))
        .otherwise("encoder_score"),
        rules_say=pl.when(pl.col("modality") == "asserted").then(pl.lit("asserted")).otherwise(pl.lit("denied")),
        readers=pl.when(pl.col("encoder_score").is_null() | (pl.col("modality") != "asserted"))
        .then(pl.lit("rules"))
        .otherwise(pl.lit("rules+encoder")),
        instrument=pl.when(pl.col("instrument") != SURE_INSTRUMENT)
        .then(pl.coalesce("encoder_instrument", "instrument"))
        .otherwise("instrument"),
    )
    asserted_by_rules = rules.filter(pl.col("modality") == "asserted")
    denied_by_rules = rules.filter(pl.col("modality") != "asserted").select(SAME).unique().with_columns(rules_say=pl.lit("denied"))
    # If the encoder finds the rule's sign with a higher score than the opposite, the opposite is probably another act of the sentence.
    misread = scored.filter(is_sure & (pl.col("opposite_score") >= pl.col("encoder_score").fill_null(0.0)))
    negated = rules.filter(pl.col("modality") == "negated")
    unsure = encoder.filter((pl.col("modality") == "asserted") & (pl.col("score") < LEAST_AGAINST_DENIAL))
    ruled_out = pl.concat(
        [
            _find_old_acts(rules, encoder),
            misread.select("candidate", polarity=opposite),
            negated.filter(pl.col("rule_id").str.ends_with(SURE_SIGN)).select(SAME),
            negated.join(unsure, on=SAME, how="semi").select(SAME),
        ]
    )
    encoder_only = (
        encoder.join(asserted_by_rules, on=SAME, how="anti", maintain_order="left")
        .join(ruled_out, on=SAME, how="anti", maintain_order="left")
        .join(not_done, on=by_kind, how="anti", maintain_order="left")
        .join(denied_by_rules, on=SAME, how="left", maintain_order="left")
        .with_columns(encoder_score="score", rules_say=pl.col("rules_say").fill_null("silent"), readers=pl.lit("encoder"))
        .with_columns(words=pl.lit([], dtype=pl.List(pl.String)))  # The encoder's `words` are kinds, not words of the sentence.
    )
    evidence = pl.concat([with_rules.select(_select_evidence()), encoder_only.select(_select_evidence())])
    return evidence.sort("candidate", "polarity", "readers", "rule_id", maintain_order=True)


def _find_old_acts(rules: pl.DataFrame, encoder: pl.DataFrame) -> pl.DataFrame:
    """Find acts and threats of both readers that the rules date back.

    An act is a kind of `DEEDS`; an old act says nothing of a threat, nor an old threat of an act. Threats count if words date them
    (`PAST`), not if they only describe something (`its threatened duty`). Returns the columns of `SAME`: numbers of candidates (actor and
    target in a sentence) and polarities. Rules for restrictions that are only named (`rule_id` begins with `standing.`) say nothing of an
    act.
    """
    is_act, is_threat, rule = pl.col("kind").is_in(DEEDS), pl.col("kind") == "threat", pl.col("rule_id")
    acts = rules.filter(is_act & (pl.col("modality") == "historical") & ~rule.str.starts_with("standing."))
    threats = rules.filter(is_threat & rule.str.ends_with(PAST))
    old_acts = encoder.filter(is_act).select(SAME).join(acts, on=SAME, how="semi")
    return pl.concat([old_acts, encoder.filter(is_threat).select(SAME).join(threats, on=SAME, how="semi")])


def _correct_kinds(rules: pl.DataFrame, encoder: pl.DataFrame) -> pl.DataFrame:
    """Replace the rules' kinds where the encoder is sure of another.

    `rules`, `encoder`: their readings; of the encoder only asserted ones (reported as news), at most one for each candidate (actor and
    target in a sentence) and polarity. Returns the rows of `rules`. An asserted one is changed if the encoder's reading of its candidate
    and polarity has a `margin` (lead over the next kind) of at least `SURE_MARGIN`, and no rule asserts the encoder's kind there. The
    `_KIND_FIELDS` of the row (kind, status, flags, rate and amount, also if null) are then the encoder's.
    """
    sure = encoder.filter(pl.col("margin") >= SURE_MARGIN)
    by_rules = rules.filter(pl.col("modality") == "asserted").select(*SAME, "kind")
    better = sure.join(by_rules, on=[*SAME, "kind"], how="anti").select(
        *SAME, *(pl.col(name).alias(f"{name}_better") for name in _KIND_FIELDS)
    )
    joined = rules.join(better, on=SAME, how="left", maintain_order="left")
    is_better = (pl.col("modality") == "asserted") & pl.col("kind_better").is_not_null()
    return joined.with_columns(
        pl.when(is_better).then(pl.col(f"{name}_better")).otherwise(pl.col(name)).alias(name) for name in _KIND_FIELDS
    ).select(rules.columns)


def _map_polarity() -> pl.Expr:
    """Map each signal kind to its polarity, null for an unknown kind."""
    return pl.col("kind").replace_strict(dict(KIND_POLARITY), default=None, return_dtype=pl.String())


def _select_evidence() -> list[pl.Expr]:
    """Return expressions for the columns of `EVIDENCE_SCHEMA`, without some nulls.

    A null `encoder_score` becomes 0, and null `alternatives` (the encoder's likeliest kinds) become an empty text; other nulls stay.
    """
    defaults = {"encoder_score": pl.lit(0.0), "alternatives": pl.lit("")}
    return [pl.col(name).fill_null(defaults[name]) if name in defaults else pl.col(name) for name in EVIDENCE_SCHEMA]
