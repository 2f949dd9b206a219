"""Scopes of general acts and the members of blocs.

A general act is not towards one partner; its scope says which partners it is towards: all, a bloc, or an unknown group.

Belongs here: the words of the column `scope` and the members of blocs. Does not: how a sentence names a scope
(`pipeline/signals/scope.py`).
"""

import tomllib
from collections.abc import Collection, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from pipeline.contracts.countries import EUROPEAN_UNION
from pipeline.contracts.model import Vocabulary

ALL = "all"
GROUP = "group"

_BLOCS = tomllib.loads(Path(__file__).with_name("scopes.toml").read_text(encoding="utf-8"))

SCOPE = Vocabulary(
    "scope",
    "Which partners a general act (target *) is towards; empty where the target is one country.",
    {
        ALL: "all partners, without the exceptions",
        GROUP: "a group whose members are unknown; in the index it counts for no pair",
    }
    | {code: bloc["name"] for code, bloc in _BLOCS.items()},
)


def list_members() -> Iterator[tuple[str, str, date | None, date | None]]:
    """Yield scope, member country, and the days of joining and leaving.

    The day of joining is the first as a member, and that of leaving the first after membership. None: there is no such limit. The scopes
    `all` and `group` have no list of members.
    """
    for code, bloc in _BLOCS.items():
        for member in bloc["members"].split():
            yield code, member, bloc.get("since", {}).get(member), bloc.get("until", {}).get(member)


@cache
def read_eu_members() -> frozenset[str]:
    """Read the codes of today's members of the European Union."""
    return frozenset(member for scope, member, _, left in list_members() if scope == "eu_members" and left is None) - {EUROPEAN_UNION}


def list_unnamed_members(named: Collection[str]) -> list[str]:
    """List the members of the European Union that are not in `named`.

    A member that acts do not name has those of the Union. Britain, a member until 2021, is named in the list of acts.
    """
    return [country for scope, country, _, _ in list_members() if scope == "eu_members" and country not in named]


def is_member_on(scope: str | None, country: str, day: date) -> bool:
    """Return whether a country belongs to a scope on a day.

    It belongs from its day of joining until the day before that of leaving. False for a `scope` without a list of members: `all`, `group`,
    None or an unknown one. The SQL function of this name applies the same days to a row of scope_members.
    """
    term = _read_terms().get((scope, country))
    return term is not None and (term[0] is None or day >= term[0]) and (term[1] is None or day < term[1])


@cache
def _read_terms() -> dict[tuple[str | None, str], tuple[date | None, date | None]]:
    """Map scope and member country to the days of joining and leaving."""
    return {(scope, member): (first, last) for scope, member, first, last in list_members()}
