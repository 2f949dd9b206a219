"""Who owns an outlet, so that a story which one group prints in ten papers is not as broad as one that ten groups print.

Belongs here: reading `owners.toml`, finding an outlet in it. Does not: counting owners (`sql/index/stories.sql`).
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

OWNERS_FILE = Path(__file__).with_name("owners.toml")

_HOST = r"^(?i:https?)://(?:[^/?#@]*@)?([^/?#:]+)"
_IS_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_SECTION = re.compile(r"\s+[-\u2013\u2014|:»>]+\s+|:\s+")  # "Strelsau Post - World"


@dataclass(frozen=True)
class Owners:
    """The owner by the name of an outlet, as `_name` writes it, and by domain."""

    by_name: dict[str, str]
    by_domain: dict[str, str]

    def of(self, source: str, host: str | None) -> str:
        """The owner of an outlet: by the host of its article's link, else by its name, which may be a domain; else itself."""
        known = self._of_host(host) or self.by_name.get(_name(source)) or self.by_name.get(_name(_SECTION.split(source)[0]))
        if known:
            return known
        if _IS_DOMAIN.fullmatch(source):
            return self._of_host(source) or source.lower().removeprefix("www.")
        return source

    def _of_host(self, host: str | None) -> str | None:
        below = (host or "").lower().rstrip(".")
        while below:
            if below in self.by_domain:
                return self.by_domain[below]
            below = below.partition(".")[2]
        return None


def source_owner(articles: pl.DataFrame) -> pl.Series:
    """The owner of each article's outlet, in order of the rows: from `source`, its name, and `url`, which may be null."""
    outlets = articles.select("source", pl.col("url").str.extract(_HOST).alias("host"))
    table = owners()
    each = outlets.unique(maintain_order=True)
    found = each.with_columns(source_owner=pl.Series([table.of(*outlet) for outlet in each.iter_rows()], dtype=pl.String))
    return outlets.join(found, on=["source", "host"], how="left", nulls_equal=True, maintain_order="left")["source_owner"]


@cache
def owners() -> Owners:
    """What stands in `owners.toml`. `ValueError` when a name or a domain stands there twice, since an outlet has one owner."""
    given = tomllib.loads(OWNERS_FILE.read_text(encoding="utf-8"))["owner"]
    names = [(_name(outlet), entry["name"]) for entry in given for outlet in entry["outlets"]]
    domains = [(domain, entry["name"]) for entry in given for domain in entry["domains"]]
    for listed in (names, domains):
        keys = [key for key, _ in listed]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"{OWNERS_FILE.name}: listed twice: {', '.join(sorted(twice))}. Leave each where it belongs")
    return Owners(dict(names), dict(domains))


def _name(source: str) -> str:
    """The name without `the`, capitals, and marks between its words."""
    words = re.findall(r"\w+|&", unicodedata.normalize("NFC", source).casefold().replace("'", "").replace("\u2019", ""))
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words).replace(" & ", " and ")
