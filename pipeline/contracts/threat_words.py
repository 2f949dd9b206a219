"""Vocabularies (closed lists of words) of threats and their outcomes."""

from pipeline.contracts.model import Vocabulary

THREAT_FORM = Vocabulary(
    "threat_form",
    "How firmly it is said, at most so far.",
    {
        "threat": "says that it will or may act",
        "proposal": "a formal plan, e.g. a draft list or a bill",
        "announcement": "decided for a later day",
    },
)

THREAT_OUTCOME = Vocabulary(
    "threat_outcome",
    "What became of the threat.",
    {
        "pending": "nothing yet, and its time is not over, which is some weeks after a deadline",
        "postponed": "put off; still pending",
        "carried_out": "done: at the threatened rate, on the threatened goods or amount, or on the threatened day, as far as known",
        "followed": "a measure of that instrument followed, but nothing that the threat names shows whether it is the threatened one",
        "softened": "done or agreed at a lower rate than threatened, or on a part of the goods",
        "withdrawn": "called off, also by an agreement that averts it",
        "struck_down": "done, and then struck down by a court",
        "lapsed": "its time is over, and nothing was read of an outcome",
        "unconfirmed": "announced for a day that has long passed, and nothing was read of it: it may be in force",
    },
)

#: Outcomes of threats that are not settled, so not in the shares of `sql/threats/threat_rates.sql`.
NOT_SETTLED = ("pending", "postponed", "unconfirmed", "followed")

THREAT_BASIS = Vocabulary(
    "threat_basis",
    "Evidence for the outcome.",
    {
        "official": "an act in the table of official acts",
        "reported": "signals in articles",
        "ordered": "a decision published by the government itself; its day passed, and nothing was read against it",
        "elapsed": "the passing of time",
    },
)

THREAT_ROLE = Vocabulary(
    "threat_role",
    "What a signal or an official act says about a threat.",
    {
        "said": "says the threat, for the first time or again",
        "scheduled": "an official act sets the day on which it is to be carried out",
        "echo": "mentions it within days after its outcome, as background",
        **{word: THREAT_OUTCOME.words[word] for word in ("postponed", "carried_out", "followed", "softened", "withdrawn", "struck_down")},
    },
)
