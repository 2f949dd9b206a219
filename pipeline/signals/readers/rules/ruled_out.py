"""Tables of what words of a sentence rule out, and why.

Does not belong here: what the marks of a sentence show together (`denials.py`), or the words themselves (`bystanders.py`, `talks.py`, ...).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.readers.rules import bystanders, elsewhere, forecasts, interviews, outsiders, panels, rates, rulings, subjects, talks
from pipeline.signals.readers.rules.causes import find_persuaded, find_pressing, find_spurred, is_effect
from pipeline.signals.readers.rules.clauses import does_nothing, only_refers
from pipeline.signals.readers.rules.earlier import is_boast, is_earlier, is_long_before, is_long_done, is_standing_law, recalls_deal
from pipeline.signals.readers.rules.firms import find_homes, is_between_firms
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.permits import are_narrowed
from pipeline.signals.readers.rules.singled_out import relieves_only_spared
from pipeline.signals.readers.rules.uninvolved import find_giving, find_shunned, find_unpunished

ESCALATION = frozenset({"measure", "threat", "investigation"})
CONCESSION = frozenset({"easing", "offer"})
DEAL = frozenset({"agreement", "easing", "purchase"})
DEALING = DEAL | {"dialogue"}
TALK = frozenset({"agreement", "dialogue"})
STATEMENTS = frozenset({"accusation", "demand", "refusal"})
ALL_KINDS = frozenset(KIND_POLARITY)


class Denial(NamedTuple):
    """Kinds of signals that a sentence has not, for some pairs.

    `why`: the reason in a word; `actor`, `target`: codes, None for any; `only_unnamed`: only for targets that the sentence does not name.
    """

    why: str
    kinds: frozenset[str]
    actor: str | None = None
    target: str | None = None
    only_unnamed: bool = False

    def covers(self, sentence: MarkedSentence, roles: tuple[str, str]) -> bool:
        """Whether it concerns a pair of actor and target (`roles`)."""
        if self.only_unnamed and (roles[1] == ALL_PARTNERS or any(mention.code == roles[1] for mention in sentence.mentions)):
            return False
        return self.actor in {None, roles[0]} and self.target in {None, roles[1]}


#: Reason (`why`) of acts that had happened before the news. Those that the rules find are not left out, but dated in the past.
EARLIER = "earlier"
#: Functions that find countries without a part in an act; why; kinds that they rule out; as whom of the pair.
BYSTANDERS: tuple[tuple[Callable[[MarkedSentence], Iterator[str]], str, frozenset[str], tuple[str, ...]], ...] = (
    (find_giving, "giving", frozenset({"measure"}), ("actor",)),
    (find_unpunished, "unpunished", frozenset({"accusation", "refusal"}), ("target",)),
    (find_shunned, "shunned", CONCESSION, ("target", "actor")),
    (find_persuaded, "persuaded", frozenset({"demand"}), ("target",)),
    (find_spurred, EARLIER, ESCALATION, ("target",)),
    (bystanders.find_onlookers, "onlooker", ESCALATION | CONCESSION | {"purchase"}, ("target",)),
    (bystanders.find_rivals, "rival", DEALING | CONCESSION, ("target", "actor")),
    (bystanders.find_favoured, "onlooker", ESCALATION | CONCESSION | {"purchase", "refusal"}, ("target", "actor")),
    (bystanders.find_calmed, "calmed", frozenset({"accusation", "demand"}), ("target",)),
    (bystanders.find_visited, "visited", frozenset({"dialogue"}), ("actor",)),
    (bystanders.find_apologising, "apology", frozenset({"accusation"}), ("actor",)),
    (rulings.find_without_court, "court", CONCESSION, ("actor",)),
    (bystanders.find_hosts, "host", ALL_KINDS, ("target", "actor")),
    (bystanders.find_places, "host", ALL_KINDS, ("target", "actor")),
    (bystanders.find_mentioned, "mentioned", ESCALATION | CONCESSION, ("target", "actor")),
    (bystanders.find_unaimed, "unaimed", ESCALATION, ("target",)),
    (bystanders.find_spared, "spared", ESCALATION, ("target",)),
    (bystanders.find_escaping, "spared", ESCALATION, ("target",)),
    (bystanders.find_excepted, "spared", ESCALATION, ("target",)),
    (bystanders.find_unrelieved, "left_out", CONCESSION, ("target",)),
    (bystanders.find_dated, "dated", frozenset({"measure", "easing"}), ("target",)),
    (bystanders.find_requested, "requested", CONCESSION, ("target", "actor")),
    (bystanders.find_models, "model", ESCALATION, ("target",)),
    (find_pressing, "model", ESCALATION, ("target", "actor")),
    (bystanders.find_traded_with, "reason", CONCESSION | ESCALATION | STATEMENTS, ("target", "actor")),
    (bystanders.find_company, "reason", CONCESSION | ESCALATION, ("target",)),
    (bystanders.find_included, "included", ALL_KINDS, ("target",)),
    (bystanders.find_capped, "capped", ESCALATION, ("target",)),
    (find_homes, "firm", ALL_KINDS, ("actor",)),
)
#: What a sentence has not that does nothing to trade (`clauses.py`).
NOTHING_DONE = Denial("clause", frozenset({"measure", "threat", "easing", "offer"}))

#: What is ruled out for all pairs, and when. The predicates of `OF_TEXT` need only the text, those of `OF_SENTENCE` also its marks.
OF_TEXT: tuple[tuple[Denial, Callable[[str], bool]], ...] = (
    (NOTHING_DONE, does_nothing),
    (Denial("position", ALL_KINDS), only_refers),
    (Denial("aid", CONCESSION), subjects.is_aid),
    (Denial("averted", CONCESSION), forecasts.is_averted),
    (Denial("excluded", frozenset({"easing"})), bystanders.is_excluded),
    (Denial("shoppers", ESCALATION), subjects.is_boycott),
    (Denial("personal", ALL_KINDS), subjects.is_personal_tax),
    (Denial("dispute", ALL_KINDS - {"dialogue"}), subjects.is_other_dispute),
    (Denial("interest", ALL_KINDS), subjects.is_about_interest),
    (Denial("debt", ALL_KINDS - ESCALATION), subjects.is_about_debt),
    (Denial("labour", TALK), subjects.is_labour_dispute),
    (Denial("elsewhere", ALL_KINDS), elsewhere.is_other_policy),
    (Denial("tax", ALL_KINDS, target=ALL_PARTNERS), elsewhere.is_tax_on_all),
    (Denial("other_deal", DEALING | ESCALATION | {"accusation", "offer", "refusal"}), elsewhere.is_other_deal),
    (Denial("persons", frozenset({"accusation", "investigation", "measure"})), elsewhere.are_persons_prosecuted),
    (Denial("buyer", frozenset({"purchase"})), elsewhere.is_no_purchase),
    (Denial("goes_on", ESCALATION), elsewhere.goes_on_buying),
    (Denial("leaves", CONCESSION | TALK), talks.leaves_pact),
    (Denial("no_goods", ESCALATION), elsewhere.is_other_ban),
    (Denial("not_zero", frozenset({"refusal"})), rates.falls_short_of_zero),
    (Denial("honoured", frozenset({"refusal"})), talks.is_honoured),
    (Denial("shelves", CONCESSION | {"purchase"}), elsewhere.clears_shelves),
    (Denial("higher", CONCESSION), rates.rises),
    (Denial("higher", CONCESSION), rates.only_rises),
    (Denial("higher", CONCESSION), rates.returns),
    (Denial("spectre", CONCESSION), forecasts.raises_spectre),
    (Denial("supposed", ALL_KINDS - {"accusation", "dialogue"}), forecasts.is_supposed),
    (Denial("narrowed", CONCESSION), are_narrowed),
    (Denial("rumour", ALL_KINDS - {"accusation", "dialogue"}), outsiders.is_rumoured),
    (Denial("lower", ESCALATION), rates.falls),
    (Denial("never", ESCALATION | CONCESSION | DEAL), outsiders.is_never_done),
    (Denial("short", ESCALATION | {"accusation"}), outsiders.stops_short),
    (Denial("sport", ALL_KINDS), elsewhere.is_sport),
    (Denial("taken_back", frozenset({"accusation", "measure", "threat"})), subjects.is_taken_back),
    (Denial("ruling", ESCALATION), rulings.ends_restriction),
    (Denial("upheld", frozenset({"easing"})), rulings.is_upheld),
    (Denial("outcome", CONCESSION), rulings.ends_in_duty),
    (Denial("respondent", ESCALATION | {"easing"}, target=ALL_PARTNERS), panels.is_complaint),
    (Denial("hearing", ESCALATION | {"refusal"}), rulings.is_only_heard),
    (Denial("outsider", STATEMENTS), outsiders.is_said_by_outsider),
    (Denial("outsider", ESCALATION), outsiders.reports_no_act),
    (Denial("panel", ALL_KINDS - {"dialogue"}), outsiders.is_decided_by_panel),
    (Denial("imagined", ALL_KINDS - {"accusation", "dialogue"}), outsiders.is_imagined),
    (Denial("question", ESCALATION | CONCESSION | {"purchase"}), interviews.is_only_question),
    (Denial("later", frozenset({"investigation", "measure"})), panels.is_put_off),
    (Denial("lawmakers", STATEMENTS | {"measure", "threat"}), outsiders.is_said_by_lawmakers),
    (Denial(EARLIER, ESCALATION | {"easing"}), is_long_done),
    (Denial(EARLIER, DEALING), is_boast),
    (Denial(EARLIER, frozenset({"agreement"})), recalls_deal),
    (Denial("weighed", frozenset({"measure", "threat"})), forecasts.is_weighed),
    (Denial("talks", frozenset({"demand"})), talks.only_ask_for_talks),
    (Denial("terms", frozenset({"agreement"})), talks.settle_terms),
    (Denial("name", frozenset({"agreement"})), talks.only_name_treaty),
    (Denial("any", DEAL | {"offer"}), talks.is_any_deal),
    (Denial("none", TALK), talks.are_not_held),
    (Denial("over", frozenset({"dialogue"})), talks.are_over),
    (Denial("aim", frozenset({"dialogue"})), talks.are_only_hoped_for),
    (Denial("public", frozenset({"dialogue"})), talks.are_public),
    (Denial("date", frozenset({"dialogue"})), talks.only_date_act),
    (Denial(EARLIER, frozenset({"dialogue"})), talks.are_only_earlier),
    (Denial("firms", frozenset({"dialogue"})), talks.are_with_firms),
    (Denial("post", frozenset({"dialogue"})), talks.is_appointment),
    (Denial("topic", frozenset({"dialogue"})), talks.are_on_other_topic),
)
OF_SENTENCE: tuple[tuple[Denial, Callable[[MarkedSentence], bool]], ...] = (
    (Denial("firms", DEAL | {"investigation"}), is_between_firms),
    (Denial("firm", ESCALATION, only_unnamed=True), outsiders.is_firm_addressed),
    (Denial("round", TALK), talks.are_world_round),
    (Denial("price", ALL_KINDS), elsewhere.is_price),
    (Denial("explained", ALL_KINDS), outsiders.is_explained),
    (Denial("effect", frozenset({"measure"})), is_effect),
    (Denial("partner", frozenset({"dialogue"}), only_unnamed=True), bystanders.name_partner),
    (Denial("own", frozenset({"dialogue"})), talks.are_at_home),
    (Denial("home", ALL_KINDS), elsewhere.is_policy_at_home),
    (Denial("finance", ESCALATION | CONCESSION, target=ALL_PARTNERS), elsewhere.is_trade_finance),
    (Denial("spared", CONCESSION, target=ALL_PARTNERS), relieves_only_spared),
    (Denial(EARLIER, ALL_KINDS - {"dialogue"}), is_long_before),
    (Denial(EARLIER, STATEMENTS), is_earlier),
    (Denial(EARLIER, frozenset({"measure"})), is_standing_law),
)
