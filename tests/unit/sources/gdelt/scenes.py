"""Builders of invented events and documents in GDELT's exact file format."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.sources.gdelt import articles, events
from pipeline.sources.payloads import Payload

FIXTURES = Path(__file__).parents[3] / "fixtures" / "gdelt"
STAMP = "20250404103000"
DAY = date(2025, 4, 4)
EVENTS_ITEM, ARTICLES_ITEM = f"{STAMP}.export.CSV.zip", f"{STAMP}.gkg.csv.zip"


def event(number: int = 1, actor: str = "CHN", code: str = "163", target: str = "USA", stamp: str = STAMP, **more: str) -> str:
    """Return a line of an export, in which the actor's state does what the CAMEO `code` says to the target's.

    `more`: further fields by GDELT's names.
    """
    fields = dict.fromkeys(events.NAMES, "") | {
        "GLOBALEVENTID": str(number),
        "SQLDATE": stamp[:8],
        "MonthYear": stamp[:6],
        "Year": stamp[:4],
        "FractionDate": "2025.2575",
        "Actor1Code": actor,
        "Actor1Name": "A MINISTRY",
        "Actor1CountryCode": actor,
        "Actor2Code": target,
        "Actor2Name": "ANOTHER MINISTRY",
        "Actor2CountryCode": target,
        "IsRootEvent": "1",
        "EventCode": code,
        "EventBaseCode": code[:3],
        "EventRootCode": code[:2],
        "QuadClass": "4",
        "GoldsteinScale": "-8.0",
        "NumMentions": "10",
        "NumSources": "2",
        "NumArticles": "9",
        "AvgTone": "-4.25",
        "Actor1Geo_Type": "0",
        "Actor2Geo_Type": "0",
        "ActionGeo_Type": "0",
        "DATEADDED": stamp,
        "SOURCEURL": f"https://strelsau.example/{number}",
    }
    return "\t".join((fields | more).values())


def document(number: int = 1, title: str | None = "Ruritania taxes glass", stamp: str = STAMP, extras: str = "", **more: str) -> str:
    """Return a line of the knowledge graph, about an article.

    `extras`: text of the last column before the title; `more`: further fields by GDELT's names.
    """
    fields = dict.fromkeys(articles.NAMES, "") | {
        "GKGRECORDID": f"{stamp}-{number}",
        "V2.1DATE": stamp,
        "V2SOURCECOLLECTIONIDENTIFIER": "1",
        "V2SOURCECOMMONNAME": "strelsau.example",
        "V2DOCUMENTIDENTIFIER": f"https://strelsau.example/{number}",
        "V1THEMES": "ECON_TAXATION;TAX_FNCACT;",
        "V2GCAM": "wc:120,c1.4:2",
        "V2EXTRASXML": extras + (f"<PAGE_TITLE>{title}</PAGE_TITLE>" if title is not None else ""),
    }
    return "\t".join((fields | more).values())


def join_lines(*lines: str) -> bytes:
    """Join lines to the content of a file; each ends with a line feed."""
    return "".join(line + "\n" for line in lines).encode()


def zip_body(body: bytes, item: str = EVENTS_ITEM) -> bytes:
    """Zip a body as GDELT does: one file, named like the zip without its suffix."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(item.removesuffix(".zip"), body)
    return content.getvalue()


def payload(body: bytes, item: str = EVENTS_ITEM, day: date = DAY) -> Payload:
    """Return a payload as it would come from GDELT."""
    return Payload("gdelt", item, day, f"http://gdelt.example/{item}", datetime(2025, 4, 4, 10, 40, tzinfo=UTC), "application/zip", body)
