"""Descriptions of a release for catalogues of data: Croissant and DCAT.

`croissant.json` is for machine learning and search engines of data sets, `dcat.jsonld` for portals of open data. Both name files by their
path relative to the release, and describe tables as `pipeline/contracts/tables` does; only `croissant.json` lists columns.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.contracts.dictionary import HOMEPAGE, LICENCE, Edition, ReleaseFile, describe_column
from pipeline.contracts.model import Table

LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
_TITLE = "Trade Tension"
_KEYWORDS = ["trade policy", "tariffs", "international trade", "news", "daily index"]
_MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
#: Formats as readers of Croissant know them.
_ENCODINGS = {"csv": "text/csv", "parquet": "application/x-parquet"}
_CROISSANT_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "sc:Text",
    pl.Int64: "sc:Integer",
    pl.Float64: "sc:Float",
    pl.Boolean: "sc:Boolean",
    pl.Date: "sc:Date",
    pl.Datetime: "sc:DateTime",
}
#: Context of Croissant 1.0.
_CROISSANT_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_DCAT_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def build_croissant(files: Mapping[str, Sequence[ReleaseFile]], tables: Sequence[Table], edition: Edition) -> dict[str, Any]:
    """Build `croissant.json` (Croissant 1.0).

    `files` has the files of each table, by table name. Several files of a table are listed one by one and as a set. A table without files
    (an empty list) is left out.
    """
    return {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": _TITLE,
        "description": edition.note,
        "version": f"{edition.version}+{edition.release}",
        "datePublished": edition.release[:10],
        "license": LICENCE_URL,
        "usageInfo": LICENCE,
        "citeAs": edition.citation,
        "url": HOMEPAGE,
        "creator": {"@type": "sc:Organization", "name": "The Trade Tension contributors", "url": HOMEPAGE},
        "keywords": _KEYWORDS,
        "isLiveDataset": False,
        "distribution": [part for table in tables for part in _list_distributions(table, files[table.name])],
        "recordSet": [_build_records(table, files[table.name]) for table in tables if files[table.name]],
    }


def _list_distributions(table: Table, files: Sequence[ReleaseFile]) -> list[dict[str, Any]]:
    """Describe the files of a table; several are also a set.

    The set is all Parquet files in the folder of the first.
    """
    listed: list[dict[str, Any]] = [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.size} B",
            "encodingFormat": _ENCODINGS[_ending(file)],
            "sha256": file.sha256,
        }
        for file in files
    ]
    if len(files) > 1:
        pattern = f"{files[0].path.rpartition('/')[0]}/*.parquet"
        listed.append(
            {
                "@type": "cr:FileSet",
                "@id": pattern,
                "name": table.name,
                "encodingFormat": _ENCODINGS[_ending(files[0])],
                "includes": pattern,
            }
        )
    return listed


def _build_records(table: Table, files: Sequence[ReleaseFile]) -> dict[str, Any]:
    """Describe the columns of a table, and in which files they are.

    `files`: at least one; several are named by their set (`_list_distributions`).
    """
    is_set = len(files) > 1
    source = {"fileSet": {"@id": f"{files[0].path.rpartition('/')[0]}/*.parquet"}} if is_set else {"fileObject": {"@id": files[0].path}}
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.description} One row: {table.grain}.",
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table.name}/{column.name}",
                "name": column.name,
                "description": describe_column(column),
                "dataType": _CROISSANT_TYPES[type(column.dtype)],
                "source": {**source, "extract": {"column": column.name}},
            }
            for column in table.columns
        ],
    }


def build_dcat(files: Mapping[str, Sequence[ReleaseFile]], tables: Sequence[Table], edition: Edition) -> dict[str, Any]:
    """Build `dcat.jsonld`: a DCAT 3 data set, a distribution per file.

    `files` has the files of each table, by table name; without any (an empty list) a table is left out.
    """
    return {
        "@context": _DCAT_CONTEXT,
        "@id": f"{HOMEPAGE}#{edition.release}",
        "@type": "dcat:Dataset",
        "dct:title": _TITLE,
        "dct:description": edition.note,
        "dct:identifier": edition.release,
        "dcat:version": f"{edition.version}+{edition.release}",
        "dct:issued": {"@value": edition.release[:10], "@type": "xsd:date"},
        "dct:language": "en",
        "dct:license": {"@id": LICENCE_URL},
        "dct:rights": LICENCE,
        "dct:bibliographicCitation": edition.citation,
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": "The Trade Tension contributors"},
        "dcat:landingPage": {"@id": HOMEPAGE},
        "dcat:keyword": _KEYWORDS,
        "dcat:temporalResolution": {"@value": "P1D", "@type": "xsd:duration"},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": f"{table.title}: {file.path}",
                "dct:description": f"{table.description} One row: {table.grain}.",
                "dct:license": {"@id": LICENCE_URL},
                "dcat:downloadURL": {"@id": file.path},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{_MEDIA_TYPES[_ending(file)]}"},
                "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
                },
            }
            for table in tables
            for file in files[table.name]
        ],
    }


def _ending(file: ReleaseFile) -> str:
    return file.path.rpartition(".")[2]
