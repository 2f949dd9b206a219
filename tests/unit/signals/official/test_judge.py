"""Documents become acts with partner, status and date, or are set aside with the reason; none is lost."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.quality.rule_files import load_rules
from pipeline.quality.validate import check_frame
from pipeline.settings import shipped_folder
from pipeline.signals.official.judge import LONGEST_TITLE, judge
from pipeline.sources.federal_register import parse
from pipeline.sources.payloads import Payload
from tests.unit.signals.official.documents import DAY, document, frame, labelled

BIS = ["commerce-department", "industry-and-security-bureau"]
PRESIDENT = ["executive-office-of-the-president"]


def acts(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return judge(frame(rows)).signals.to_dicts()


def act(*rows: dict[str, Any]) -> dict[str, Any]:
    (one,) = acts(*rows)
    return one


def outcome(row: dict[str, Any]) -> str:
    return str(judge(frame([row])).documents["document_outcome"].item())


# --- scores on labelled documents


def counted(half: str) -> tuple[int, int, int, int, int]:
    """Right, wrong and missed acts (kind, instrument, target, status); right and all effective dates of documents with acts."""
    given = list(labelled(half))
    found: dict[str, set[tuple[str, ...]]] = {}
    days: dict[str, set[str | None]] = {}
    for one in judge(frame(row for row, _ in given)).signals.iter_rows(named=True):
        found.setdefault(one["document_number"], set()).add((one["kind"], one["instrument"], one["target"], one["status"]))
        days.setdefault(one["document_number"], set()).add(one["effective_date"] and one["effective_date"].isoformat())
    right = wrong = missed = 0
    for _, labels in given:
        wanted, have = {tuple(one) for one in labels["acts"]}, found.get(labels["id"], set())
        right, wrong, missed = right + len(wanted & have), wrong + len(have - wanted), missed + len(wanted - have)
    dated = [labels for _, labels in given if labels["acts"]]
    return right, wrong, missed, sum(days.get(one["id"]) == {one["effective_date"]} for one in dated), len(dated)


@pytest.mark.parametrize("half", ["a", "b"])
def test_acts_of_the_labelled_documents_are_found_and_little_else(half: str) -> None:
    right, wrong, missed, dates, dated = counted(half)
    assert right / (right + wrong) >= 0.97
    assert right / (right + missed) >= 0.95
    assert dates / dated >= 0.95


@pytest.mark.parametrize("half", ["a", "b"])
def test_about_half_of_the_labelled_documents_are_no_acts(half: str) -> None:
    labels = [one for _, one in labelled(half)]
    assert 0.4 < sum(not one["acts"] for one in labels) / len(labels) < 0.6


# --- what a row says


def test_an_act_has_the_record_of_a_signal() -> None:
    one = act(document(dates="Applicable March 17, 2026.", citation="91 FR 11001"))
    wanted = {
        "document_number": "2026-90001", "index_date": DAY, "source": "Federal Register", "source_kind": "official", "actor": "USA",
        "target": "TWN", "kind": "measure", "polarity": "escalation", "status": "effective", "modality": "asserted",
        "instrument": "trade_remedy", "rate_pct": None, "product": "steel", "announced_date": DAY, "effective_date": DAY,
        "effective_from": "dates", "act_basis": "title", "rule_id": "remedy.order", "citation": "91 FR 11001",
        "quote": "Steel Whistles From Taiwan: Antidumping Duty Order",
    }  # fmt: skip
    assert {name: one[name] for name in wanted} == wanted


def test_each_country_that_is_named_is_a_row() -> None:
    found = acts(document("Rope From the People's Republic of China, the Republic of Türkiye, and Taiwan: Antidumping Duty Orders"))
    assert sorted(one["target"] for one in found) == ["CHN", "TUR", "TWN"]
    assert len({one["signal_id"] for one in found}) == 3


def test_a_country_in_the_name_of_the_goods_is_no_partner() -> None:
    assert act(document("Brazil Nuts From Bolivia: Antidumping Duty Order"))["target"] == "BOL"


def test_a_country_that_another_attacked_is_no_partner() -> None:
    title = "Implementation of Additional Export Controls in Response to the Invasion of Ukraine by Belarus"
    assert act(document(title, agencies=BIS, type="Rule"))["target"] == "BLR"


def test_entries_of_a_list_are_read_from_destinations_alone() -> None:
    abstract = (
        "BIS is adding two entities to the Entity List. These, listed under the destination of Iran, have been determined to support the "
        "army of Belarus. They are being added with application of the Russia rule. This rule also modifies an entry under the destination "
        "of China."
    )
    assert act(document("Additions to the Entity List", agencies=BIS, type="Rule", abstract=abstract))["target"] == "IRN"


def test_an_act_without_a_partner_in_its_fields_is_set_aside() -> None:
    assert outcome(document("Additions to the Entity List", agencies=BIS, type="Rule")) == "no_partner"


@pytest.mark.parametrize(
    ("dates", "status", "day"),
    [
        ("Applicable March 18, 2026.", "announced", date(2026, 3, 18)),
        ("Applicable March 17, 2026.", "effective", date(2026, 3, 17)),
        ("Applicable March 1, 2026.", "effective", date(2026, 3, 1)),
        (None, "effective", None),
    ],
)
def test_the_status_follows_from_the_day_of_effect(dates: str | None, status: str, day: date | None) -> None:
    one = act(document(dates=dates))
    assert (one["status"], one["effective_date"]) == (status, day)


def test_a_revocation_in_time_to_come_is_announced_and_then_has_ended() -> None:
    title = "Steel Whistles From Taiwan: Revocation of Antidumping Duty Order"
    found = [act(document(title, dates=f"Applicable {day}, 2026."))["status"] for day in ("May 1", "March 1")]
    assert found == ["announced", "ended"]


def test_a_measure_of_a_proposed_rule_is_threatened_and_has_no_day() -> None:
    title = "Establishment of Additional License Requirements for Telemetry"
    one = act(document(title, agencies=BIS, type="Proposed Rule", effective_on="2026-06-01"))
    assert (one["kind"], one["status"], one["effective_date"]) == ("threat", "proposed", None)


def test_a_presidential_act_was_decided_when_it_was_signed() -> None:
    one = act(document("Imposing Duties on Products of Peru", agencies=PRESIDENT, type="Presidential Document", signing_date="2026-03-12"))
    assert (one["announced_date"], one["status"], one["effective_date"]) == (date(2026, 3, 12), "announced", None)


def test_a_direction_that_nobody_states_is_marked_as_assumed() -> None:
    one = act(document("Adjusting Imports of Trombones Into the United States", agencies=PRESIDENT, type="Presidential Document"))
    assert (one["kind"], one["target"], one["act_basis"]) == ("measure", "*", "assumed")


def test_a_change_of_duties_without_direction_is_no_act() -> None:
    assert outcome(document("Further Modifying Reciprocal Tariff Rates", agencies=PRESIDENT)) == "direction_unclear"


@pytest.mark.parametrize(("abstract", "rate"), [("Duties of 25 percent.", 25.0), ("From 10 percent to 25 percent.", None), (None, None)])
def test_a_rate_is_taken_where_there_is_only_one(abstract: str | None, rate: float | None) -> None:
    agencies = ["u-s-customs-and-border-protection"]
    one = act(document("Implementation of Additional Duties on Products of Peru", agencies=agencies, abstract=abstract))
    assert one["rate_pct"] == rate


# --- what is set aside


@pytest.mark.parametrize(
    "fields",
    [
        {"correction_of": "2026-80000"},
        {"title": "Steel Whistles From Taiwan: Antidumping Duty Order; Correction"},
        {"title": "Correction: Steel Whistles From Taiwan: Antidumping Duty Order"},
        {"action": "Notice; correction."},
        {"document_number": "C1-2026-90001"},
    ],
)
def test_a_correction_does_not_double_the_act(fields: dict[str, Any]) -> None:
    assert outcome(document(**fields)) == "correction"


def test_the_same_document_on_two_pages_counts_once() -> None:
    judged = judge(frame([document(), document()]))
    assert sorted(judged.documents["document_outcome"]) == ["acts", "repeated"]
    assert judged.signals.height == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": None}, "unreadable"),
        ({"title": " "}, "unreadable"),
        ({"title": "x" * (LONGEST_TITLE + 1)}, "unreadable"),
        ({"document_number": None}, "unreadable"),
        ({"agencies": None}, "unreadable"),
        ({"agencies": []}, "other_agency"),
        ({"agencies": ["agriculture-department"]}, "other_agency"),
        ({"publication_date": None}, "undated"),
        ({"publication_date": "2026-03-16", "index_date": DAY}, "undated"),
        ({"title": "Calendar of Duty-Free Scientific Instruments"}, "no_rule"),
    ],
)
def test_what_is_set_aside_has_its_reason(fields: dict[str, Any], said: str) -> None:
    assert outcome(document(**fields)) == said


def test_a_link_that_is_no_web_link_is_left_out() -> None:
    assert act(document(html_url="javascript:alert(1)"))["url"] is None


def test_a_title_on_several_lines_is_quoted_on_one() -> None:
    assert (
        act(document("Steel Whistles\n From  Taiwan: Antidumping Duty Order"))["quote"]
        == "Steel Whistles From Taiwan: Antidumping Duty Order"
    )


def test_no_documents_are_no_acts() -> None:
    judged = judge(RAW_OFFICIAL_DOCUMENTS.empty())
    assert (judged.signals.schema, judged.documents.schema) == (OFFICIAL_SIGNALS.schema, OFFICIAL_DOCUMENTS.schema)


def test_what_is_found_keeps_the_promises_of_its_tables() -> None:
    judged = judge(frame(row for half in "ab" for row, _ in labelled(half)))
    rules = load_rules(shipped_folder("expectations"))
    for table, rows in ((OFFICIAL_SIGNALS, judged.signals), (OFFICIAL_DOCUMENTS, judged.documents)):
        assert [one.name for one in check_frame(table, rows, rules[table.name]) if not one.passed and one.severity == "critical"] == []


def test_every_document_of_the_real_page_is_accounted_for(outside_data: Path) -> None:
    given = json.loads((outside_data / "formats" / "federal_register_page.json").read_bytes())["results"]
    judged = []
    for day in sorted({one["publication_date"] for one in given}):
        of_day = [one for one in given if one["publication_date"] == day]
        body = json.dumps({"count": len(of_day), "results": of_day}).encode()
        payload = Payload(
            "federal_register", f"{day}, page 1", date.fromisoformat(day), "", datetime(2024, 1, 4, tzinfo=UTC), "application/json", body
        )
        judged.append(judge(parse(payload)))
    documents, signals = pl.concat(one.documents for one in judged), pl.concat(one.signals for one in judged)
    assert documents.height == len(given) == 120
    counts = dict(documents.group_by("document_outcome").len().iter_rows())
    assert counts == {"other_agency": 108, "review": 8, "no_rule": 2, "acts": 1, "schedule": 1}
    found = signals.select("document_number", "target", "kind", "status", "effective_date").rows()
    assert found == [("2023-28843", "IDN", "easing", "effective", date(2024, 1, 2))]


WORDS = st.sampled_from(
    ["Antidumping", "Duty Order", "From", "China", ":", "Section 301", "Affirmative", "Determination", "Entity List", "Adding", "Notice of",
     "Action", "Suspension of", "Tariffs", "in Part", "Review", "Correction", "\n", "9" * 400, "\u0000", "Export Controls on", "25 percent",
     "effective", "March 17, 2026", "February 31, 2026", "destinations of"]
)  # fmt: skip
TEXTS = st.none() | st.text(max_size=40) | st.lists(WORDS, max_size=12).map(" ".join)
AGENCIES = st.none() | st.text(max_size=20) | st.sampled_from([", ".join(BIS), ", ".join(PRESIDENT), "international-trade-administration"])


@settings(deadline=None, derandomize=True)
@given(
    st.lists(
        st.fixed_dictionaries(
            dict.fromkeys(("title", "action", "abstract", "dates", "effective_on", "signing_date", "html_url", "correction_of"), TEXTS)
            | {
                "agencies": AGENCIES,
                "document_number": st.none() | st.sampled_from(["1", "2", "C1-3"]),
                "type": st.sampled_from([None, "Rule", "Proposed Rule", "Presidential Document"]),
                "publication_date": st.sampled_from([None, "x", DAY.isoformat()]),
                "index_date": st.just(DAY),
            }
        ),
        max_size=5,
    )
)
def test_any_rows_are_accounted_for_one_by_one(rows: list[dict[str, Any]]) -> None:
    raw = frame(document() | row for row in rows)
    judged = judge(raw)
    assert sorted(judged.documents["raw_id"]) == sorted(raw["raw_id"])
    assert judged.documents["act_count"].sum() == judged.signals.height
    assert judged.signals["signal_id"].is_unique().all()
    assert judged.signals["target"].str.contains(r"^(?:[A-Z]{3}|\*)$").all()
