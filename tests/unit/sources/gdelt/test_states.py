"""Which of CAMEO's codes are states."""

import tomllib
from pathlib import Path

import polars as pl
import pytest

from pipeline import signals
from pipeline.contracts.countries import ALL_PARTNERS, EUROPEAN_UNION
from pipeline.sources.gdelt.states import (
    CAMEO_TO_ISO,
    COMPANY_ROLES,
    STATE_ROLES,
    STATES,
    find_state,
    is_state_actor,
)
from tests.unit.sources.gdelt.test_events import REAL

#: CAMEO's regions, which are not states.
_REGIONS = "AFR ASA BLK CAS CAU CEU CFR CRB EAF EEU EIN EUR LAM MDT MEA NAF NMR PGS SAF SAM SAS SCN SEA WAF WST"
REGIONS = set(_REGIONS.split())
ACTORS = Path(signals.__file__).parent / "lexicon" / "actors.toml"


def state(country: str | None, group: str | None = None) -> str | None:
    frame = pl.DataFrame({"country": [country], "group": [group]}, schema={"country": pl.String, "group": pl.String})
    result: str | None = frame.select(find_state(pl.col("country"), pl.col("group"))).item()
    return result


def test_the_states_are_those_of_iso_3166_and_kosovo() -> None:
    assert len(STATES) == 250
    assert [code for code in STATES if not (len(code) == 3 and code.isascii() and code.isupper())] == []


def test_every_country_of_the_index_is_a_state() -> None:
    codes = {country["code"] for country in tomllib.loads(ACTORS.read_text(encoding="utf-8"))["country"]}
    assert codes - STATES <= {EUROPEAN_UNION, ALL_PARTNERS}
    assert len(codes) > 10


def test_codes_that_differ_from_iso_map_to_iso_codes() -> None:
    assert set(CAMEO_TO_ISO.values()) <= STATES - {"XKX"}
    assert STATES.isdisjoint(CAMEO_TO_ISO)


def test_regions_are_not_countries() -> None:
    assert REGIONS.isdisjoint(STATES | set(CAMEO_TO_ISO))


@pytest.mark.parametrize(
    ("country", "group", "expected"),
    [
        ("USA", None, "USA"),
        ("ROM", None, "ROU"),
        ("TMP", None, "TLS"),
        ("MTN", None, "MNE"),
        ("GZS", None, "PSE"),
        ("EUR", "EEC", "EUN"),
        (None, "EEC", "EUN"),
        ("EUR", None, None),
        ("AFR", None, None),
        ("SAF", "SAD", None),
        ("XXX", None, None),
        ("usa", None, None),
        (None, None, None),
        (None, "UNO", None),
    ],
)
def test_a_code_of_cameo_maps_to_a_state_of_the_index(country: str | None, group: str | None, expected: str | None) -> None:
    assert state(country, group) == expected


def test_every_country_of_a_real_export_is_a_state_or_a_region(outside_data: Path) -> None:
    columns = [7, 17]  # Actor1CountryCode, Actor2CountryCode
    rows = pl.read_csv(outside_data / "formats" / REAL, separator="\t", has_header=False, infer_schema=False, quote_char=None)
    codes = {code for column in columns for code in rows.to_series(column) if code}
    assert len(codes) > 80
    assert {code for code in codes if state(code) is None} <= REGIONS


@pytest.mark.parametrize(
    ("role", "group", "expected"),
    [
        (None, None, True),
        ("GOV", None, True),
        ("LEG", None, True),
        ("BUS", None, False),
        ("MED", None, False),
        ("IGO", "EEC", True),
        ("IGO", "NAT", False),
        ("INS", "TAL", False),
    ],
)
def test_an_actor_with_a_state_role_is_a_state(role: str | None, group: str | None, expected: bool) -> None:
    frame = pl.DataFrame({"role": [role], "group": [group]}, schema={"role": pl.String, "group": pl.String})
    assert frame.select(is_state_actor(pl.col("role"), pl.col("group"))).item() is expected
    if role in COMPANY_ROLES:
        assert frame.select(is_state_actor(pl.col("role"), pl.col("group"), also=COMPANY_ROLES)).item() is True


def test_state_roles_and_company_roles_do_not_overlap() -> None:
    assert STATE_ROLES.isdisjoint(COMPANY_ROLES)
