"""Who is a state by CAMEO's codes."""

import tomllib
from pathlib import Path

import polars as pl
import pytest

from pipeline import signals
from pipeline.contracts.countries import ALL_PARTNERS, EUROPEAN_UNION
from pipeline.sources.gdelt.states import FIRMS, ISO_ALPHA_3, ORGANS, OTHERWISE, REGIONS, STATES, acts_for_a_state, state_of
from tests.unit.sources.gdelt.test_events import REAL

ACTORS = Path(signals.__file__).parent / "lexicon" / "actors.toml"


def state(country: str | None, group: str | None = None) -> str | None:
    frame = pl.DataFrame({"country": [country], "group": [group]}, schema={"country": pl.String, "group": pl.String})
    found: str | None = frame.select(state_of(pl.col("country"), pl.col("group"))).item()
    return found


def test_the_codes_are_those_of_iso_3166() -> None:
    assert len(ISO_ALPHA_3) == 249
    assert [code for code in ISO_ALPHA_3 if not (len(code) == 3 and code.isascii() and code.isupper())] == []


def test_every_country_that_the_index_names_can_be_met() -> None:
    named = {country["code"] for country in tomllib.loads(ACTORS.read_text(encoding="utf-8"))["country"]}
    assert named - STATES <= {EUROPEAN_UNION, ALL_PARTNERS}
    assert len(named) > 10


def test_codes_that_differ_from_iso_lead_to_codes_of_iso() -> None:
    assert set(OTHERWISE.values()) <= ISO_ALPHA_3
    assert STATES.isdisjoint(OTHERWISE)


def test_parts_of_the_world_are_no_countries() -> None:
    assert REGIONS.isdisjoint(STATES | set(OTHERWISE))


@pytest.mark.parametrize(
    ("country", "group", "found"),
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
def test_a_code_of_cameo_is_the_state_that_the_index_names(country: str | None, group: str | None, found: str | None) -> None:
    assert state(country, group) == found


def test_every_country_of_a_real_export_is_a_state_or_a_part_of_the_world(outside_data: Path) -> None:
    columns = [7, 17]  # Actor1CountryCode, Actor2CountryCode
    rows = pl.read_csv(outside_data / "formats" / REAL, separator="\t", has_header=False, infer_schema=False, quote_char=None)
    codes = {code for column in columns for code in rows.to_series(column) if code}
    assert len(codes) > 80
    assert {code for code in codes if state(code) is None} <= REGIONS


@pytest.mark.parametrize(
    ("role", "group", "acts"),
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
def test_a_state_acts_through_its_organs(role: str | None, group: str | None, acts: bool) -> None:
    frame = pl.DataFrame({"role": [role], "group": [group]}, schema={"role": pl.String, "group": pl.String})
    assert frame.select(acts_for_a_state(pl.col("role"), pl.col("group"))).item() is acts
    if role in FIRMS:
        assert frame.select(acts_for_a_state(pl.col("role"), pl.col("group"), also=FIRMS)).item() is True


def test_organs_and_firms_are_apart() -> None:
    assert ORGANS.isdisjoint(FIRMS)
