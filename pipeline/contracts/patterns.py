"""Named patterns of column values, with reason and violating values."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Pattern:
    """Named pattern of a value.

    `regex` is searched in the value as text. `reason`: what a value without a match would break; `wrong`: examples of such values.
    On text columns `regex` matches the whole value, from ^ to $, as datapackage.json requires.
    """

    name: str
    regex: str
    reason: str
    wrong: tuple[Any, ...]


_DAY = "[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"

COUNTRY = Pattern(
    "country_code", "^[A-Z]{3}$", "tables are joined on ISO alpha-3 codes; a name or another code silently joins nothing", ("US", "China")
)
COUNTRY_OR_ALL = Pattern("country_code_or_star", r"^(?:[A-Z]{3}|\*)$", COUNTRY.reason, ("US", "all"))
COUNTRIES = Pattern(
    "country_codes", "^(?:[A-Z]{3}(?: [A-Z]{3})*)?$", "each code exempts one partner; another form exempts none", ("CAN, MEX", "Canada")
)
SERIES = Pattern(
    "series",
    "^[A-Z]{3}[>-][A-Z]{3}$",
    "index tables are joined on series; another form joins nothing",
    ("China-USA", "CHN>*", "CHN"),
)
PAIR = Pattern(
    "pair", "^[A-Z]{3}-[A-Z]{3}$", "tables are joined on pairs of ISO alpha-3 codes; another form joins nothing", ("CHN>USA", "CHN")
)
MNEMONIC = Pattern(
    "mnemonic",
    r"^T[TCDNS]I\.[A-Z]{3}[.-][A-Z]{3}\.D$",
    "a series is found by its mnemonic; another form finds none",
    ("TTI.CHN>USA.D", "TTI.China.USA.D"),
)
PAIR_OR_ALL = Pattern(
    "pair_or_all", "^(?:[A-Z]{3}-[A-Z]{3}|\\(all\\))$", "the row of all pairs is found by the word (all)", ("CHN>USA", "all")
)
ARTICLE_ID = Pattern("article_id", "^.+:.+$", "two sources that both number their articles from 1 must not share an identifier", ("0042",))
RAW_ID = Pattern("file_and_row", "^.*#[0-9]+$", "every row must be traceable to its file and row", ("wire.jsonl",))
PAGE_ROW = Pattern(
    "day_page_and_row",
    r"^[a-z_]+ [0-9]{4}-[0-9]{2}-[0-9]{2}, page [0-9]+#[0-9]+$",
    "every document must be traceable to its page and position",
    ("federal_register 2025-04-04, page 1", "wire.jsonl#42"),
)
WEB_LINK = Pattern(
    "web_link",
    "^[hH][tT][tT][pP][sS]?://.*$",
    "links are shown in the report; another scheme could run code in the browser",
    ("javascript:alert(1)",),
)
WEB_ADDRESS = Pattern("web_address", r"^[hH][tT][tT][pP][sS]?://\S+$", WEB_LINK.reason, ("javascript:alert(1)", "https://a.example/b c"))
SHA256 = Pattern("sha256", "^[0-9a-f]{64}$", "the hash identifies the text or file; a shortened hash matches nothing", ("9f2c5d0e",))
SIGNAL_ID = Pattern(
    "signal_id", "^[0-9a-f]{16}$", "the identifier is the key to the sentence and link of the signal", ("1", "4E1F09AB52C77D31")
)
READING = Pattern(
    "reading",
    "^[A-Z]{3}>(?:[A-Z]{3}|\\*) [a-z]+ [a-z]+ [a-z_]+$",
    "a verdict counts only for the reading that was judged: actor, target, kind, status and instrument",
    ("CHN>USA", "CHN>USA measure announced"),
)
SIGNAL_IDS = Pattern(
    "signal_ids",
    "^[0-9a-f]{16}(?:, [0-9a-f]{16})*$",
    "the identifiers are the keys to the sentences and links of the signals",
    ("", "4e1f09ab52c77d31,77d3152c09ab4e1f"),
)
FINGERPRINT = Pattern(
    "fingerprint", "^[0-9a-f]{12,64}$", "lexicon edits change the findings; without its hash a change cannot be explained", ("unknown",)
)
LAYER = Pattern(
    "layer",
    "^[a-z]{3}(?:-[a-z0-9]+)+$",
    "acts are joined to their layer by this name: actor in lower case, programme and goods",
    ("USA-301", "usa 301 list 1"),
)
ACT_ID = Pattern(
    "act_id",
    f"^[a-z]{{3}}(?:-[a-z0-9]+)+@{_DAY}(?:-[0-9]+)?$",
    "acts are looked up by this identifier: layer, @, first day in effect or day of announcement, number",
    ("usa-301-list1", "2018-07-06"),
)
CAMEO = Pattern(
    "cameo_code", "^(?:0[1-9]|1[0-9]|20)[0-9]{1,2}$", "kinds are derived from CAMEO codes; another code has no kind", ("21", "1", "abc")
)
DAY = Pattern("day", f"^{_DAY}$", "figures are stored by this day; other text cannot be stored", ("04/09/2025", "2025-13-09"))
DAY_OR_EMPTY = Pattern("day_or_empty", f"^(?:{_DAY})?$", DAY.reason, ("yesterday", "2025-04"))
MONTH = Pattern(
    "month",
    "^[12][0-9]{3}-(?:0[1-9]|1[0-2])$",
    "figures are compared by month; other text matches no month",
    ("2025-04-01", "2025-13"),
)
FIRST_OF_MONTH = Pattern("first_of_month", "-01$", "months are joined on their first day; another day joins nothing", (date(2025, 4, 30),))
