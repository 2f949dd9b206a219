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
        "missing_title": "the row has neither title nor body",
        "undated": "published_at is empty or not a date",
        "future_dated": "published_at lies after the last day read",
        "unreadable": "the line could not be parsed at all",
        "too_long": "title and body exceed the length limit",
        "not_text": "the text is mostly control characters or replacement marks",
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

FLOW = Vocabulary("flow", "Direction of goods as the reporter books it.", {"exports": "out", "imports": "in"})

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
