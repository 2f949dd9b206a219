"""Finds the owner of an outlet in `owners.toml`.

Ten papers of one group are one voice, not ten. Owners are counted in `sql/index/stories.sql`.
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
    """Owners by normalized name of the outlet (`_normalize_name`) and by domain.

    `section_words`: the words that make up names of sections, in lower case.
    """

    by_name: dict[str, str]
    by_domain: dict[str, str]
    section_words: frozenset[str]

    def find_owner(self, source: str, host: str | None) -> str:
        """Find the owner by the link's host or the outlet's name.

        Tried in this order: the host, the name, the name without what follows a dash ("Strelsau Post" of "Strelsau Post - World"), the name
        as a domain. An unknown outlet is its own owner: its name without a section, in lower case without `www.` if it is a domain.
        """
        name, name_before_dash = _normalize_name(source), _normalize_name(_SECTION.split(source)[0])
        known = self._find_by_host(host) or self.by_name.get(name) or self.by_name.get(name_before_dash)
        if known:
            return known
        outlet = self._drop_section(source)
        if _IS_DOMAIN.fullmatch(outlet):
            return self._find_by_host(outlet) or outlet.lower().removeprefix("www.")
        return outlet

    def _drop_section(self, source: str) -> str:
        """Remove sections, such as "World News", from the end of a name.

        Unlike for a listed outlet, what follows a dash may be part of the name, so only known words are removed.
        """
        end = len(source)
        for start in reversed([mark.start() for mark in _SECTION.finditer(source)]):
            if not start or not self.section_words.issuperset(_normalize_name(source[start:end]).split()):
                break
            end = start
        return source[:end]

    def _find_by_host(self, host: str | None) -> str | None:
        """Find the owner of a host.

        If the host is not listed, the closest domain above it that is listed counts. None if there is no such domain, or no host.
        """
        domain = (host or "").lower().rstrip(".")
        while domain:
            if domain in self.by_domain:
                return self.by_domain[domain]
            domain = domain.partition(".")[2]
        return None


def find_owners(articles: pl.DataFrame) -> pl.Series:
    """Return the owner of each article's outlet, in row order.

    They are found by the host of `url` or, if that is null or not listed, by `source`. An outlet that is not listed is its own owner.
    """
    outlets = articles.select("source", pl.col("url").str.extract(_HOST).alias("host"))
    owners = read_owners()
    distinct = outlets.unique(maintain_order=True)
    owned = distinct.with_columns(source_owner=pl.Series([owners.find_owner(*outlet) for outlet in distinct.iter_rows()], dtype=pl.String))
    return outlets.join(owned, on=["source", "host"], how="left", nulls_equal=True, maintain_order="left")["source_owner"]


@cache
def read_owners() -> Owners:
    """Read `owners.toml`.

    `ValueError` if a name or domain is listed twice, since an outlet has one owner.
    """
    content = tomllib.loads(OWNERS_FILE.read_text(encoding="utf-8"))
    entries = content["owner"]
    names = [(_normalize_name(outlet), entry["name"]) for entry in entries for outlet in entry["outlets"]]
    domains = [(domain, entry["name"]) for entry in entries for domain in entry["domains"]]
    for listed in (names, domains):
        keys = [key for key, _ in listed]
        if repeated := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"{OWNERS_FILE.name}: listed twice: {', '.join(sorted(repeated))}. Keep each under one owner")
    return Owners(dict(names), dict(domains), frozenset(content["section_words"]))


def _normalize_name(source: str) -> str:
    """Remove a leading `the`, case and punctuation; `&` becomes `and`."""
    words = re.findall(r"\w+|&", unicodedata.normalize("NFC", source).casefold().replace("'", "").replace("\u2019", ""))
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words).replace(" & ", " and ")
