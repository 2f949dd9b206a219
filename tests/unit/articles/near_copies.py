"""The labelled set of near-copies: variants of handwritten stories, and the score of links that should join them.

`python -m tests.unit.articles.near_copies > tests/gold/near-copies.jsonl` rebuilds the set from tests/gold/near-copies-written.jsonl.
Variants follow from hashes of names (also of the functions here), so the set is reproducible. tests/gold/README.md describes them.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.articles.clean import clean_articles
from pipeline.contracts.tables.raw import RAW_ARTICLES

GOLD = Path(__file__).parents[2] / "gold"
WRITTEN = GOLD / "near-copies-written.jsonl"
SET = GOLD / "near-copies.jsonl"

Row = dict[str, Any]

OUTLETS = (
    "Kestrel Gazette", "Lakeside Herald", "Strelsau Post", "Morning Ledger", "Quayside News", "Tri-County Times", "Alder Valley Record",
    "Capital Dispatch", "The Evening Mail", "Southern Cross Daily", "Bay Tribune", "Highland Sentinel", "Plainsman", "Metro Business Wire",
)  # fmt: skip
BYLINES = (
    "By Nora Feld and Amir Castell",
    "By our business staff",
    "By Jo Lindqvist, trade correspondent",
    "By staff and agencies",
)
CLOSINGS = (
    (
        "Reporting by Nora Feld and Amir Castell; additional reporting by Lena Ortiz; editing by Paul Marchetti. Our standards:"
        " the code of conduct of the newsroom can be read on our website."
    ),
    (
        "This article was supplied by an agency and has not been edited by the newsroom except for its headline. Sign up for "
        "our morning letter to receive the most important news of the day at six."
    ),
    (
        "Copyright belongs to the agency that wrote this report. It may not be published, broadcast, rewritten or redistributed"
        " without leave."
    ),
)
LOCAL = (
    (
        "In Alder Valley the news was followed closely at the Brennan Street depot, where sixty people work for a haulier that "
        "depends on such shipments. Manager Tess Colquhoun said she had already called two customers and expected a quiet week."
        " The county's trade office will hold an evening for small companies on Thursday."
    ),
    (
        "The effect on Lakeside shops will be small at first, said Ray Dunmore of the chamber of commerce, because most hold "
        "stock for two months. A wholesaler on Pier Road told the Herald that it would not raise prices before the summer."
    ),
    (
        "Quayside's own terminal handled eleven ships from the region in February. Harbour master Olive Prentice said that none"
        " had been cancelled so far, although two were late."
    ),
    (
        "Readers in the Tri-County area may remember that a similar dispute closed the Hollis plant in 2009. Former foreman Bud"
        " Averill, now 71, said that people should not believe anybody who says it will be over in a month."
    ),
    (
        "Councillor Mabel Okonjo called on the city to prepare. Her motion for a report on local companies that trade abroad "
        "will come before the council on the second Tuesday of the month."
    ),
    (
        "At the Highland show ground on Saturday farmers talked of little else. Breeder Angus Petrie said that costs had risen "
        "in every one of the past five years and that he would keep fewer animals next winter."
    ),
    (
        "A spokesman for Plains Cooperative, which has 3,100 members in the state, declined to give figures but said that its "
        "buyers had been in touch with several suppliers since the weekend."
    ),
    (
        "Professor Ilse Drummond of the Capital school of economics said that the region sends a tenth of its goods abroad, "
        "less than the average, and that service firms would not notice."
    ),
)
WORDINGS = (
    (" said that ", " stated that "), (" said it ", " announced it "), (" said on ", " announced on "), (" because ", " since "),
    (" about ", " around "), ("some ", "roughly "), (" rose ", " climbed "), (" fell ", " slid "), (" more than ", " over "),
    ("last year", "in the past year"), ("The company", "The firm"), (" the company", " the firm"), (" will ", " is going to "),
    (" began ", " started "), (" begun ", " started "), (" wants ", " hopes "), (" since ", " from "), (" has been ", " was "),
    (" had been ", " was "), (" according to ", " by the account of "), (" the largest ", " the biggest "), (" but ", " yet "),
    (" makes ", " produces "), (" expects ", " forecasts "), (" told ", " informed "), (" such ", " this kind of "),
    (" at most ", " no more than "), (" a third ", " one third "), (" half ", " fifty percent "), (" before ", " ahead of "),
)  # fmt: skip
TEMPLATES = re.compile(r"^(grain-market|fixing|notice|column|results)-")
_NUMBER = re.compile(r"(?<![\w.,-])\d[\d,.]*(?<![,.])(?![\w-])")
_YEAR = re.compile(r"(19|20)\d\d")
_SENTENCE = re.compile(r"(?<=[.?!][\"”])\s+|(?<=[.?!])\s+(?=[A-Z\"])")


def hash_names(*names: object) -> int:
    """Hash names to an integer."""
    return int.from_bytes(hashlib.sha256(" ".join(map(str, names)).encode()).digest()[:6], "big")


def half_of(cluster: str) -> str:
    """The half of a cluster: `even` for tuning, `odd` for reporting only."""
    return "odd" if int(hashlib.sha1(cluster.encode(), usedforsecurity=False).hexdigest(), 16) % 2 else "even"


def split_body(row: Row) -> list[str]:
    return list(row["body"].split("\n"))


def _retell(row: Row, variant: str, body: list[str], *, title: str | None = None, minutes: tuple[int, int] = (8, 700)) -> Row:
    low, high = minutes
    later = datetime.fromisoformat(row["published_at"]) + timedelta(minutes=low + hash_names(row["cluster"], variant, "at") % (high - low))
    source = OUTLETS[hash_names(row["cluster"], variant, "outlet") % len(OUTLETS)]
    return row | {"variant": variant, "source": source, "published_at": f"{later:%Y-%m-%dT%H:%M:%SZ}", "title": title or row["title"],
                  "body": "\n".join(body)}  # fmt: skip


def _copy(row: Row) -> Row:
    return _retell(row, "copy", split_body(row), minutes=(3, 400))


def _late_copy(row: Row) -> Row:
    return _retell(row, "late copy", split_body(row), minutes=(1500, 3600))


def _first_third(row: Row) -> Row:
    sentences = [(place, one) for place, text in enumerate(split_body(row)) for one in _SENTENCE.split(text)]
    parts: dict[int, list[str]] = {}
    words = 0
    for place, one in sentences:
        if words >= len(row["body"].split()) / 3:
            break
        parts.setdefault(place, []).append(one)
        words += len(one.split())
    return _retell(row, "first third", [" ".join(part) for part in parts.values()])


def _two_paragraphs(row: Row) -> Row:
    return _retell(row, "two paragraphs", split_body(row)[:2], title=row["other_title"], minutes=(30, 2400))


def _lede(row: Row) -> Row:
    return _retell(row, "lede", split_body(row)[:1], minutes=(5, 500))


def _retitled(row: Row) -> Row:
    first = re.sub(r"^[A-Z][A-Z ]+ - ", "", split_body(row)[0])
    return _retell(row, "retitled", [first, *split_body(row)[1:]], title=row["other_title"], minutes=(20, 1800))


def _local(row: Row) -> Row:
    text = split_body(row)
    added = LOCAL[hash_names(row["cluster"], "local") % len(LOCAL)]
    place = (1, 2, len(text))[hash_names(row["cluster"], "place") % 3]
    return _retell(row, "local paragraph", [*text[:place], added, *text[place:]], title=row["other_title"])


def _short_and_local(row: Row) -> Row:
    added = LOCAL[hash_names(row["cluster"], "short local") % len(LOCAL)]
    return _retell(row, "shortened, local paragraph", [*split_body(row)[: len(split_body(row)) // 2], added], title=row["other_title"])


def _updated(row: Row) -> Row:
    def change_number(match: re.Match[str]) -> str:
        text = match.group()
        if _YEAR.fullmatch(text) or hash_names(row["cluster"], match.start()) % 5 < 2:
            return text
        digits = str(int(text.replace(",", "").replace(".", "")) + 1 + hash_names(text, row["cluster"]) % 4)
        if "." in text:
            point = len(text) - text.index(".") - 1
            digits = digits.zfill(point + 1)
            return f"{digits[:-point]}.{digits[-point:]}"
        return f"{int(digits):,}" if "," in text else digits

    text = [_NUMBER.sub(change_number, one) for one in split_body(row)]
    text[0] += " The figures replace those of an earlier report."
    at = datetime.fromisoformat(row["published_at"])
    left = max(24 * 60 - at.hour * 60 - at.minute - 1, 2)
    made = _retell(row, "updated figures", text, minutes=(1, min(left, 300)))
    return made | ({"source": row["source"]} if hash_names(row["cluster"], "own") % 2 else {})


def _reworded(row: Row) -> Row:
    def reword(place: int, sentence: str) -> str:
        if hash_names(row["cluster"], "reword", place) % 5 < 2:
            for old, new in WORDINGS:
                sentence = sentence.replace(old, new)
        return sentence

    text = [" ".join(reword(100 * at + n, one) for n, one in enumerate(_SENTENCE.split(part))) for at, part in enumerate(split_body(row))]
    dropped = 1 + hash_names(row["cluster"], "drop") % (len(text) - 1)
    return _retell(row, "reworded", text[:dropped] + text[dropped + 1 :], title=row["other_title"], minutes=(60, 1500))


def _reordered(row: Row) -> Row:
    first, *rest = split_body(row)
    return _retell(row, "reordered", [first, *sorted(rest, key=lambda text: hash_names(row["cluster"], text))])


def _byline(row: Row) -> Row:
    text = split_body(row)
    first = re.sub(r"^([A-Z][A-Z ]+) - ", r"\1 (Agencies) -- ", text[0])
    byline, closing = (
        BYLINES[hash_names(row["cluster"], "by") % len(BYLINES)],
        CLOSINGS[hash_names(row["cluster"], "end") % len(CLOSINGS)],
    )
    return _retell(row, "byline", [byline, first, *text[1:], closing])


def _trimmed(row: Row) -> Row:
    return _retell(row, "without boilerplate", split_body(row)[1:-1], title=row["other_title"], minutes=(8, 300))


Variant = Callable[[Row], Row]
ALWAYS: tuple[Variant, ...] = (_copy, _first_third)
SOMETIMES: tuple[Variant, ...] = (
    _late_copy, _two_paragraphs, _lede, _retitled, _local, _short_and_local, _updated, _reworded, _reordered, _byline
)  # fmt: skip
OF_A_TEMPLATE: tuple[Variant, ...] = (_copy, _retitled, _local, _updated, _byline)
MOST_SOMETIMES = 4


def make_variants(row: Row) -> Iterator[Row]:
    """Make three to six variants of a written story.

    Hashes decide their kinds and outlets. A story with a boilerplate beginning (`TEMPLATES`) is never shortened to it.
    """
    name = row["cluster"]
    if TEMPLATES.match(name):
        trimmed = (_trimmed,) if len(split_body(row)) > 5 else ()
        kinds: tuple[Variant, ...] = tuple(sorted(OF_A_TEMPLATE, key=lambda kind: hash_names(name, kind.__name__))[:3]) + trimmed
    else:
        chosen = sorted(SOMETIMES, key=lambda kind: hash_names(name, kind.__name__))
        kinds = ALWAYS + tuple(chosen[: 2 + hash_names(name, "many") % (MOST_SOMETIMES - 1)])
    for kind in kinds:
        yield kind(row)


def make_roundups(stories: list[Row]) -> Iterator[Row]:
    """Make roundups, articles with the beginning of one story and the beginning, or all, of a later one.

    Every third is published soon after the earlier story, the others after the later one. The last roundup has the first paragraphs of
    several stories.
    """
    plain = [row for row in stories if not TEMPLATES.match(row["cluster"])]
    for place, (one, other) in enumerate(zip(plain[::4], plain[2::4], strict=False)):
        early, late = sorted((one, other), key=lambda row: str(row["published_at"]))
        base = early if place % 3 == 0 else late
        body = [*split_body(early)[: 2 + place % 3], *split_body(late)[: (2, 3, 99)[place % 3]]]
        made = _retell(base, "roundup", body, title=f"Trade briefing: {early['other_title']}; and more", minutes=(4, 90))
        yield made | {"cluster": f"roundup {one['cluster']} {other['cluster']}", "opt": True}
    ledes = [split_body(row)[0] for row in plain[:20:3]]
    made = _retell(plain[0], "roundup", ledes, title="The week in trade, in brief", minutes=(4000, 5000))
    yield made | {"cluster": "roundup of the week", "opt": True}


def generate(written: list[Row]) -> Iterator[Row]:
    """Yield the rows of the set: the written stories, their variants, headlines and roundups."""
    stories = [row | {"variant": "original", "opt": False} for row in written if row["body"]]
    rows = [made for row in stories for made in (row, *make_variants(row))]
    rows += [row | {"variant": "headline", "opt": False} for row in written if not row["body"]]
    rows += make_roundups(stories)
    for place, row in enumerate(rows, start=1):
        names = ("cluster", "variant", "source", "published_at", "title", "body", "opt")
        yield {"id": f"near:{place:03d}"} | {name: row[name] for name in names}


def read_rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def to_lines(rows: list[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def clean_rows(rows: list[Row]) -> pl.DataFrame:
    """Clean the rows like any raw articles; `raw_id` is the row's id."""
    raw_rows = [
        {name: row[name] for name in ("source", "published_at", "title", "body")}
        | {"raw_id": row["id"], "article_id": row["id"], "index_date": datetime.fromisoformat(row["published_at"]).date()}
        for row in rows
    ]
    return clean_articles(pl.DataFrame(raw_rows, schema=RAW_ARTICLES.schema)).articles


def follow_links(articles: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    """Follow each article's links to their end, as sql/index/story_articles.sql does: `raw_id` to article id."""
    earlier = dict(links.select("article_id", "earlier_article_id").iter_rows())
    ends = {}
    for raw_id, article_id in articles.select("raw_id", "article_id").iter_rows():
        end = article_id
        while end in earlier:
            end = earlier[end]
        ends[raw_id] = end
    return ends


@dataclass(frozen=True)
class Score:
    """Counts of pairs of articles: of one story and joined, of two stories and joined, of one story and not joined."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the joined pairs that are of one story."""
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the pairs of one story that are joined."""
        return self.right / (self.right + self.missed)


def score(rows: list[Row], story: dict[str, str], which: str) -> Score:
    """Score the pairs with at least one row in this half (`even` or `odd`); rows marked `opt` are in no pair.

    `story`: by id of a row, the story to which its links lead (`follow_links`).
    """
    counts: Counter[tuple[bool, bool]] = Counter()
    for one, other in combinations([row for row in rows if not row["opt"]], 2):
        if which in {half_of(one["cluster"]), half_of(other["cluster"])}:
            counts[one["cluster"] == other["cluster"], story[one["id"]] == story[other["id"]]] += 1
    return Score(counts[True, True], counts[False, True], counts[True, False])


if __name__ == "__main__":
    sys.stdout.write(to_lines(list(generate(read_rows(WRITTEN)))))
