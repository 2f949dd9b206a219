"""Layers `raw` and `core`: official documents and their trade-policy acts."""

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
    description="Origin of the row: source, requested day and page, #, position on the page",
    example="federal_register 2025-04-04, page 1#7",
    pattern=patterns.PAGE_ROW,
)
_NUMBER = Column("document_number", pl.String(), "The journal's number of the document", "2025-00042")


def _raw_column(name: str, content: str, example: str | None) -> Column:
    """Build the column of a field as received: text, perhaps null."""
    return Column(name, pl.String(), f"{content}, as given", example, nullable=True)


RAW_OFFICIAL_DOCUMENTS = Table(
    "raw_official_documents",
    "Raw official documents",
    "Every document that the Federal Register API returned for a day and the configured agencies, as received. A day with a missing page "
    "is not written.",
    grain="one item of one page of a response",
    key=("raw_id",),
    columns=(
        _RAW_ID,
        replace(c.INDEX_DATE, description="Requested UTC day: the day of publication"),
        _raw_column("document_number", "The journal's number of the document", "2025-00042"),
        _raw_column("publication_date", "Day of publication", "2025-04-04"),
        _raw_column("title", "Title", _TITLE),
        _raw_column("type", "Rule, Proposed Rule, Notice or Presidential Document", "Notice"),
        _raw_column("subtype", "Kind of presidential document", None),
        _raw_column("action", "Action of the agency in standard wording", "Notice."),
        _raw_column("abstract", "Summary", "Commerce is issuing the antidumping duty order on steel whistles from Taiwan."),
        _raw_column(
            "agencies", "Short names of the agencies, separated by commas", "commerce-department, international-trade-administration"
        ),
        _raw_column("dates", "The agency's text on dates", "Applicable April 4, 2025."),
        _raw_column("effective_on", "Effective date", None),
        _raw_column("signing_date", "Day on which the president signed it", None),
        _raw_column("citation", "Volume and page", "90 FR 14801"),
        _raw_column("html_url", "Link to the document", _LINK),
        _raw_column("docket_ids", "Case numbers, separated by commas", "A-583-999"),
        _raw_column("executive_order_number", "Executive order number", None),
        _raw_column("proclamation_number", "Proclamation number", None),
        _raw_column("correction_of", "Document that this one corrects", None),
        Column("received_at", c.INSTANT, "Time when the page was received", c.EXAMPLE_INSTANT, unit="UTC instant"),
        Column("unreadable", pl.String(), "Parse error of the item, if any", None, nullable=True),
    ),
    layer="raw",
    is_side_table=True,
    day="index_date",
    sources=("federal_register",),
)

OFFICIAL_DOCUMENTS = Table(
    "official_documents",
    "Official documents, accounted for",
    "Every document read, with the number of acts found in it or the reason why none was found.",
    grain="one item of one page of a response",
    key=("raw_id",),
    columns=(
        _RAW_ID,
        replace(c.INDEX_DATE, description="Requested UTC day: the day of publication"),
        replace(_NUMBER, nullable=True),
        replace(c.URL, nullable=True, description="Link to the document"),
        c.word_column("document_outcome", words.OFFICIAL_OUTCOME, "acts"),
        Column("rule_id", pl.String(), "Rule that decided, if any; the first of several", "remedy.order", nullable=True),
        Column("act_count", pl.Int64(), "Number of its rows in official_signals", 1, unit="signals", minimum=0),
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
    "Trade-policy acts in documents of the Federal Register, coded like signals, with status and effective date from the fields of the "
    "document. Not part of the news index.",
    grain="one actor, target, kind and instrument in one document",
    key=("signal_id",),
    columns=(
        replace(_OF_SIGNALS["signal_id"], description="Hash of document, day, actor, target, kind and instrument"),
        _NUMBER,
        replace(c.INDEX_DATE, description="UTC day of publication", at_least=("announced_date",)),
        Column("source", pl.String(), "The journal", "Federal Register"),
        c.word_column("source_kind", words.SOURCE_KIND, "official"),
        replace(c.URL, example=_LINK, nullable=True, description="Link to the document"),
        replace(
            c.QUOTE,
            description="The evidence: the document's title, a work of the United States government in the public domain",
            example=_TITLE,
            max_length=2000,
        ),
        replace(c.ACTOR, description="Country of the act; always the United States in the Federal Register", example="USA"),
        replace(c.TARGET, example="TWN"),
        c.KIND,
        _OF_SIGNALS["polarity"],
        replace(c.STATUS, description=f"{c.STATUS.description} On the day of publication", example="effective"),
        _OF_SIGNALS["modality"],
        replace(c.INSTRUMENT, example="trade_remedy"),
        replace(
            _OF_SIGNALS["rate_pct"],
            nullable=True,
            example=None,
            description="The only rate in title and abstract; empty for none or several",
        ),
        replace(
            c.PRODUCT,
            description="Product concerned, a short lower-case noun; empty when the title names no known product",
            example="steel",
        ),
        Column(
            "announced_date",
            pl.Date(),
            "Day of the decision: the day of signature if given, else of publication",
            date(2025, 4, 4),
            unit="UTC day",
        ),
        Column(
            "effective_date",
            pl.Date(),
            "Day on which it takes effect; empty where the document does not give exactly one day",
            date(2025, 4, 4),
            unit="UTC day",
            nullable=True,
        ),
        c.word_column("effective_from", words.EFFECTIVE_FROM, "dates", nullable=True),
        c.word_column("act_basis", words.ACT_BASIS, "title"),
        Column("rule_id", pl.String(), "Rule that found it, from pipeline/signals/official/acts.toml", "remedy.order"),
        Column("rules_sha", pl.String(), "Fingerprint of the rules", "5b1d7c9a0e3f"),
        Column("agencies", pl.String(), "Short names of the agencies", "commerce-department, international-trade-administration"),
        replace(Column("citation", pl.String(), "Volume and page of the journal", "90 FR 14801"), nullable=True),
    ),
    layer="core",
    is_side_table=True,
    day="index_date",
    published=True,
    sources=("federal_register",),
)

TABLES = (RAW_OFFICIAL_DOCUMENTS, OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)
