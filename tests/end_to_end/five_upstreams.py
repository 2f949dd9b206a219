"""A server that responds like all five upstreams, with invented data, and a home (data folder) that fetches from it.

What a run makes of the responses is tested in `test_upstreams.py`.

The commands run at `NOON`, whatever the real day: what is settled, late or requested again depends on the clock.
"""

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.conftest import CompletedCommand, command_environment
from tests.unit.sources.gdelt.scenes import document, event, join_lines, zip_body
from tests.unit.sources.server import ReceivedRequest, Responder, Response, Upstream, conditional_response, error_response, ok_response

CENSUS_KEY, COMTRADE_KEY = "census-key-0d5e17a9", "comtrade-key-77c2b4f1"
KEYS = {"TENSION_CENSUS_KEY": CENSUS_KEY, "TENSION_COMTRADE_KEY": COMTRADE_KEY}

#: When the commands run. The clock continues from there.
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
AHEAD = NOON - datetime.now(UTC)
TENSION_AT = Path(__file__).with_name("tension_at.py")

LAST = NOON.date() - timedelta(days=1)
DAY_BEFORE, EARLIER = LAST - timedelta(days=1), LAST - timedelta(days=2)
DAYS = (EARLIER, DAY_BEFORE, LAST)

#: Two feeds, one with markup in its name, and a third that always responds with 500.
POST, COURIER, GAZETTE = "Strelsau [bold]Post[/]", "Zenda Courier", "Hentzau Gazette"
POST_PATH, COURIER_PATH, GAZETTE_PATH = "/feeds/post.xml", "/feeds/courier.xml", "/feeds/gazette.xml"
POST_TITLE = "China will impose a 15 percent tariff on U.S. soybeans"
COURIER_TITLE = "The United States raised tariffs on Chinese steel to 25 percent"
GDELT_TITLE = "China imposes export controls on rare earths to the United States"

#: The 15-minute files that GDELT has on each day, out of 96.
QUARTERS = ("000000", "103000", "234500")
EVENTS_END, ARTICLES_END = ".export.CSV.zip", ".gkg.csv.zip"
MENTIONS = 10
REGISTER_PATH, SECOND_PAGE = "/api/v1/documents.json", "/api/v1/documents/page-2.json"
#: The Census Bureau and Comtrade have figures up to the month before this one.
NOT_RELEASED = (LAST - timedelta(days=35)).replace(day=1)
IMPORTS_USD, DUTIES_USD, CHINA_EXPORTS_USD = 40_000_000_000, 8_000_000_000, 47_000_000_000


def serve_upstreams(upstream: Upstream) -> None:
    """Serve all upstreams; every response is valid except that of one feed."""
    upstream.respond(POST_PATH, conditional_response(_feed(POST_TITLE, LAST, "post")))
    upstream.respond(COURIER_PATH, conditional_response(_feed(COURIER_TITLE, DAY_BEFORE, "courier")))
    upstream.respond(GAZETTE_PATH, error_response(500))
    for day in DAYS:
        serve_gdelt_files(upstream, day, QUARTERS)
    upstream.respond(REGISTER_PATH, register())
    for flow in ("imports", "exports"):
        upstream.respond(f"/intltrade/{flow}/hs", _census(flow))
    upstream.respond("/comtrade/C/M/HS", _comtrade)


def serve_gdelt_files(upstream: Upstream, day: date, quarters: tuple[str, ...]) -> None:
    """Serve both GDELT files of each of these times: one event of China towards the United States, and one article."""
    for number, quarter in enumerate(quarters, start=1):
        stamp = f"{day:%Y%m%d}{quarter}"
        upstream.respond(f"/gdelt/{stamp}{EVENTS_END}", ok_response(build_event_file(stamp, int(f"{day:%d}{number:02d}"))))
        page = document(number, GDELT_TITLE if number == 1 else "The town hall gets a new roof", stamp, V2SOURCECOMMONNAME="zenda.example")
        upstream.respond(f"/gdelt/{stamp}{ARTICLES_END}", ok_response(zip_body(join_lines(page), stamp + ARTICLES_END)))


def build_event_file(stamp: str, number: int) -> bytes:
    """Build an event file with one event."""
    return zip_body(join_lines(event(number, stamp=stamp, NumMentions=str(MENTIONS))), stamp + EVENTS_END)


def register(second_page_of: date | None = None) -> Responder:
    """Return the Federal Register's responses: an order against China on each of `DAYS` except the last.

    `second_page_of`: a day whose response has one of two documents and the address of a second page, which is not served here.
    """

    def reply(request: ReceivedRequest) -> Response:
        day = date.fromisoformat(dict(request.query)["conditions[publication_date][gte]"])
        if day == second_page_of:
            host = request.headers["host"]
            page = {"count": 2, "results": [_order(day, "Stools")], "next_page_url": f"http://{host}{SECOND_PAGE}"}
        else:
            page = {"count": 0} if day == LAST else {"count": 1, "results": [_order(day, "Kettles")]}
        answer = ok_response(json.dumps(page), "application/json", ETag=f'"{day} {second_page_of}"')
        return conditional_response(answer)(request)

    return reply


def _order(day: date, what: str) -> dict[str, object]:
    return {
        "document_number": f"{day:%Y-%m%d}",
        "publication_date": day.isoformat(),
        "title": f"Tin {what} From China: Antidumping Duty Order",
        "type": "Notice",
        "agencies": [{"slug": "international-trade-administration"}],
    }


def _feed(title: str, day: date, name: str) -> Response:
    item = f"<item><guid>{name}-1</guid><title>{title}</title><link>https://{name}.example/1</link><pubDate>{day}T09:00:00Z</pubDate>"
    body = f"{title}. The ministry said so on the day, and named no date on which it would begin."
    feed = f"<rss version='2.0'><channel><title>{name}</title>{item}<description>{body}</description></item></channel></rss>"
    return ok_response(feed, "application/rss+xml", ETag=f'"{name}"')


def _census(flow: str) -> Responder:
    letter, values = flow[0].upper(), ("GEN_VAL_MO", "CON_VAL_MO", "DUT_VAL_MO", "CAL_DUT_MO") if flow == "imports" else ("ALL_VAL_MO",)

    def reply(request: ReceivedRequest) -> Response:
        query = dict(request.query)
        if query.get("key") != CENSUS_KEY:
            return ok_response("<html>A valid key must be included with each data API request</html>", "text/html")
        year = int(query["time"].removeprefix("from ")[:4])
        released = [month for month in range(1, 13) if date(year, month, 1) < NOT_RELEASED]
        if not released:
            return Response(status=204)
        amounts = (IMPORTS_USD, IMPORTS_USD, IMPORTS_USD // 2, DUTIES_USD)[: len(values)]
        names = [*values, "COMM_LVL", "CTY_CODE", f"{letter}_COMMODITY", "time"]
        months = [[*map(str, amounts), "-", "5700", "-", f"{year}-{month:02d}"] for month in released]
        return ok_response(json.dumps([names, *months]), "application/json")

    return reply


def _comtrade(request: ReceivedRequest) -> Response:
    query = dict(request.query)
    if query.get("subscription-key") != COMTRADE_KEY:
        return error_response(401, "Access denied due to missing subscription key")
    periods = [period for period in query["period"].split(",") if period < f"{NOT_RELEASED:%Y%m}"]
    total = {"partner2Code": 0, "customsCode": "C00", "motCode": 0, "cmdCode": "TOTAL", "classificationSearchCode": "HS"}
    rows = [
        total
        | {"typeCode": "C", "freqCode": "M", "period": period, "reporterCode": 156, "partnerCode": 842, "flowCode": "X"}
        | {"primaryValue": float(CHINA_EXPORTS_USD)}
        for period in periods
    ]
    return ok_response(json.dumps({"elapsedTime": "0.04 secs", "count": len(rows), "data": rows, "error": ""}), "application/json")


@dataclass(frozen=True)
class Home:
    """A folder with a `tension.toml` that points to the server, and a home."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def start(self, command: str) -> "subprocess.Popen[str]":
        """Start `tension COMMAND` in the folder, at `NOON` and with the keys as variables."""
        return subprocess.Popen(
            [sys.executable, str(TENSION_AT), str(AHEAD.total_seconds()), *shlex.split(command)],
            cwd=self.folder,
            env=command_environment(**KEYS),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def tension(self, command: str) -> CompletedCommand:
        """Run `tension COMMAND` to its end."""
        with self.start(command) as process:
            stdout, stderr = process.communicate(timeout=600)
        return CompletedCommand(command, process.returncode, stdout, stderr)


def create_home(upstream: Upstream, folder: Path) -> Home:
    """Write settings with all upstreams enabled and fetched from this server."""
    (folder / "tension.toml").write_text(
        f"""
home = "home"
first_day = {EARLIER}
last_day = {LAST}
pairs = ["CHN-USA"]
extractor = "rules"

[sources]
on = ["rss", "gdelt", "federal_register", "census", "comtrade"]

[sources.network]
private_hosts = ["127.0.0.1"]
seconds_between = 0
tries = 2
longest_pause_seconds = 0.05

[[sources.rss.feeds]]
name = "{POST}"
url = "{upstream.url}{POST_PATH}"

[[sources.rss.feeds]]
name = "{COURIER}"
url = "{upstream.url}{COURIER_PATH}"

[[sources.rss.feeds]]
name = "{GAZETTE}"
url = "{upstream.url}{GAZETTE_PATH}"

[sources.gdelt]
base_url = "{upstream.url}/gdelt/"

[sources.federal_register]
base_url = "{upstream.url}/api/v1/"

[sources.census]
base_url = "{upstream.url}/intltrade/"

[sources.comtrade]
base_url = "{upstream.url}/comtrade/"
pairs = ["CHN-USA"]
""",
        encoding="utf-8",
    )
    return Home(folder)
