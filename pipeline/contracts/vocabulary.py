"""Vocabularies: closed lists of words with their meanings.

Belongs here: words of all tables; those of signals are as the annotation guide (docs/annotation-guide.md) defines them. Does not: words of
threats (`threat_words.py`), scopes (`scopes.py`), codes of CAMEO (`crosswalk.py`).
"""

from types import MappingProxyType

from pipeline.contracts.model import Vocabulary

POLARITY = Vocabulary(
    "polarity",
    "Effect of a signal on the relation between two countries; determined by its kind.",
    {
        "escalation": "raises tension: threat, measure, investigation, accusation, demand, refusal",
        "concession": "lowers tension: offer, easing, purchase, agreement",
        "dialogue": "talk without movement",
    },
)

KIND = Vocabulary(
    "kind",
    "What one government does, says or undoes towards another.",
    {
        "threat": "says it will or may impose, raise, extend or ban; warns of consequences",
        "measure": "decides, orders, announces, imposes, raises, extends; diverts state purchases away",
        "investigation": "opens a probe, a dispute or a WTO case; a ruling against the other side",
        "accusation": "accuses, condemns, blames, calls unfair, protests at a trade act",
        "demand": "asks the other side to change its policy, buy, open, roll back, stop",
        "refusal": "rejects a demand or offer, will not yield, ties its move to the other's, breaks off talks",
        "offer": "proposes, signals readiness or considers to cut, exempt, buy, delay, sign",
        "easing": "cuts, removes, suspends, delays, exempts, grants licences; a court strikes a measure down",
        "purchase": "the state buys, resumes buying, commits to buy",
        "agreement": "both sides agree, sign, reach a truce or framework, extend a truce",
        "dialogue": "meets, talks, calls, visits, plans talks; status quo, truce holds, no outcome",
    },
)

KIND_POLARITY = MappingProxyType(
    dict.fromkeys(("threat", "measure", "investigation", "accusation", "demand", "refusal"), "escalation")
    | dict.fromkeys(("offer", "easing", "purchase", "agreement"), "concession")
    | {"dialogue": "dialogue"}
)

STATUS = Vocabulary(
    "status",
    "How far the act has come.",
    {
        "proposed": "threatened, considered, offered, planned",
        "announced": "decided, ordered, agreed, not yet in force",
        "effective": "in force, takes effect, extended",
        "suspended": "paused, delayed, waived for a time",
        "ended": "removed, expired, struck down, withdrawn",
    },
)

# Status of the kinds that are only words (a threat, a demand). The status of other kinds (actions, talks) is read from the sentence.
FIXED_STATUS = MappingProxyType(
    dict.fromkeys(("threat", "demand", "offer", "refusal"), "proposed") | dict.fromkeys(("accusation", "agreement"), "announced")
)

# Kinds whose rate or amount is read.
KINDS_WITH_MAGNITUDE = frozenset({"measure", "threat", "easing", "offer", "agreement", "purchase", "refusal"})

MODALITY = Vocabulary(
    "modality",
    "Whether the sentence asserts the act as news. Only asserted signals count in the index.",
    {
        "asserted": "news",
        "negated": "no plans to, has not, denied",
        "hypothetical": "if, could, analysts expect",
        "historical": "background: an act of an earlier news cycle told as context",
    },
)

INSTRUMENT = Vocabulary(
    "instrument",
    "The trade-policy tool at stake.",
    {
        "tariff": "duties and levies on imports, also by their withdrawal",
        "export_control": "licences and bans on what may leave: chips, rare earths, software",
        "entity_list": "blacklists and sanctions on firms",
        "import_restriction": "bans, quotas, licences, sanitary rules, customs",
        "trade_remedy": "anti-dumping, countervailing, safeguards",
        "investigation": "a probe, a dispute or a WTO case",
        "investment_restriction": "screening of or limits on investment",
        "purchases": "what the state buys or promises to buy",
        "subsidy": "support for own producers",
        "services_transport": "port fees, shipping, digital services taxes",
        "currency": "exchange rates as a trade matter",
        "agreement": "a deal as a whole",
        "other": "none of these, or trade at large",
    },
)

DOUBT = Vocabulary(
    "doubt",
    "Circumstances in which a sentence is less often news",
    {
        "topic": "says only what was talked about",
        "recital": "one's own acts, recited in the first person",
        "firm": "talks with the head of a firm",
        "no_trade": "no word of trade and no goods, nor in the sentence before",
    },
)

CHANNEL = Vocabulary(
    "channel",
    "Which of the three parts of the index, each computed separately; only net_tension subtracts one from another.",
    dict(POLARITY.words),
)

INDEX_SERIES = Vocabulary(
    "index_series",
    "What the value measures.",
    {
        "tension": "code TTI: escalation, 100 = the pair's own baseline",
        "concession": "code TCI: concession, 100 = the pair's own baseline",
        "dialogue": "code TDI: dialogue, 100 = the pair's own baseline",
        "net_tension": "code TNI: tension - concession, in index points",
        "stalemate": "code TSI: share of talk, demands and refusals among talk and action, for pairs only",
    },
)

DIRECTION = Vocabulary(
    "direction",
    "Whether the value is of one direction or of both.",
    {
        "towards": "what the country does towards the partner",
        "both": "both directions together",
    },
)

PART = Vocabulary(
    "part",
    "Where a contribution comes from.",
    {
        "story": "one story of the last four half-lives",
        "earlier": "all older stories together",
        "prior": "the prior, towards which days with little evidence are shrunk (100)",
    },
)

PHASE = Vocabulary(
    "phase",
    "Most probable phase of the pair, if it is likely enough.",
    {
        "quiet": "enough was read, and tension, concession and dialogue are well below their baselines",
        "dialogue": "talk was read, and neither tension nor concession prevails",
        "stalemate": "probably more talk, demands and refusals than acts and concessions",
        "escalation": "escalation is well above its baseline and above concession",
        "de-escalation": "concession is well above its baseline and above escalation",
        "unclear": "there is evidence, but no single phase is likely enough",
        "no data": "too little was read for tension, concession or dialogue",
    },
)

REJECTION = Vocabulary(
    "reason",
    "Why a row was quarantined.",
    {
        "missing_source": "the row names no source",
        "missing_title": "the row has no title and no body, or nothing is left after removing markup and the publisher's boilerplate",
        "undated": "published_at is empty or not a date",
        "future_dated": "published_at is after the day on which the file was read, or the feed received",
        "unreadable": "the line could not be parsed",
        "too_long": "title and body exceed the length limit",
        "not_text": "the text is mostly control or replacement characters",
        "other_language": "the text is not in English; the detail gives the likely language",
    },
)

READING_OUTCOME = Vocabulary(
    "outcome",
    "Whether an accepted article was read, and if not, why.",
    {
        "read": "it was read for signals, whether or not it carries one",
        "no_country": "it names no country",
        "one_country": "it names one country, and no sentence looks like trade policy towards others",
        "no_trade_policy": "it names several countries, but no sentence looks like trade policy between them",
        "not_answered": "the language model gave no usable answer; the check every_article_was_read says why",
    },
)

FETCH_OUTCOME = Vocabulary(
    "fetch_outcome",
    "Result of a request to an upstream.",
    {
        "stored": "the response was stored",
        "unchanged": "nothing has changed since the stored response",
        "kept": "a final response was already stored, so no request was made",
        "missing": "the upstream does not have the item: a gap in its own data",
        "failed": "no usable response after all attempts",
        "refused": "not requested or not accepted: the address or the response is unsafe",
    },
)

STATUS_OBSERVATION = Vocabulary(
    "obs_status",
    "SDMX observation status.",
    {
        "P": "provisional: less than seven days old, late articles may still arrive",
        "A": "normal",
        "B": "break: the day or an earlier one was read by another extractor or lexicon than the baseline; values before and after are not "
        "comparable",
    },
)

SOURCE_KIND = Vocabulary(
    "source_kind",
    "Kind of source.",
    {
        "official": "the government itself, in its official journal",
    },
)

OFFICIAL_OUTCOME = Vocabulary(
    "document_outcome",
    "How a document of an official journal was processed.",
    {
        "acts": "signals were found in it",
        "unreadable": "a required field could not be parsed",
        "undated": "it has no day of publication, or not the requested one",
        "repeated": "a copy of another document in the same response",
        "correction": "a correction of an earlier document whose act is already counted",
        "other_agency": "the rules list none of its agencies as making trade policy",
        "no_partner": "a rule found an act, but the document names no partner",
        "direction_unclear": "it changes a measure, but does not say in which direction",
        "review": "a review, ruling or judgment that leaves an order unchanged",
        "schedule": "sets or changes the dates of a case",
        "request": "a request for comments, or about how they are handled",
        "meeting": "a meeting, hearing, committee or mission",
        "paperwork": "forms and information collections",
        "private_case": "a complaint of one firm against others",
        "enforcement": "a case against a person or firm under existing rules",
        "technical": "wording, clarifications, decisions of a multilateral control regime",
        "no_rule": "from a trade-policy agency, but no rule matches the document",
    },
)

ACT_BASIS = Vocabulary(
    "act_basis",
    "Which part of the document an official act was read from.",
    {
        "title": "the title, in the journal's standard wording",
        "abstract": "the title names the measure, the abstract says what happens to it",
        "assumed": "the title only names the measure; the more common direction is assumed and may be wrong",
    },
)

EFFECTIVE_FROM = Vocabulary(
    "effective_from",
    "Where the effective date was found, in order of preference.",
    {
        "field": "the journal's field for it",
        "dates": "the agency's text on dates, if it names exactly one day",
        "abstract": "the abstract, if it names exactly one day",
        "title": "the title, if it names exactly one day",
    },
)

FLOW = Vocabulary(
    "flow", "Direction of the goods as the reporter records it.", {"exports": "out of the reporter", "imports": "into the reporter"}
)

FLOW_ORIGIN = Vocabulary(
    "origin",
    "Origin of a trade figure, in order of preference; `comtrade` is used only for series that the others do not have.",
    {
        "census": "the API of the US Census Bureau",
        "file": "flows.csv in the trade folder",
        "comtrade": "UN Comtrade, where most imports include freight and insurance",
    },
)

TARIFF_MEASURE = Vocabulary(
    "measure",
    "How a tariff rate was averaged; which duties it counts depends on the tracker (`source`).",
    {"import_weighted": "mean weighted by imports", "simple_mean_hs6": "unweighted mean over six-digit HS lines"},
)

#: What the rates of the bundled trackers count, by `source`.
TARIFF_TRACKERS = {
    "trade-war-redux-2025": "counts duties added since January 2025, without ordinary duty and earlier layers, and weights by 2024 imports",
    "tradewar-tracker": "counts all duties, ordinary ones included",
}

TIER = Vocabulary(
    "tier",
    "Confidence of the signal.",
    {
        "high": "both readers usually agree: of ten, nine are right in articles and headlines, eight in dense statements",
        "medium": "of ten, about five are right in dense statements",
        "low": "a hint: of ten, about four are right in dense statements",
    },
)

TRADE_SIGNAL = Vocabulary(
    "trade_signal",
    "What the figures show.",
    {
        "tariff_step": "the average tariff rose or fell by at least one percentage point",
        "flow_drop": "the month's flow fell well below the same month of earlier years",
        "flow_recovery": "after a drop the flow is back near the same month of earlier years",
        "diversion": "one partner's share of a country's purchases fell while another's rose",
    },
)

FLOW_BASIS = Vocabulary(
    "flow_basis",
    "Whose statistics record the goods that the actor buys from the target.",
    {
        "imports": "the actor's own imports",
        "mirror_exports": "the target's exports to the actor, where the actor reports no imports",
    },
)

TARIFF_BASIS = Vocabulary(
    "tariff_basis",
    "Basis of the month's effective tariff, in order of preference.",
    {
        "duties": "duties collected over the value of imports",
        **TARIFF_MEASURE.words,
    },
)

STRAIN_PARTS = Vocabulary(
    "parts",
    "Which of the two parts the month's strain is computed from.",
    {
        "both": "tariff and flow: the mean of the two",
        "tariff": "the tariff alone",
        "flow": "the flow alone",
        "none": "none: figures are missing or their history is too short",
    },
)

PROMISE = Vocabulary(
    "promise",
    "How a purchase commitment is counted.",
    {
        "additional": "in addition to purchases in the same months of the baseline year",
        "total": "all purchases of the period",
    },
)

DEED_STATUS = Vocabulary(
    "deed_status",
    "Whether a commitment can be compared with a flow.",
    {
        "known": "every month so far has a figure",
        "gap": "a month, or its counterpart in the baseline year, is missing, so the sum is unknown",
        "no_flow": "the figures contain no such product and unit",
    },
)

EFFECT = Vocabulary(
    "effect",
    "What a statement says is done to a measure.",
    {
        "proposed": "threatens or considers it",
        "announced": "decides, orders or imposes it, possibly from a later day",
        "effective": "it takes effect or is in force",
        "reduced": "cuts it, or grants exemptions",
        "suspended": "pauses or delays it",
        "ended": "removes or withdraws it, or a court strikes it down",
        "unclear": "an easing under consideration, or a measure reported as suspended or ended",
    },
)

UNMATCHED = Vocabulary(
    "unmatched_reason",
    "Why a signal is about no measure.",
    {
        "no_instrument": "its instrument is not a measure: investigation, agreement, other",
        "no_effect": "its effect is unclear",
    },
)

REPORT = Vocabulary(
    "report",
    "What a signal says about the official acts.",
    {
        "supports": "it fits an act announced or in effect at the time",
        "contradicts": "it gives another rate or the opposite direction of an act of those days",
        "reported": "no act of the list fits: the news alone says it, and it does not count as in force",
        "unusable": "it is about no measure; see unmatched_reason",
    },
)

VERDICT = Vocabulary(
    "verdict",
    "What a person says about a reading, having read its sentence.",
    {
        "right": "the sentence says now that this actor escalates, concedes or talks towards this target, as the reading says",
        "wrong": "another actor, target or sign, or nothing that is asserted now",
        "unsure": "sentence and headline do not decide it",
    },
)

ACTION = Vocabulary(
    "action",
    "What an official act does to a layer.",
    {
        "imposed": "starts it",
        "raised": "raises the rate",
        "lowered": "lowers the rate",
        "extended": "prolongs it unchanged",
        "changed": "changes scope or terms; the rate stays unless one is given",
        "suspended": "pauses it",
        "resumed": "ends a suspension",
        "exempted": "takes the target out of a layer that stays for others",
        "quota": "replaces it by a quota, with or without a rate above the quota",
        "postponed": "moves a planned act, which it cancels, to a later day or to no day",
        "withdrawn": "cancels a planned act before it takes effect",
        "ruled_unlawful": "a court rules against it, but it stays in force, e.g. during an appeal",
        "struck_down": "ends it because of a court ruling",
        "ended": "ends it, by act or by expiry",
    },
)

RATE_BASIS = Vocabulary(
    "rate_basis",
    "What the rate of a layer is measured on.",
    {
        "additional": "added to the ordinary duty and to other layers",
        "total": "includes the ordinary duty; other layers may still be added",
    },
)

CERTAINTY = Vocabulary(
    "certainty",
    "How sure day, rate and source of an act are.",
    {
        "high": "the act was read or is well documented",
        "medium": "the act is sure; its exact day, number or scope is not; see note",
        "low": "a detail that matters is not sure; see note",
    },
)

STANDING = Vocabulary(
    "standing",
    "State of a layer towards a target.",
    {
        "in_force": "applies",
        "quota": "applies above a quota, or as a quota",
        "suspended": "paused by an act",
        "not_in_force": "ended, exempted or struck down",
    },
)
