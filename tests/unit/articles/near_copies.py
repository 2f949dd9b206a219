"""The labelled near-copies: variants of stories that were written by hand, and how well links find them again.

`python -m tests.unit.articles.near_copies > tests/gold/near-copies.jsonl` writes the set anew from tests/gold/near-copies-written.jsonl.
Nothing is random: what is done to a story follows from the hash of its name. tests/gold/README.md says what the variants are.
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

from pipeline.articles.clean import admit
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


def number(*names: object) -> int:
    """A whole number that follows from the names alone."""
    return int.from_bytes(hashlib.sha256(" ".join(map(str, names)).encode()).digest()[:6], "big")


def half(cluster: str) -> str:
    """The half a cluster belongs to: `even` to tune on, `odd` to report and not to look at."""
    return "odd" if int(hashlib.sha1(cluster.encode(), usedforsecurity=False).hexdigest(), 16) % 2 else "even"


def paragraphs(row: Row) -> list[str]:
    return list(row["body"].split("\n"))


def _retold(row: Row, variant: str, body: list[str], *, title: str | None = None, minutes: tuple[int, int] = (8, 700)) -> Row:
    low, high = minutes
    later = datetime.fromisoformat(row["published_at"]) + timedelta(minutes=low + number(row["cluster"], variant, "at") % (high - low))
    source = OUTLETS[number(row["cluster"], variant, "outlet") % len(OUTLETS)]
    return row | {"variant": variant, "source": source, "published_at": f"{later:%Y-%m-%dT%H:%M:%SZ}", "title": title or row["title"],
                  "body": "\n".join(body)}  # fmt: skip


def _copy(row: Row) -> Row:
    return _retold(row, "copy", paragraphs(row), minutes=(3, 400))


def _late_copy(row: Row) -> Row:
    return _retold(row, "late copy", paragraphs(row), minutes=(1500, 3600))


def _first_third(row: Row) -> Row:
    sentences = [(place, one) for place, text in enumerate(paragraphs(row)) for one in _SENTENCE.split(text)]
    kept: dict[int, list[str]] = {}
    words = 0
    for place, one in sentences:
        if words >= len(row["body"].split()) / 3:
            break
        kept.setdefault(place, []).append(one)
        words += len(one.split())
    return _retold(row, "first third", [" ".join(part) for part in kept.values()])


def _two_paragraphs(row: Row) -> Row:
    return _retold(row, "two paragraphs", paragraphs(row)[:2], title=row["other_title"], minutes=(30, 2400))


def _lede(row: Row) -> Row:
    return _retold(row, "lede", paragraphs(row)[:1], minutes=(5, 500))


def _retitled(row: Row) -> Row:
    first = re.sub(r"^[A-Z][A-Z ]+ - ", "", paragraphs(row)[0])
    return _retold(row, "retitled", [first, *paragraphs(row)[1:]], title=row["other_title"], minutes=(20, 1800))


def _local(row: Row) -> Row:
    text = paragraphs(row)
    added = LOCAL[number(row["cluster"], "local") % len(LOCAL)]
    place = (1, 2, len(text))[number(row["cluster"], "place") % 3]
    return _retold(row, "local paragraph", [*text[:place], added, *text[place:]], title=row["other_title"])


def _short_and_local(row: Row) -> Row:
    added = LOCAL[number(row["cluster"], "short local") % len(LOCAL)]
    return _retold(row, "shortened, local paragraph", [*paragraphs(row)[: len(paragraphs(row)) // 2], added], title=row["other_title"])


def _updated(row: Row) -> Row:
    def other(found: re.Match[str]) -> str:
        text = found.group()
        if _YEAR.fullmatch(text) or number(row["cluster"], found.start()) % 5 < 2:
            return text
        digits = str(int(text.replace(",", "").replace(".", "")) + 1 + number(text, row["cluster"]) % 4)
        if "." in text:
            point = len(text) - text.index(".") - 1
            digits = digits.zfill(point + 1)
            return f"{digits[:-point]}.{digits[-point:]}"
        return f"{int(digits):,}" if "," in text else digits

    text = [_NUMBER.sub(other, one) for one in paragraphs(row)]
    text[0] += " The figures replace those of an earlier report."
    at = datetime.fromisoformat(row["published_at"])
    left = max(24 * 60 - at.hour * 60 - at.minute - 1, 2)
    made = _retold(row, "updated figures", text, minutes=(1, min(left, 300)))
    return made | ({"source": row["source"]} if number(row["cluster"], "own") % 2 else {})


def _reworded(row: Row) -> Row:
    def other(place: int, sentence: str) -> str:
        if number(row["cluster"], "reword", place) % 5 < 2:
            for old, new in WORDINGS:
                sentence = sentence.replace(old, new)
        return sentence

    text = [" ".join(other(100 * at + n, one) for n, one in enumerate(_SENTENCE.split(part))) for at, part in enumerate(paragraphs(row))]
    dropped = 1 + number(row["cluster"], "drop") % (len(text) - 1)
    return _retold(row, "reworded", text[:dropped] + text[dropped + 1 :], title=row["other_title"], minutes=(60, 1500))


def _reordered(row: Row) -> Row:
    first, *rest = paragraphs(row)
    return _retold(row, "reordered", [first, *sorted(rest, key=lambda text: number(row["cluster"], text))])


def _byline(row: Row) -> Row:
    text = paragraphs(row)
    first = re.sub(r"^([A-Z][A-Z ]+) - ", r"\1 (Agencies) -- ", text[0])
    byline, closing = BYLINES[number(row["cluster"], "by") % len(BYLINES)], CLOSINGS[number(row["cluster"], "end") % len(CLOSINGS)]
    return _retold(row, "byline", [byline, first, *text[1:], closing])


def _trimmed(row: Row) -> Row:
    return _retold(row, "without boilerplate", paragraphs(row)[1:-1], title=row["other_title"], minutes=(8, 300))


Variant = Callable[[Row], Row]
ALWAYS: tuple[Variant, ...] = (_copy, _first_third)
SOMETIMES: tuple[Variant, ...] = (
    _late_copy, _two_paragraphs, _lede, _retitled, _local, _short_and_local, _updated, _reworded, _reordered, _byline
)  # fmt: skip
OF_A_TEMPLATE: tuple[Variant, ...] = (_copy, _retitled, _local, _updated, _byline)
MOST_SOMETIMES = 4


def variants(row: Row) -> Iterator[Row]:
    """The retellings of a written story: three to six, each by its own outlet.

    Of an instalment with boilerplate it is never the beginning, which tells nothing there.
    """
    name = row["cluster"]
    if TEMPLATES.match(name):
        trimmed = (_trimmed,) if len(paragraphs(row)) > 5 else ()
        kinds: tuple[Variant, ...] = tuple(sorted(OF_A_TEMPLATE, key=lambda kind: number(name, kind.__name__))[:3]) + trimmed
    else:
        chosen = sorted(SOMETIMES, key=lambda kind: number(name, kind.__name__))
        kinds = ALWAYS + tuple(chosen[: 2 + number(name, "many") % (MOST_SOMETIMES - 1)])
    for kind in kinds:
        yield kind(row)


def roundups(stories: list[Row]) -> Iterator[Row]:
    """Briefings that hold the beginnings of two stories, or one and the whole of another; every third appears before its second story."""
    plain = [row for row in stories if not TEMPLATES.match(row["cluster"])]
    for place, (one, other) in enumerate(zip(plain[::4], plain[2::4], strict=False)):
        early, late = sorted((one, other), key=lambda row: str(row["published_at"]))
        base = early if place % 3 == 0 else late
        body = [*paragraphs(early)[: 2 + place % 3], *paragraphs(late)[: (2, 3, 99)[place % 3]]]
        made = _retold(base, "roundup", body, title=f"Trade briefing: {early['other_title']}; and more", minutes=(4, 90))
        yield made | {"cluster": f"roundup {one['cluster']} {other['cluster']}", "opt": True}
    ledes = [paragraphs(row)[0] for row in plain[:20:3]]
    made = _retold(plain[0], "roundup", ledes, title="The week in trade, in brief", minutes=(4000, 5000))
    yield made | {"cluster": "roundup of the week", "opt": True}


def generate(written: list[Row]) -> Iterator[Row]:
    """The rows of the set: each story as written, its variants, headlines, and the roundups."""
    stories = [row | {"variant": "original", "opt": False} for row in written if row["body"]]
    rows = [made for row in stories for made in (row, *variants(row))]
    rows += [row | {"variant": "headline", "opt": False} for row in written if not row["body"]]
    rows += roundups(stories)
    for place, row in enumerate(rows, start=1):
        names = ("cluster", "variant", "source", "published_at", "title", "body", "opt")
        yield {"id": f"near:{place:03d}"} | {name: row[name] for name in names}


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def lines(rows: list[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def articles(rows: list[Row]) -> pl.DataFrame:
    """The rows as clean articles, by the same way as any; `raw_id` is the row's id."""
    given = [
        {name: row[name] for name in ("source", "published_at", "title", "body")}
        | {"raw_id": row["id"], "article_id": row["id"], "index_date": datetime.fromisoformat(row["published_at"]).date()}
        for row in rows
    ]
    return admit(pl.DataFrame(given, schema=RAW_ARTICLES.schema)).articles


def followed(articles: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    """For each article's `raw_id` the article at which its links end, as sql/index/story_articles.sql follows them."""
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
    """Pairs of rows that are one story and were joined, are none and were joined, are one and were not."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of the pairs joined, the share that are one story."""
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of the pairs that are one story, the share joined."""
        return self.right / (self.right + self.missed)


def score(rows: list[Row], story: dict[str, str], which: str) -> Score:
    """The score over the pairs of which at least one row belongs to that half; rows marked `opt` are in no pair."""
    counts: Counter[tuple[bool, bool]] = Counter()
    for one, other in combinations([row for row in rows if not row["opt"]], 2):
        if which in {half(one["cluster"]), half(other["cluster"])}:
            counts[one["cluster"] == other["cluster"], story[one["id"]] == story[other["id"]]] += 1
    return Score(counts[True, True], counts[False, True], counts[True, False])


if __name__ == "__main__":
    sys.stdout.write(lines(list(generate(read(WRITTEN)))))
