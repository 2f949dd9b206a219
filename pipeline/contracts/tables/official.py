"""Layers `raw` and `core`: documents of an official journal, what became of each, and the acts of trade policy in them."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.core import SIGNAL_COLUMNS
from pipeline.contracts.tables.raw import RAW_ID

_LINK = "https://www.federalregister.gov/documents/2025/04/04/2025-00042/steel-whistles-from-taiwan-antidumping-duty-order"
_TITLE = "Steel Whistles From Taiwan: Antidumping Duty Order"
_RAW_ID = replace(
    RAW_ID,
    description="Where the row came from: source, day and page asked for, #, place on that page",
    example="federal_register 2025-04-04, page 1#7",
    pattern=patterns.PAGE_ROW,
)
_NUMBER = Column("document_number", pl.String(), "The journal's own number of the document", "2025-00042")


def _given(name: str, what: str, example: str | None) -> Column:
    return Column(name, pl.String(), f"{what}, as given", example, nullable=True)


RAW_OFFICIAL_DOCUMENTS = Table(
    "raw_official_documents",
    "Raw official documents",
    "Every document that the Federal Register's API told of for a day and the agencies asked about, as it came.",
    grain="one item of one page of an answer",
    key=("raw_id",),
    columns=(
        _RAW_ID,
        c.described(c.INDEX_DATE, "UTC day that was asked about: the day of publication"),
        _given("document_number", "The journal's own number", "2025-00042"),
        _given("publication_date", "Day of publication", "2025-04-04"),
        _given("title", "Title", _TITLE),
        _given("type", "Rule, Proposed Rule, Notice or Presidential Document", "Notice"),
        _given("subtype", "Kind of presidential document", None),
        _given("action", "What the agency says that it does, in set words", "Notice."),
        _given("abstract", "Summary", "Commerce is issuing the antidumping duty order on steel whistles from Taiwan."),
        _given("agencies", "Short names of the agencies, separated by a comma", "commerce-department, international-trade-administration"),
        _given("dates", "The agency's words on dates", "Applicable April 4, 2025."),
        _given("effective_on", "Day on which it takes effect", None),
        _given("signing_date", "Day on which the president signed it", None),
        _given("citation", "Volume and page", "90 FR 14801"),
        _given("html_url", "Link to the document", _LINK),
        _given("docket_ids", "Numbers of the cases, separated by a comma", "A-583-999"),
        _given("executive_order_number", "Number of the executive order", None),
        _given("proclamation_number", "Number of the proclamation", None),
        _given("correction_of", "The document that this one corrects", None),
        Column("received_at", c.INSTANT, "When the page came", c.EXAMPLE_INSTANT, unit="UTC instant"),
        Column("unreadable", pl.String(), "What could not be read of the item", None, nullable=True),
    ),
    layer="raw",
    is_side_table=True,
    day="index_date",
    sources=("federal_register",),
)

OFFICIAL_DOCUMENTS = Table(
    "official_documents",
    "Official documents, accounted for",
    "What became of every document read: the acts that were found in it, or the reason why none was.",
    grain="one item of one page of an answer",
    key=("raw_id",),
    columns=(
        _RAW_ID,
        c.described(c.INDEX_DATE, "UTC day that was asked about: the day of publication"),
        c.nullable(_NUMBER),
        c.nullable(c.URL, "Link to the document"),
        Column("document_outcome", pl.String(), words.OFFICIAL_OUTCOME.description, "acts", vocabulary=words.OFFICIAL_OUTCOME),
        Column("rule_id", pl.String(), "Rule that decided, where one did; of several the first", "remedy.order", nullable=True),
        Column("act_count", pl.Int64(), "Rows of official_signals that it gave", 1, unit="signals", minimum=0),
    ),
    layer="core",
    is_side_table=True,
    day="index_date",
    published=True,
    sources=("federal_register",),
)

_OF_SIGNALS = {column.name: column for column in SIGNAL_COLUMNS}

OFFICIAL_SIGNALS = Table(
    "official_signals",
    "Official acts",
    "Acts of trade policy in documents of the Federal Register, in the words of the signals, with status and effective date from the "
    "document's own fields. They stand beside the news index and never enter it.",
    grain="one actor, target, kind and instrument in one document",
    key=("signal_id",),
    columns=(
        c.described(_OF_SIGNALS["signal_id"], "Hash of document, day, actor, target, kind and instrument"),
        _NUMBER,
        replace(c.INDEX_DATE, description="UTC day of publication", at_least=("announced_date",)),
        Column("source", pl.String(), "The journal", "Federal Register"),
        Column("source_kind", pl.String(), words.SOURCE_KIND.description, "official", vocabulary=words.SOURCE_KIND),
        c.nullable(replace(c.URL, example=_LINK), "Link to the document"),
        replace(
            c.QUOTE,
            description="The evidence: the document's title, a work of the United States government in the public domain",
            example=_TITLE,
            max_length=2000,
        ),
        replace(c.ACTOR, description="Whose act it is; the Federal Register speaks for the United States alone", example="USA"),
        replace(c.TARGET, example="TWN"),
        c.KIND,
        _OF_SIGNALS["polarity"],
        replace(c.STATUS, description=f"{c.STATUS.description} On the day of publication", example="effective"),
        _OF_SIGNALS["modality"],
        replace(c.INSTRUMENT, example="trade_remedy"),
        c.nullable(replace(_OF_SIGNALS["rate_pct"], example=None), "The one rate that title and abstract give; empty for none or several"),
        replace(
            c.PRODUCT, description="Good at stake, a short lower-case noun; empty when the title names none that is known", example="steel"
        ),
        Column(
            "announced_date",
            pl.Date(),
            "Day on which it was decided: signed, where the document says when, else published",
            date(2025, 4, 4),
            unit="UTC day",
        ),
        Column(
            "effective_date",
            pl.Date(),
            "Day on which it acts; empty where the document's fields do not say one day",
            date(2025, 4, 4),
            unit="UTC day",
            nullable=True,
        ),
        Column("effective_from", pl.String(), words.EFFECTIVE_FROM.description, "dates", nullable=True, vocabulary=words.EFFECTIVE_FROM),
        Column("act_basis", pl.String(), words.ACT_BASIS.description, "title", vocabulary=words.ACT_BASIS),
        Column("rule_id", pl.String(), "Rule that found it, of pipeline/signals/official/acts.toml", "remedy.order"),
        Column("rules_sha", pl.String(), "Fingerprint of these rules", "5b1d7c9a0e3f"),
        Column("agencies", pl.String(), "Short names of the agencies", "commerce-department, international-trade-administration"),
        c.nullable(Column("citation", pl.String(), "Volume and page of the journal", "90 FR 14801")),
    ),
    layer="core",
    is_side_table=True,
    day="index_date",
    published=True,
    sources=("federal_register",),
)

TABLES = (RAW_OFFICIAL_DOCUMENTS, OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)
