"""Drop readings whose partner their sentence does not name.

Belongs here: which of them another reading, or the speaker, makes unlikely. Does not: finding the partner (`context.py`, `scope.py`).
"""

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.signals.scope import ONE_SIDED

#: An act towards a country that its sentence does not name stays only if it leads one towards all or a named country by more than this.
LEAD_OVER_NAMED = 0.05
#: An act towards all that its sentence does not name must be at least so probable, as a share of the probability of one towards a country.
SHARE_OF_COUNTRY = 0.5

# Kinds that are talks or only words.
_SAID = ("accusation", "demand", "dialogue", "refusal", "threat")
_ACT = ("article_id", "span_start", "actor", "polarity")
_is_asserted = pl.col("modality") == "asserted"
_is_act = _is_asserted & pl.col("kind").is_in(ONE_SIDED)
_is_general = pl.col("target") == ALL_PARTNERS
_has_no_words = pl.col("target_words") == ""


def drop_unnamed(readings: pl.DataFrame) -> pl.DataFrame:
    """Drop readings whose partner is not named and rather is another.

    `readings`: a result of `resolve_scopes`, with `article_id`, `span_start`, `polarity`, `modality`, `probability`, `actor_words` (which
    name the actor), `speaker` (null if unknown) and `is_guess` (`CANDIDATES_SCHEMA`). Dropped are

    * guesses at a country that the article does not name,
    * talks of a country that the sentence does not name with the state that speaks: who says `we had good talks` reports its own part; and
      what such a country would have to say to that state (an accusation, demand, refusal or threat),
    * asserted one-sided acts (`ONE_SIDED`) towards a country without words, if an asserted one of the same actor and polarity in the
      sentence is towards all (`*`) or a country with a name, and their probability is at most `LEAD_OVER_NAMED` higher,
    * those of any kind towards a country without words, if one of the same actor and polarity is towards a country with a name, and more
      probable,
    * those towards all without words, if one is towards a country, and their probability is below the `SHARE_OF_COUNTRY` of that one,
    * signals of any kind towards all that the sentence only mentions (`is_addressed`), if one of the same actor and polarity is towards a
      country, and more probable.
    """
    is_word_of_other = pl.col("kind").is_in(_SAID) & (pl.col("actor_words") == "") & (pl.col("target") == pl.col("speaker"))
    heard = readings.filter(~pl.col("is_guess"), ~is_word_of_other.fill_null(value=False))
    is_by_name = ~_is_general & pl.col("target_words").str.contains("[A-Z]")
    unlikely = pl.col("probability") <= pl.col("of_others") + LEAD_OVER_NAMED
    acts = _drop_unlikely(heard, _is_act & ~_is_general & _has_no_words, _is_act & (_is_general | is_by_name), unlikely)
    is_less = pl.col("probability") < pl.col("of_others")
    named = _drop_unlikely(acts, _is_asserted & ~_is_general & _has_no_words, _is_asserted & is_by_name, is_less)
    unlikely = pl.col("probability") < SHARE_OF_COUNTRY * pl.col("of_others")
    general = _drop_unlikely(named, _is_act & _is_general & _has_no_words, _is_act & ~_is_general, unlikely)
    is_mentioned = _is_asserted & _is_general & ~_has_no_words & ~pl.col("is_addressed")
    return _drop_unlikely(general, is_mentioned, _is_asserted & ~_is_general, is_less)


def _drop_unlikely(readings: pl.DataFrame, is_unnamed: pl.Expr, is_other: pl.Expr, is_unlikely: pl.Expr) -> pl.DataFrame:
    """Drop readings (`is_unnamed`) that others of their sentence make unlikely.

    The others (`is_other`) have the same actor and polarity; `is_unlikely` may use their highest probability, `of_others`.
    """
    others = readings.filter(is_other).group_by(_ACT).agg(of_others=pl.col("probability").max())
    joined = readings.join(others, on=_ACT, how="left", maintain_order="left")
    return joined.filter(~(is_unnamed & is_unlikely.fill_null(value=False))).drop("of_others")
