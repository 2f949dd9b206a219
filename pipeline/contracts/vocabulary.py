"""The words of the vocabulary, each once. Their nearest codes in other codings are in `crosswalk.py`.

Source of the words: the project's annotation guide (docs/annotation-guide.md). A kind fixes its polarity and hence its channel.
"""

from types import MappingProxyType

from pipeline.contracts.model import Vocabulary

POLARITY = Vocabulary(
    "polarity",
    "What a signal does to the relation; fixed by its kind.",
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

# words have their status by their kind; deeds and talks have one of their own
STATUS_OF_WORDS = MappingProxyType(
    dict.fromkeys(("threat", "demand", "offer", "refusal"), "proposed") | dict.fromkeys(("accusation", "agreement"), "announced")
)

# kinds to which a rate or a sum may belong
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

CHANNEL = Vocabulary(
    "channel",
    "The three sums that the index keeps apart and never nets silently.",
    dict(POLARITY.words),
)

PART = Vocabulary(
    "part",
    "What a contribution comes from.",
    {
        "story": "one story of the last four half-lives",
        "earlier": "all older stories together",
        "prior": "the prior weight, which draws thin days to 100",
    },
)

PHASE = Vocabulary(
    "phase",
    "The day's name for people.",
    {
        "quiet": "hardly anything is said or done",
        "dialogue": "talk prevails, at an ordinary level",
        "stalemate": "talk, demands and refusals without movement",
        "escalation": "escalation is well above its baseline and above concession",
        "de-escalation": "concession is well above its baseline and above escalation",
    },
)

REJECTION = Vocabulary(
    "reason",
    "Why a row was set aside into quarantine.",
    {
        "missing_source": "the row names no source",
        "missing_title": "the row has neither title nor body, or nothing is left of them without markup and lines that the publisher added",
        "undated": "published_at is empty or not a date",
        "future_dated": "published_at lies after the last day read",
        "unreadable": "the line could not be parsed at all",
        "too_long": "title and body exceed the length limit",
        "not_text": "the text is mostly control characters or replacement marks",
        "other_language": "the text is not in English; the detail says which language it seems to be in",
    },
)

FETCH_OUTCOME = Vocabulary(
    "fetch_outcome",
    "What came of asking an upstream for one thing.",
    {
        "stored": "it answered, and the answer is kept",
        "unchanged": "it said that nothing has changed since the answer that is kept",
        "kept": "an answer that is final was kept before, so nothing was asked",
        "missing": "it says that there is no such thing: a gap of the upstream's own",
        "failed": "no usable answer after all attempts",
        "refused": "not asked for, or not taken: the address or the answer is not safe",
    },
)

STATUS_OBSERVATION = Vocabulary(
    "obs_status",
    "SDMX observation status.",
    {
        "P": "provisional: fewer than seven days lie behind it, late articles may still come",
        "A": "normal",
        "B": "break: another reader than the baseline names found signals on the day; values across it are not of one method",
    },
)

SOURCE_KIND = Vocabulary(
    "source_kind",
    "Who speaks.",
    {
        "official": "the government itself, in its journal",
    },
)

OFFICIAL_OUTCOME = Vocabulary(
    "document_outcome",
    "What became of a document of an official journal.",
    {
        "acts": "it gave signals",
        "unreadable": "a field that is needed could not be read",
        "undated": "it has no day of publication, or another than the one asked about",
        "repeated": "the same document came twice",
        "correction": "it corrects an earlier document, whose act counts already",
        "other_agency": "none of its agencies makes trade policy by the rules",
        "no_partner": "a rule found an act, and the document's fields name no partner",
        "direction_unclear": "it changes a measure, and its fields do not say which way",
        "review": "a review, ruling or judgment on an order that stands as it is",
        "schedule": "moves or sets the dates of a case",
        "request": "asks for comments or requests, or says how they are dealt with",
        "meeting": "a meeting, hearing, committee or mission",
        "paperwork": "forms and collections of information",
        "private_case": "a firm's complaint against firms",
        "enforcement": "a case against a person or firm under rules that stand",
        "technical": "wording, clarifications, decisions of a control regime of many states",
        "no_rule": "an agency of trade policy, and no rule knows such a document",
    },
)

ACT_BASIS = Vocabulary(
    "act_basis",
    "What an official act was read from.",
    {
        "title": "the title says it in the journal's set words",
        "abstract": "the title names the measure, the abstract says what becomes of it",
        "assumed": "the title names the measure alone; the commoner direction is taken, which may be wrong",
    },
)

EFFECTIVE_FROM = Vocabulary(
    "effective_from",
    "Where the effective date was read, in order of preference.",
    {
        "field": "the journal's own field",
        "dates": "the agency's words on dates, which name one day",
        "abstract": "the abstract, which names one day",
        "title": "the title, which names one day",
    },
)

FLOW = Vocabulary("flow", "Direction of goods as the reporter books it.", {"exports": "out", "imports": "in"})

FLOW_ORIGIN = Vocabulary(
    "origin",
    "How a trade figure came here, in order of preference; `comtrade` counts only in series that neither of the others has.",
    {
        "census": "the interface of the US Census Bureau",
        "file": "flows.csv of the trade folder",
        "comtrade": "UN Comtrade, which adds freight and insurance to most imports",
    },
)

TARIFF_MEASURE = Vocabulary(
    "measure",
    "How a tariff rate was averaged.",
    {
        "import_weighted": "statutory rates weighted by 2024 imports",
        "simple_mean_hs6": "plain mean over six-digit HS lines",
    },
)

TIER = Vocabulary(
    "tier",
    "How sure the reading is.",
    {
        "high": "mostly both readers agree: about three in four are right",
        "medium": "right about as often as wrong",
        "low": "a hint: wrong more often than right",
    },
)

TRADE_SIGNAL = Vocabulary(
    "trade_signal",
    "What the figures show.",
    {
        "tariff_step": "the average tariff moved by a percentage point or more, either way",
        "flow_drop": "a month's flow fell well below the same month of the years before",
        "flow_recovery": "after a drop the flow is back near the same month of the years before",
        "diversion": "a partner's share of what a country buys fell while another partner's rose",
    },
)

FLOW_BASIS = Vocabulary(
    "flow_basis",
    "Who counted the goods that the actor buys from the target.",
    {
        "imports": "the actor's own imports",
        "mirror_exports": "the target's exports to the actor, where the actor reports none",
    },
)

TARIFF_BASIS = Vocabulary(
    "tariff_basis",
    "What the effective tariff of the month was taken from, in order of preference.",
    {
        "duties": "duties collected over the value of imports",
        **TARIFF_MEASURE.words,
    },
)

STRAIN_PARTS = Vocabulary(
    "parts",
    "Which of the two parts the strain of the month is made of.",
    {
        "both": "tariff and flow: the mean of the two",
        "tariff": "the tariff alone",
        "flow": "the flow alone",
        "none": "neither: figures are missing or their history is too short",
    },
)

PROMISE = Vocabulary(
    "promise",
    "How a purchase commitment counts.",
    {
        "additional": "over and above what was bought in the same months of the baseline year",
        "total": "all that is bought in the period",
    },
)

DEED_STATUS = Vocabulary(
    "deed_status",
    "Whether a promise can be set against a flow.",
    {
        "known": "every month so far has its figure",
        "gap": "a month so far, or its month of the baseline year, is missing, so the sum is not known",
        "no_flow": "nothing of that product and unit is in the figures",
    },
)

EFFECT = Vocabulary(
    "effect",
    "What a statement does to a measure.",
    {
        "proposed": "threatens or considers it",
        "announced": "decides, orders or imposes it, perhaps for a later day",
        "effective": "lets it take effect, or speaks of it as in force",
        "reduced": "cuts it, or exempts from it",
        "suspended": "pauses or delays it",
        "ended": "removes it, withdraws it, or a court strikes it down",
        "unclear": "an easing that is only considered, or a measure told as suspended or ended",
    },
)

OUTCOME = Vocabulary(
    "outcome",
    "What the ledger of measures made of a signal.",
    {
        "changed": "it set the measure's state, alone or with others of its day",
        "confirmed": "it says what the ledger has already",
        "noted": "a threat or an announcement without news about a measure that stands, or a mere hope of easing; changes nothing",
        "exempted": "it eases one product of a measure on all goods, which stands",
        "hint": "too unsure to act on a measure that exists",
        "outweighed": "the same day says the opposite with more weight",
        "late": "it tells of a day before the measure's last change, and came after it",
        "contradicted": "it cannot hold beside what the ledger has; listed, and does not act",
        "unmatched": "it belongs to no measure; the reason says why",
    },
)

UNMATCHED = Vocabulary(
    "unmatched_reason",
    "Why a signal belongs to no measure.",
    {
        "no_instrument": "its instrument names no measure: investigation, agreement, other",
        "no_effect": "its effect is unclear",
        "too_unsure": "it would begin a measure, but is too unsure to do so",
        "no_measure": "an easing of what the ledger does not know",
        "no_general_measure": "an easing that names no product, where only measures on single products are known",
        "other_instrument": "an easing whose product is known under another instrument only; the nearest measure is named",
    },
)

BASIS = Vocabulary(
    "basis",
    "What the status of a measure rests on.",
    {
        "told": "articles say so",
        "as_announced": "the announced day has come, and no article known by then says otherwise",
    },
)

CONTRADICTION = Vocabulary(
    "contradiction",
    "What cannot both hold, or was never confirmed.",
    {
        "two_rates_on_one_day": "statements of one day give the same measure two rates",
        "opposite_on_one_day": "one day both raises and eases the measure; the weightier side acted",
        "scope_in_doubt": "one story gives the same rate to all goods and to one product",
        "in_force_after_end": "told as in force after it was told as ended",
        "in_force_again_unannounced": "told as in force after a suspension, and nobody announced that it would return",
        "easing_after_end": "cut or suspended after it was told as ended",
        "easing_of_a_higher_rate": "an easing names a rate above all that are known; it did not act",
        "suspension_of_a_reduced_measure": "told as suspended after a cut: a truce prolonged, or what the cut left; it did not act",
        "rate_fell_without_easing": "the rate in force is lower than before, and no easing was told",
        "due_without_word": "the announced day passed by two weeks, and no article says that it took effect",
        "suspension_lapsed_without_word": "the suspension's last day passed by two weeks, and no article says what followed",
    },
)
