"""Feed all parsers with damaged files: `python -m tests.fuzzing MINUTES [PARSER...]`.

Seeds are the fixtures and, if they lie next to the repository, real payloads. A finding is an input with another error than `UserError`, or
more CPU time than `SECONDS` and its share of `SECONDS_PER_MB`; it is stored in `data/fuzz`.
"""

import gzip
import json
import os
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import polars as pl

from pipeline.articles.clean import clean_articles
from pipeline.articles.links import canonical_link
from pipeline.articles.text import clean_paragraphs
from pipeline.audit.verdicts import SAMPLE_VERDICTS, read_verdicts
from pipeline.contracts.instants import parse_instant, parse_retry_after
from pipeline.contracts.upstreams import CensusSettings, ComtradeSettings
from pipeline.errors import UserError
from pipeline.settings import SAMPLE_TRADE
from pipeline.settings.archives import ArticleFiles
from pipeline.settings.load import read_settings
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.gold import read_gold
from pipeline.signals.texts import TEXTS_SCHEMA
from pipeline.sources import federal_register
from pipeline.sources.customs import census, comtrade, csv_files, tariffs
from pipeline.sources.feeds import rss
from pipeline.sources.files.articles import collect_rows, read_articles
from pipeline.sources.files.texts import read_texts
from pipeline.sources.gdelt.articles import parse_articles
from pipeline.sources.gdelt.events import classify_events, parse_events
from pipeline.sources.http import unpacking
from pipeline.sources.payloads import Payload

ROOT = Path(__file__).parents[1]
SECONDS, SECONDS_PER_MB = 2.0, 5.0
SECONDS_PER_TURN = 2
NOON = datetime(2025, 4, 4, 12, tzinfo=UTC)
_FIXTURES, _REAL = ROOT / "tests" / "fixtures", ROOT.parent / "shared" / "data"
_LONGEST_SEED, _LONGEST = 8_000, 300_000
_TOKENS = [
    token.encode("utf-8", "surrogatepass")
    for token in (
        *"<>\"'&;,:=#%[]{}()\n\r\t\0\x85\u2028\u0663\ud800\ufeff",
        *(
            "]]>",
            "<![CDATA[",
            "<!--",
            "-->",
            "<item>",
            "</item>",
            "<entry/>",
            "<b>",
            "</p>",
            "<p hidden>",
            "&amp;",
            "&#55296;",
            "xmlns:a='b'",
        ),
        *("null", "true", "NaN", "1e999", "-1", "9" * 20, "9" * 5_000, "2025-02-30", r"\ud800", r"\u0000", "..", "'''", '"""', '","'),
        *("[" * 3_000, " " * 3_000),
    )
] + [b"\xff", b"\xfe\xff"]
_ROWS = [
    {
        "article_id": f"a{n}", "published_at": f"2025-04-0{n}T10:00:00Z", "source": "Post", "title": f"Glass {n}",
        "body": 'Ruritania täxes glass.\n\nIt "did" so. ' * n, "url": f"https://post.example/{n}?utm_source=x",
    }
    for n in range(1, 4)
]  # fmt: skip


class Parser(NamedTuple):
    """A parser, called with bytes and an empty folder, and valid inputs for it (`seeds`)."""

    parse: Callable[[bytes, Path], object]
    seeds: list[bytes]


def list_parsers() -> dict[str, Parser]:
    """List the parsers of all inputs by name."""
    lines, table, parquet = "".join(json.dumps(row) + "\n" for row in _ROWS).encode(), pl.DataFrame(_ROWS).write_csv().encode(), BytesIO()
    pl.DataFrame(_ROWS).write_parquet(parquet)
    gold = _read("tests/gold/*.jsonl") + _read("gold/*.jsonl", _REAL)
    events = _read("gdelt/*.export.CSV") + _read("formats/gdelt2_*.export.CSV", _REAL)
    page = b"<article><h1>T</h1><p>One <b hidden>is</b><br/>two</p><table><tr><td>1</table><!-- c --><svg>q</svg></article> &amp;lt; <GM>"
    dates = b"2025-04-04\nFri, 04 Apr 2025 10:30:00 GMT\nSeg, 24 Set 2018 19:42:40 -0300\nApril 4, 2025 10:30 am\n1743768000250\n04/05/2025"
    links = b"https://www.post.example/a/amp/?utm_source=x&id=3#!/x\nhttp://google.com/amp/s/a.b/c\nhttps://b\xc3\xbccher.example/a;jsessionid=1?q=%C3"
    sentences = (
        b"China said on April 4, 2025 it will raise its 34% tariff on US goods worth $1.5 billion to 84 percent, if talks fail.\n"
        b'India was hit with a 25% duty last week.\nThe EU\'s Mr. Sefcovic offered to buy 2,000 tons of U.S. soybeans; "no deal," he said?'
    )
    return {
        "feeds": Parser(
            lambda body, _: (rss.parse(_payload(body)), list(rss.new_rows([_payload(body)]))),
            _read("rss/*") + _read("formats/rss/*", _REAL),
        ),
        "texts": Parser(lambda body, _: clean_paragraphs(pl.Series([_decode(body)])), [page]),
        "dates": Parser(
            lambda body, _: (parse_instant(pl.Series(_lines(body))), [parse_retry_after(line, NOON) for line in _lines(body)]), [dates]
        ),
        "links": Parser(lambda body, _: [canonical_link(line[:2_000]) for line in _lines(body)], [links]),
        "json lines": Parser(_read_file("a.jsonl"), [lines]),
        "json array": Parser(_read_file("a.json"), [json.dumps(_ROWS).encode()]),
        "csv": Parser(_read_file("a.csv"), [table, table.replace(b",", b";")]),
        "parquet": Parser(_read_file("a.parquet"), [parquet.getvalue()]),
        "gzip": Parser(_read_file("a.jsonl.gz"), [gzip.compress(lines)]),
        "zip": Parser(_read_file("a.zip"), [_zip(lines, "a.jsonl"), _zip(table, "b/c.csv")]),
        "http bodies": Parser(_unpack, [gzip.compress(lines), lines]),
        "gdelt events": Parser(lambda body, _: classify_events(parse_events(_payload(body)), NOON.date()), [*events, _zip(events[0], "x")]),
        "gdelt articles": Parser(lambda body, _: parse_articles(_payload(body)), _read("gdelt/*.gkg.csv")),
        "federal register": Parser(lambda body, _: federal_register.parse(_payload(body)), _read("federal_register/*")),
        "census": Parser(lambda body, _: census.read_figures(_payload(body, "imports CHN 2025 all"), CensusSettings()), _read("census/*")),
        "comtrade": Parser(
            lambda body, _: comtrade.read_figures(_payload(body, "CHN-USA 2025 all"), ComtradeSettings()),
            _read("comtrade/*") + _read("formats/comtrade*", _REAL),
        ),
        "tariff lists": Parser(lambda body, _: tariffs.parse_list(body, "list"), _read("hs6/*") + _read("formats/hs6*", _REAL)),
        "trade figures": Parser(
            lambda body, folder: csv_files.read_flows(_write(folder, "flows.csv", body).parent), _read("flows.csv", SAMPLE_TRADE)
        ),
        "verdicts": Parser(
            lambda body, folder: read_verdicts(_write(folder, "a.csv", body)), [SAMPLE_VERDICTS.read_bytes()[:_LONGEST_SEED]]
        ),
        "gold": Parser(lambda body, folder: read_gold(_write(folder, "a.jsonl", body)), gold),
        "passages": Parser(lambda body, folder: read_texts(_write(folder, "a.jsonl", body)), gold),
        "sentences": Parser(_extract, [sentences]),
        "settings": Parser(_read_settings, [(ROOT / "tension.example.toml").read_bytes()]),
    }


def damage(seeds: list[bytes], random: Random) -> bytes:
    """Return one of the seeds, changed at random in one or more places and cut to 300 KB."""
    body = bytearray(random.choice(seeds))
    for _ in range(random.choice((1, 1, 2, 3, 5, 8, 20))):
        start = random.randrange(len(body) + 1)
        end = start + random.choice((0, 1, 5, 20, 100, 1_000))
        part, other = bytes(body[start:end]), random.choice(seeds)
        place = random.randrange(len(other) + 1)
        insertions = (b"", part[::-1], part * random.choice((2, 10, 50)), other[place : place + 500], random.randbytes(1))
        body[start:end] = random.choice((*insertions, random.choice(_TOKENS), random.choice(_TOKENS) + part))
        if random.random() < 0.05:  # cut short
            del body[random.randrange(len(body) + 1) :]
    return bytes(body[:_LONGEST])


def find_error(parser: Parser, body: bytes) -> str:
    """Parse a body, and return the error.

    Empty if it was read, or refused with a `UserError`.
    """
    try:
        with TemporaryDirectory() as folder:
            parser.parse(body, Path(folder))
    except UserError:
        pass
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # every other error is a finding; panics of Rust are no `Exception`
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}: {error}"[:300]
    return ""


def find_fault(parser: Parser, body: bytes) -> str:
    """Parse a body, and return the error, or the time if it took too long."""
    started = time.process_time()
    error = find_error(parser, body)
    seconds = time.process_time() - started
    allowed = SECONDS + SECONDS_PER_MB * len(body) / 1e6
    return error or (f"{seconds:.1f} s for {len(body):,} bytes" if seconds > allowed else "")


def list_inputs(parser: Parser, seed: str) -> Iterator[bytes]:
    """Yield the seeds, then damaged ones without end.

    They are the same for the same `seed`.
    """
    yield from parser.seeds
    number = 0
    while True:
        yield damage(parser.seeds, Random(f"{seed} {number}"))  # noqa: S311  # no secrets
        number += 1


def _read(pattern: str, folder: Path = _FIXTURES) -> list[bytes]:
    """Read the beginnings of the files in `folder` that match a pattern.

    A pattern that begins with `tests/` starts at the root of the repository instead.
    """
    folder = ROOT if pattern.startswith("tests/") else folder
    return [path.read_bytes()[:_LONGEST_SEED] for path in sorted(folder.glob(pattern)) if path.is_file()]


def _payload(body: bytes, item: str = "20250404103000.export.CSV.zip") -> Payload:
    return Payload("source", item, NOON.date(), "https://a.example", NOON, "text/xml", body)


def _decode(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _lines(body: bytes) -> list[str]:
    return _decode(body).split("\n")


def _write(folder: Path, name: str, body: bytes) -> Path:
    (folder / name).write_bytes(body)
    return folder / name


def _zip(body: bytes, name: str) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, body)
    return target.getvalue()


def _read_file(name: str) -> Callable[[bytes, Path], object]:
    def read(body: bytes, folder: Path) -> None:
        rows = collect_rows(read_articles([ArticleFiles(path=str(_write(folder, name, body)))], last_day=NOON.date()))
        cleaned = clean_articles(rows)
        assert cleaned.articles.height + cleaned.duplicates.height + cleaned.quarantine.height == rows.height

    return read


def _extract(body: bytes, _: Path) -> None:
    texts = pl.DataFrame([("a", NOON.date(), "", _decode(body)[:2_000])], schema=TEXTS_SCHEMA, orient="row")
    findings = SentenceExtractor("rules", workers=1).read_texts(texts)
    assert findings.select(pl.col("rate_pct", "value_usd", "probability").is_finite().all().fill_null(value=True)).row(0) == (True,) * 3


def _read_settings(body: bytes, folder: Path) -> None:
    before = Path.cwd()
    _write(folder, "tension.toml", body)
    os.chdir(folder)
    try:
        read_settings()
    finally:
        os.chdir(before)


def _unpack(body: bytes, _: Path) -> None:
    for encoding in ("gzip", "deflate"):
        try:
            unpacking.read_body([body[:100], body[100:]], encoding, "", 5_000_000)
        except (unpacking.TooLargeError, unpacking.DamagedError):
            continue


def main(minutes: float, names: Iterable[str]) -> None:
    """Give each parser that many minutes of processor time, in turns of two seconds.

    Prints each finding and, at the end or after an interruption, a line for each parser.
    """
    parsers = {name: parser for name, parser in list_parsers().items() if name in names or not names}
    inputs = {name: list_inputs(parser, f"{os.getpid()} {name}") for name, parser in parsers.items()}
    runs, findings, seconds = Counter[str](), Counter[str](), dict.fromkeys(parsers, 0.0)
    folder = ROOT / "data" / "fuzz"
    try:
        while waiting := [name for name in parsers if seconds[name] < 60 * minutes]:
            for name in waiting:
                started = time.process_time()
                while time.process_time() - started < SECONDS_PER_TURN:
                    body = next(inputs[name])
                    runs[name] += 1
                    if fault := find_fault(parsers[name], body):
                        findings[name] += 1
                        folder.mkdir(parents=True, exist_ok=True)
                        file = _write(folder, f"{name.replace(' ', '-')}-{os.getpid()}-{runs[name]}", body)
                        sys.stdout.write(f"{file}: {fault}\n")
                seconds[name] += time.process_time() - started
    finally:
        for name in parsers:
            sys.stdout.write(f"{name:<18} {runs[name]:>9,} inputs {seconds[name]:>6,.0f} s {findings[name]:>4} findings\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
